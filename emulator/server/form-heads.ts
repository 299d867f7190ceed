/**
 * The heads of a form's parts up to the file, which @fastify/multipart does not hand on as they were sent.
 *
 * It drops the parameters of the file's type and invents a type where it is missing, skips malformed parts, and refuses
 * a field whose name every object of JavaScript has, `constructor`. Dicer, the parser inside the plugin, reads the same
 * bytes here, until the file begins.
 *
 * Source: RFC 7578; docs «PostObject»: names of 8 KB. OSS limits the bytes that precede the file; how many it allows is
 * not documented.
 */
import type { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { Dicer } from "@fastify/busboy";
import {
	decodeWireBytes,
	decodeWireText,
	encodeWireText,
	percentDecode,
} from "../oss/encoding.ts";
import { OssError } from "../oss/errors.ts";

/** The headers of a part. */
export type Head = {
	readonly name: string;
	/** '' when the part has no name. */
	readonly filename: string;
	/** With its parameters; '' when the part has no type. */
	readonly contentType: string;
	/** Of a field that the plugin does not hand on. */
	readonly value?: Promise<string>;
};

export const isFile = ({ name }: Pick<Head, "name">): boolean =>
	name.toLowerCase() === "file";

const NAME_BYTES_MAX = 8 * 1024;
export const HEADERS_MAX = 32;
/** Of one part. The parsers cut longer ones off, so that the rest looks like this much. */
export const HEAD_BYTES_MAX = 32 * 1024;
const PREAMBLE_BYTES_MAX = 64 * 1024;
/** All that precedes the file: fields of 4 MB, and as much for their heads. */
const BEFORE_FILE_BYTES_MAX = 8 * 1024 * 1024;

const malformed = (): OssError => new OssError("MalformedPOSTRequest");

export class FormHeads {
	/** As Dicer found them. */
	readonly #found: Head[] = [];
	/** The parts that the plugin found too, and the data that it did not hand on. */
	readonly #confirmed: Head[] = [];
	#dicer: Dicer | undefined;
	#isHeadDue = false;
	#hasParts = false;
	#areSame = true;
	#bytes = 0;

	constructor(boundary: string) {
		const config = {
			boundary,
			maxHeaderPairs: HEADERS_MAX + 1,
			maxHeaderSize: HEAD_BYTES_MAX,
			// A part whose buffer is full would make Dicer wait, and the plugin would be ahead of it.
			partHwm: BEFORE_FILE_BYTES_MAX,
		};
		this.#dicer = new Dicer(config);
		this.#dicer.on("part", (part) => this.#begin(part));
		// That a form ends too early is for the plugin to report.
		this.#dicer.on("error", () => {});
	}

	/**
	 * @param chunk the next bytes of the body, before the plugin has them
	 * @throws OssError MalformedPOSTRequest, FieldItemTooLong, MaxPOSTPreDataLengthExceededError
	 */
	write(chunk: Buffer): void {
		if (!this.#dicer) return;
		this.#dicer.write(chunk);
		this.#bytes += chunk.length;
		const bytesMax = this.#hasParts
			? BEFORE_FILE_BYTES_MAX
			: PREAMBLE_BYTES_MAX;
		if (this.#dicer && this.#bytes > bytesMax)
			throw new OssError("MaxPOSTPreDataLengthExceededError");
	}

	/** Whether everything from here on belongs to the file or comes after it. */
	get isAtFile(): boolean {
		return this.#dicer === undefined;
	}

	/** To be called for each part that the plugin finds, with the name that it reads there. */
	confirm(name: string | undefined): void {
		const head = this.#found.shift();
		if (!head) return; // after the file
		// The plugin replaces bytes that are not UTF-8.
		if (encodeWireText(head.name).toString() !== name) this.#areSame = false;
		this.#confirmed.push(head);
	}

	/**
	 * The head of the part that the plugin hands on, after the fields before it that it did not hand on.
	 *
	 * @returns without a last head after the file
	 * @throws OssError MalformedPOSTRequest when the two parsers do not read the same names
	 */
	next(): { readonly hidden: readonly Head[]; readonly head?: Head } {
		if (!this.#areSame) throw malformed();
		const hidden: Head[] = [];
		for (;;) {
			const head = this.#confirmed.shift();
			if (!head) return { hidden };
			if (head.value === undefined) return { hidden, head };
			hidden.push(head);
		}
	}

	#begin(part: Readable): void {
		// The rest of the piece that the file began in: what follows the file does not depend on the pieces.
		if (!this.#dicer) {
			part.on("error", () => {});
			part.resume();
			return;
		}
		// The plugin does not see a part that ends within its head.
		if (this.#isHeadDue) throw malformed();
		this.#isHeadDue = true;
		this.#hasParts = true;
		part.on("error", () => {}); // as above
		part.on("header", (header: RawHead) => {
			this.#isHeadDue = false;
			const head = readHead(header);
			const isHidden = head.name in Object.prototype;
			if (!isHidden) part.resume();
			this.#found.push(isHidden ? { ...head, value: readValue(part) } : head);
			if (isFile(head)) this.#dicer = undefined;
		});
	}
}

/** A value that breaks off is never asked for: the plugin reports the end of such a form. */
const readValue = (part: Readable): Promise<string> => {
	const value = buffer(part).then(decodeWireBytes);
	value.catch(() => {});
	return value;
};

/** By lower-case name; the bytes of a value are the characters of its text. */
type RawHead = Readonly<Record<string, readonly string[] | undefined>>;

function readHead(header: RawHead): Head {
	const lines = Object.entries(header).flatMap(([name, values = []]) =>
		values.map((value) => name.length + value.length),
	);
	const bytes = lines.reduce((sum, length) => sum + length, 0);
	// A quarter is more than the separators between this many names and values.
	if (lines.length > HEADERS_MAX || bytes > (HEAD_BYTES_MAX * 3) / 4)
		throw malformed();
	const disposition = valueIn(header, "content-disposition");
	const contentType = valueIn(header, "content-type");
	return { ...readDisposition(disposition), contentType };
}

/** The first of its name. */
const valueIn = (header: RawHead, name: string): string =>
	decodeWireText(header[name]?.[0] ?? "").trim();

const PARAMETER = /;\s*([^\s=;]+)\s*=\s*(?:"((?:\\"|[^"])*)"|([^\s;]*))/g;

/**
 * `form-data; name="file"; filename="C:\cat.txt"`: a backslash escapes only a quote, or it would damage the paths that
 * old browsers send.
 */
function readDisposition(text: string): Pick<Head, "name" | "filename"> {
	if (!/^form-data\s*(?:;|$)/i.test(text)) throw malformed();
	const parameters = new Map<string, string>();
	for (const [, key = "", quoted, bare = ""] of text.matchAll(PARAMETER))
		parameters.set(key.toLowerCase(), quoted?.replaceAll('\\"', '"') ?? bare);
	const name = parameters.get("name");
	if (name === undefined) throw malformed();
	if (Buffer.byteLength(name) > NAME_BYTES_MAX)
		throw new OssError("FieldItemTooLong");
	const extended = parameters.get("filename*")?.replace(/^utf-8'[^']*'/i, "");
	const filename = percentDecode(extended ?? "") || parameters.get("filename");
	return { name, filename: filename ?? "" };
}
