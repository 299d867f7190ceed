/**
 * Header bytes as text and back, without loss.
 *
 * Clients write UTF-8 into headers, some GBK or latin1. Bytes that are not UTF-8 become lone surrogates: U+DC80 to
 * U+DCFF stand for 0x80 to 0xFF, as in Python's `surrogateescape`. So they are signed, stored and returned as they
 * came. UTF-8 never decodes to these.
 *
 * Pure. Source: cpp's PutObjectFullSettings test: GBK in `x-oss-meta-*` verifies and comes back the same.
 */
const ESCAPE = 0xdc00;

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

// biome-ignore lint/suspicious/noControlCharactersInRegex: all but ASCII
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
	// A surrogate pair is one match: only lone surrogates are bytes.
	for (const part of text.match(/[\udc80-\udcff]|[^\udc80-\udcff]+/gu) ?? [])
		parts.push(
			ESCAPED.test(part) && part.length === 1
				? Buffer.from([part.charCodeAt(0) - ESCAPE])
				: Buffer.from(part),
		);
	return Buffer.concat(parts);
}
