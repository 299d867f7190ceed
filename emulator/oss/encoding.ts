/**
 * Texts on the wire: percent-encoding and base64 as OSS reads and writes them, and header bytes as text and back.
 *
 * Pure. Source: cpp's PutObjectFullSettings test: GBK in `x-oss-meta-*` verifies and comes back the same.
 */

/**
 * RFC 3986: everything except `A-Za-z0-9-._~` becomes upper-case hex of its UTF-8 bytes, as in signatures and callback
 * bodies. Bytes that are not UTF-8 (see `ESCAPE`) are encoded too.
 */
export function percentEncode(text: string): string {
	if (/^[\w\-.~]*$/.test(text)) return text; // the usual case
	if (ESCAPED.test(text)) return percentEncodeBytes(encodeWireText(text));
	return encodeURIComponent(text.toWellFormed()).replace(
		/[!'()*]/g,
		(character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
	);
}

const percentEncodeBytes = (bytes: Buffer): string =>
	bytes
		.toString("latin1")
		.replaceAll(
			/[^A-Za-z0-9\-._~]/g,
			(byte) =>
				`%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`,
		);

/** Encodes a key for a URL: like `percentEncode`, except that `/` is preserved. */
export function encodeKey(key: string): string {
	if (/^[\w\-.~/]*$/.test(key)) return key;
	return percentEncode(key).replaceAll("%2F", "/");
}

/**
 * Decodes percent-escapes, and nothing else: `+` stays.
 *
 * @returns undefined when an escape is malformed or the bytes are not UTF-8
 */
export function percentDecode(text: string): string | undefined {
	if (!text.includes("%")) return text;
	try {
		return decodeURIComponent(text);
	} catch {
		return undefined; // decodeURIComponent reports malformed escapes only by throwing
	}
}

/** Like `percentDecode`, and decodes `+` as a space: for parameters, copy sources, and the Ruby SDK's paths. */
export function formDecode(text: string): string | undefined {
	return percentDecode(text.replaceAll("+", " "));
}

/** Strict base64 with the standard alphabet and padding; undefined when `text` is something else. */
export function decodeBase64(text: string): Buffer | undefined {
	if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text))
		return undefined;
	return Buffer.from(text, "base64");
}

/**
 * Most clients write UTF-8 into headers; some write GBK or latin1. Bytes that are not UTF-8 become lone surrogates:
 * U+DC80 to U+DCFF stand for 0x80 to 0xFF, as in Python's `surrogateescape`. So they are signed, stored and returned
 * unchanged. Valid UTF-8 never decodes to lone surrogates.
 */
const ESCAPE = 0xdc00;

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

// biome-ignore lint/suspicious/noControlCharactersInRegex: everything except ASCII
const NOT_ASCII = /[^\u0000-\u007f]/;
const ESCAPED = /[\udc80-\udcff]/;

/** @param latin1 a character for each byte, as Node reads headers */
export const decodeWireText = (latin1: string): string =>
	NOT_ASCII.test(latin1)
		? decodeWireBytes(Buffer.from(latin1, "latin1"))
		: latin1;

export function decodeWireBytes(bytes: Buffer): string {
	try {
		return utf8.decode(bytes);
	} catch {
		let text = "";
		for (const byte of bytes)
			text += String.fromCharCode(byte < 0x80 ? byte : ESCAPE + byte);
		return text;
	}
}

/** The bytes that `text` was decoded from; UTF-8 for any other text. */
export function encodeWireText(text: string): Buffer {
	if (!ESCAPED.test(text)) return Buffer.from(text);
	const parts: Buffer[] = [];
	// A surrogate pair is one match: only lone surrogates stand for bytes.
	for (const part of text.match(/[\udc80-\udcff]|[^\udc80-\udcff]+/gu) ?? [])
		parts.push(
			ESCAPED.test(part) && part.length === 1
				? Buffer.from([part.charCodeAt(0) - ESCAPE])
				: Buffer.from(part),
		);
	return Buffer.concat(parts);
}
