/**
 * SelectObject and CreateSelectObjectMeta, over CSV and JSON.
 *
 * What is wrong before the first record is the answer; what goes wrong later stands in the last frame of an answer that
 * has begun. Raw output has no frames: it breaks off.
 *
 * Source: docs «SelectObject», «CreateSelectObjectMeta»; readers and suites of the SDKs.
 */
import { pipeline, Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import type { Emulator } from "../../emulator.ts";
import { codeOf } from "../../oss/code-of.ts";
import { invalidArgument, OssError } from "../../oss/errors.ts";
import { readRange } from "../../oss/range.ts";
import type { Reply } from "../../oss/reply.ts";
import type { OssRequest } from "../../oss/request.ts";
import {
	continuousFrame,
	csvMetaEndFrame,
	dataFrame,
	endFrame,
	jsonMetaEndFrame,
} from "../../select-sql/frames.ts";
import { countCsv, countJson } from "../../select-sql/meta.ts";
import { type Range, SPLITS } from "../../select-sql/run.ts";
import { selectCsv } from "../../select-sql/select-csv.ts";
import { selectJson } from "../../select-sql/select-json.ts";
import type { OpenObject } from "../../storage/objects.ts";
import type { XmlNode } from "../../xml/read.ts";
import { readXmlBody } from "../body.ts";
import { openForReading } from "../object/open-for-reading.ts";
import {
	isCompressed,
	isJsonDocument,
	isRaw,
	readCsvInput,
	readCsvSelection,
	readJsonSelection,
} from "./select-request.ts";

export const selectCsvObject = (
	emulator: Emulator,
	request: OssRequest,
): Promise<Reply> =>
	select(emulator, request, (document, size) => {
		const bytes = readByteRange(request, size);
		const selection = readCsvSelection(document, bytes);
		return (chunks) => selectCsv(chunks, selection);
	});

export const selectJsonObject = (
	emulator: Emulator,
	request: OssRequest,
): Promise<Reply> =>
	select(emulator, request, (document) => {
		const selection = readJsonSelection(document);
		return (chunks) => selectJson(chunks, selection);
	});

/** Records that begin there. @throws OssError InvalidRange */
function readByteRange(
	{ headers }: OssRequest,
	size: number,
): Range | undefined {
	const standard = headers["x-oss-range-behavior"] === "standard";
	const range = readRange(headers.range, size, standard);
	return range && { unit: "byte", ...range };
}

type Texts = (chunks: AsyncIterable<Buffer>) => AsyncGenerator<string>;

async function select(
	emulator: Emulator,
	request: OssRequest,
	read: (document: XmlNode, size: number) => Texts,
): Promise<Reply> {
	const document = await readXmlBody(request, "SelectRequest");
	const opened = await openForReading(emulator, request);
	try {
		const scan = new Scan(opened);
		const select = read(document, opened.object.size);
		const chunks = isCompressed(document) ? gunzip(scan) : scan.chunks();
		const texts = select(chunks);
		const first = await texts.next();
		const raw = isRaw(document);
		const pieces = piecesOf(texts, first.value ?? "", scan);
		const body = Readable.from(raw ? unframed(pieces) : framed(pieces, scan));
		// A client that goes before the first piece is taken leaves the object open.
		body.once("close", () => texts.return(undefined));
		return {
			status: 206,
			headers: { "x-oss-select-output-raw": String(raw) },
			body,
		};
	} catch (error) {
		opened.content.release();
		throw error;
	}
}

/** The content, and how much of it is read. */
class Scan {
	bytes = 0;
	readonly #opened: OpenObject;

	constructor(opened: OpenObject) {
		this.#opened = opened;
	}

	async *chunks(): AsyncGenerator<Buffer> {
		const content = this.#opened.content.read();
		const chunks: AsyncIterable<Buffer> | readonly Buffer[] = Buffer.isBuffer(
			content,
		)
			? [content]
			: content;
		for await (const chunk of chunks) {
			this.bytes += chunk.length;
			yield chunk;
		}
	}
}

/** No page names the code for what is not compressed as it says. @throws OssError InvalidArgument */
async function* gunzip(scan: Scan): AsyncGenerator<Buffer> {
	const unpacked = createGunzip();
	// An error comes out of what is iterated.
	pipeline(Readable.from(scan.chunks()), unpacked, () => undefined);
	try {
		yield* unpacked;
	} catch (error) {
		throw error instanceof Error && codeOf(error).startsWith("Z_")
			? invalidArgument("CompressionType", "GZIP", error.message)
			: error;
	}
}

/** So much text goes out together, and so much is read before something does. */
const PIECE_CHARACTERS = 64 * 1024;
const SILENT_BYTES_MAX = 4 * 1024 ** 2;

/** Texts, put together; '' when for long there is none. What is complete goes out before an error. */
async function* piecesOf(
	texts: AsyncIterable<string>,
	first: string,
	scan: Scan,
): AsyncGenerator<string> {
	let [piece, said] = [first, 0];
	try {
		for await (const text of texts) {
			piece += text;
			const isSilent = scan.bytes - said > SILENT_BYTES_MAX;
			if (piece.length < PIECE_CHARACTERS && !isSilent) continue;
			yield piece;
			[piece, said] = ["", scan.bytes];
		}
	} catch (error) {
		if (piece !== "") yield piece;
		throw error;
	}
	if (piece !== "") yield piece;
}

async function* framed(
	pieces: AsyncIterable<string>,
	scan: Scan,
): AsyncGenerator<Buffer> {
	try {
		for await (const piece of pieces)
			yield piece === ""
				? continuousFrame(scan.bytes)
				: dataFrame(scan.bytes, piece);
	} catch (error) {
		if (!(error instanceof OssError)) throw error;
		yield endFrame(scan.bytes, error.status, `${error.code}.${error.message}`);
		return;
	}
	yield endFrame(scan.bytes, 206);
}

async function* unframed(
	pieces: AsyncIterable<string>,
): AsyncGenerator<Buffer> {
	for await (const piece of pieces) if (piece !== "") yield Buffer.from(piece);
}

export async function createSelectCsvMeta(
	emulator: Emulator,
	request: OssRequest,
): Promise<Reply> {
	const document = await readXmlBody(request, "CsvMetaRequest");
	const input = readCsvInput(document);
	const count = (chunks: AsyncIterable<Buffer>) => countCsv(chunks, input);
	return meta(emulator, request, document, async (scan) =>
		csvMetaEndFrame(...(await counted(scan, count))),
	);
}

/** @throws OssError InvalidArgument for a document, whose records are not counted */
export async function createSelectJsonMeta(
	emulator: Emulator,
	request: OssRequest,
): Promise<Reply> {
	const document = await readXmlBody(request, "JsonMetaRequest");
	if (isJsonDocument(document)) throw invalidArgument("Type", "DOCUMENT");
	return meta(emulator, request, document, async (scan) =>
		jsonMetaEndFrame(...(await counted(scan, countJson))),
	);
}

async function counted<T>(
	scan: Scan,
	count: (chunks: AsyncIterable<Buffer>) => Promise<T>,
): Promise<[number, number, T]> {
	const counts = await count(scan.chunks());
	return [scan.bytes, SPLITS, counts];
}

/** What is compressed has no metadata; no page names the code. @throws OssError InvalidArgument */
async function meta(
	emulator: Emulator,
	request: OssRequest,
	document: XmlNode,
	endOf: (scan: Scan) => Promise<Buffer>,
): Promise<Reply> {
	if (isCompressed(document)) throw invalidArgument("CompressionType", "GZIP");
	const opened = await openForReading(emulator, request);
	try {
		const body = await endOf(new Scan(opened));
		return { status: 200, headers: {}, body };
	} finally {
		opened.content.release();
	}
}
