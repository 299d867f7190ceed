/**
 * JSON as it arrives: bytes that must be UTF-8, without a byte order mark.
 *
 * Pure. Source: RFC 8259, 8.1; docs «Upload callback errors and troubleshooting» (a BOM is «not valid json format»).
 */

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** @returns undefined when `bytes` are not JSON */
export function parseJson(bytes: Buffer): unknown {
	try {
		return JSON.parse(utf8.decode(bytes));
	} catch {
		return undefined; // neither parser has another way to say no
	}
}
