/**
 * Recognises JSON objects, and parses JSON from bytes.
 *
 * Pure.
 */
export type JsonObject = Readonly<Record<string, unknown>>;

export const isJsonObject = (value: unknown): value is JsonObject =>
	typeof value === "object" && value !== null && !Array.isArray(value);

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Bytes must be UTF-8, without a byte order mark: RFC 8259, 8.1; docs «Upload callback errors and
 * troubleshooting» (a BOM is «not valid json format»).
 *
 * @returns undefined when `bytes` are not JSON
 */
export function parseJson(bytes: Buffer): unknown {
	try {
		return JSON.parse(utf8.decode(bytes));
	} catch {
		return undefined; // both parsers report errors only by throwing
	}
}
