/**
 * SelectObject, over CSV and JSON.
 *
 * An error before the first output is an HTTP error. A later error is reported in the last frame; raw output has no
 * frames, so the connection is closed.
 *
 * Source: docs «SelectObject»; readers and suites of the SDKs, cpp's SelectObjectTest for the order of errors.
 */
import { pipeline, Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import type { Emulator } from "../../emulator.ts";
import { Breaks } from "../../oss/breaks.ts";
import { ByteBudget } from "../../oss/byte-budget.ts";
import { codeOf } from "../../oss/code-of.ts";
import { invalidArgument, OssError } from "../../oss/errors.ts";
import { readRange } from "../../oss/range.ts";
import type { Reply } from "../../oss/reply.ts";
import type { OssRequest } from "../../oss/request.ts";
import {
	continuousFrame,
	dataFrame,
	endFrame,
} from "../../select-sql/frames.ts";
import type { Range } from "../../select-sql/run.ts";
import { selectCsv } from "../../select-sql/select-csv.ts";
import { selectJson } from "../../select-sql/select-json.ts";
import type { StoredBucket } from "../../storage/types.ts";
import type { XmlNode } from "../../xml/read.ts";
import { openForReading } from "../object/open-for-reading.ts";
import {
	inBreaks,
	readSelectBody,
	requireOwnerPays,
	Scan,
} from "./scan-object.ts";
import {
	isCompressed,
	isRaw,
	readCsvSelection,
	readJsonSelection,
} from "./select-request.ts";
export const selectCsvObject = (
	emulator: Emulator,
	request: OssRequest,
	bucket: StoredBucket,
): Promise<Reply> =>
	select(emulator, request, bucket, (document) => {
		const selection = readCsvSelection(document);
		return (chunks, size) => {
			const range = readByteRange(request, size) ?? selection.range;
			return selectCsv(chunks, { ...selection, range });
		};
	});

export const selectJsonObject = (
	emulator: Emulator,
	request: OssRequest,
	bucket: StoredBucket,
): Promise<Reply> =>
	select(emulator, request, bucket, (document) => {
		const selection = readJsonSelection(document);
		return (chunks) => selectJson(chunks, selection, rowsMemory);
	});

/** Limits the memory of all JSON rows that are being read, by all emulators of the process. */
const rowsMemory = new ByteBudget(256 * 1024 ** 2);

/** The Range header selects the records that begin in it. @throws OssError InvalidRange */
function readByteRange(
	{ headers }: OssRequest,
	size: number,
): Range | undefined {
	const standard = headers["x-oss-range-behavior"] === "standard";
	const range = readRange(headers.range, size, standard);
	return range && { unit: "byte", ...range };
}

type Texts = (
	chunks: AsyncIterable<Buffer>,
	size: number,
) => AsyncGenerator<string>;

async function select(
	emulator: Emulator,
	request: OssRequest,
	bucket: StoredBucket,
	read: (document: XmlNode) => Texts,
): Promise<Reply> {
	const document = await readSelectBody(request, "SelectRequest");
	const select = read(document);
	await requireOwnerPays(emulator, request, bucket);
	const opened = await openForReading(emulator, request, bucket);
	try {
		const scan = new Scan(opened);
		const chunks = isCompressed(document) ? gunzip(scan) : scan.chunks();
		const texts = select(inBreaks(chunks), opened.object.size);
		const first = await firstOutput(texts, scan);
		const raw = isRaw(document);
		const pieces = piecesOf(texts, first, scan);
		const body = Readable.from(raw ? unframed(pieces) : framed(pieces, scan));
		// Released here, because a client may disconnect before the first piece is read.
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

/** Reads up to the first output, so that an error before it can still be an HTTP error. */
async function firstOutput(
	texts: AsyncGenerator<string>,
	scan: Scan,
): Promise<string> {
	const breaks = new Breaks();
	while (scan.bytes <= SILENT_BYTES_MAX) {
		await breaks.pause();
		const { done, value } = await texts.next();
		if (done || value !== "") return value ?? "";
	}
	return "";
}

/** No page states the code for content that is not compressed as declared. @throws OssError InvalidArgument */
async function* gunzip(scan: Scan): AsyncGenerator<Buffer> {
	const unpacked = createGunzip();
	// The iteration throws the error.
	pipeline(Readable.from(scan.chunks()), unpacked, () => undefined);
	try {
		yield* unpacked;
	} catch (error) {
		throw error instanceof Error && codeOf(error).startsWith("Z_")
			? invalidArgument("CompressionType", "GZIP", error.message)
			: error;
	}
}

/** Size of a piece, and number of bytes read before a keep-alive is sent. */
const PIECE_CHARACTERS = 64 * 1024;
const SILENT_BYTES_MAX = 4 * 1024 ** 2;

/** Joins texts into pieces; yields '' after a long silence. A complete piece is sent before an error. */
async function* piecesOf(
	texts: AsyncIterable<string>,
	first: string,
	scan: Scan,
): AsyncGenerator<string> {
	let [piece, reportedBytes] = [first, 0];
	const breaks = new Breaks();
	try {
		for await (const text of texts) {
			await breaks.pause();
			piece += text;
			const isSilent = scan.bytes - reportedBytes > SILENT_BYTES_MAX;
			if (piece.length < PIECE_CHARACTERS && !isSilent) continue;
			yield piece;
			[piece, reportedBytes] = ["", scan.bytes];
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
