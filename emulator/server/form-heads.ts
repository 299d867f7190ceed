/**
 * Reads the heads of a form's parts up to the file, which @fastify/multipart does not pass on as they were sent.
 *
 * The plugin drops the parameters of the file's type and invents a missing type, skips malformed parts, and refuses a
 * field whose name is a property of every JavaScript object, `constructor`. Dicer, the parser inside the plugin, reads
 * the same bytes here until the file begins.
 *
 * Source: RFC 7578; docs «PostObject»: names of 8 KB. OSS limits the bytes that precede the file; the limit is not
 * documented.
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
	/** The name of the file; '' if the part has none. */
	readonly filename: string;
	/** The type with its parameters; '' if the part has none. */
	readonly contentType: string;
	/** The value of a field that the plugin does not pass on. */
	readonly value?: Promise<string>;
};

export const isFile = ({ name }: Pick<Head, "name">): boolean =>
	name.toLowerCase() === "file";

const NAME_BYTES_MAX = 8 * 1024;
export const HEADERS_MAX = 32;
/** The maximum size of the head of a part. The parsers truncate longer heads, so a truncated head has this size. */
export const HEAD_BYTES_MAX = 32 * 1024;
const PREAMBLE_BYTES_MAX = 64 * 1024;
/** The maximum size of everything before the file: fields of 4 MB, and as much for their heads. */
const BEFORE_FILE_BYTES_MAX = 8 * 1024 * 1024;

const malformed = (): OssError => new OssError("MalformedPOSTRequest");

export class FormHeads {
	/** The heads that Dicer found. */
	readonly #found: Head[] = [];
	/** The parts that the plugin found too, and the fields that it did not pass on. */
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
			// Dicer would stop at a part whose buffer is full, and the plugin would get ahead of it.
			partHwm: BEFORE_FILE_BYTES_MAX,
		};
		this.#dicer = new Dicer(config);
		this.#dicer.on("part", (part) => this.#begin(part));
		// The plugin reports a form that ends too early.
		this.#dicer.on("error", () => {});
	}

	/**
	 * @param chunk the next bytes of the body, before the plugin receives them
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

	/** Whether all further bytes belong to the file or come after it. */
	get isAtFile(): boolean {
		return this.#dicer === undefined;
	}

	/** Must be called for each part that the plugin finds, with the name that it reads there. */
	confirm(name: string | undefined): void {
		const head = this.#found.shift();
		if (!head) return; // after the file
		// The plugin replaces bytes that are not UTF-8.
		if (encodeWireText(head.name).toString() !== name) this.#areSame = false;
		this.#confirmed.push(head);
	}

	/**
	 * The heads of the fields that the plugin did not pass on, and then of the part that it did.
	 *
	 * @returns heads without `head`, if there are no further parts
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
		// Discards the rest of the chunk in which the file began: bytes after the file must not depend on chunk
		// boundaries.
		if (!this.#dicer) {
			part.on("error", () => {});
			part.resume();
			return;
		}
		// The plugin does not see a part that ends within its head.
		if (this.#isHeadDue) throw malformed();
		this.#isHeadDue = true;
		this.#hasParts = true;
		part.on("error", () => {}); // as for `#dicer`
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

/** An incomplete value is never read: the plugin reports the end of such a form. */
const readValue = (part: Readable): Promise<string> => {
	const value = buffer(part).then(decodeWireBytes);
	value.catch(() => {});
	return value;
};

/** Parameters by lower-case name; the characters of a value are the bytes of the text. */
type RawHead = Readonly<Record<string, readonly string[] | undefined>>;

function readHead(header: RawHead): Head {
	const lines = Object.entries(header).flatMap(([name, values = []]) =>
		values.map((value) => name.length + value.length),
	);
	const bytes = lines.reduce((sum, length) => sum + length, 0);
	// A quarter is more than the number of separators between this many names and values.
	if (lines.length > HEADERS_MAX || bytes > (HEAD_BYTES_MAX * 3) / 4)
		throw malformed();
	const disposition = valueIn(header, "content-disposition");
	const contentType = valueIn(header, "content-type");
	return { ...readDisposition(disposition), contentType };
}

/** The first header of that name. */
const valueIn = (header: RawHead, name: string): string =>
	decodeWireText(header[name]?.[0] ?? "").trim();

const PARAMETER = /;\s*([^\s=;]+)\s*=\s*(?:"((?:\\"|[^"])*)"|([^\s;]*))/g;

/**
 * Reads `form-data; name="file"; filename="C:\cat.txt"`. A backslash escapes only a quote; otherwise it would damage
 * the paths that old browsers send.
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
