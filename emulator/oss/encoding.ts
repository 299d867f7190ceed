/**
 * Percent-encoding, as OSS reads and writes it.
 *
 * Pure.
 */

/**
 * RFC 3986: everything except `A-Za-z0-9-._~` as upper-case UTF-8 hex. Signatures and callback bodies are written so.
 */
export function percentEncode(text: string): string {
	if (/^[\w\-.~]*$/.test(text)) return text; // the usual case
	return encodeURIComponent(text.toWellFormed()).replace(
		/[!'()*]/g,
		(character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
	);
}

/** A key in a URL: as `percentEncode`, except that `/` is preserved. */
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
		return undefined; // decodeURIComponent reports malformed escapes only so
	}
}

/** Decodes as `percentDecode`, with `+` as a space: parameters, copy sources, and the Ruby SDK's paths. */
export function formDecode(text: string): string | undefined {
	return percentDecode(text.replaceAll("+", " "));
}

/** Strict base64 with the standard alphabet and padding; undefined when `text` is something else. */
export function decodeBase64(text: string): Buffer | undefined {
	if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text))
		return undefined;
	return Buffer.from(text, "base64");
}
