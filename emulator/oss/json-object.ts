/**
 * Recognises JSON objects, and parses JSON from bytes.
 *
 * Pure.
 */
export type JsonObject = Readonly<Record<string, unknown>>;

export const isJsonObject = (value: unknown): value is JsonObject =>
	typeof value === "object" && value !== null && !Array.isArray(value);

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** JSON.parse needs a tenth of a second for half a million levels; nothing has more than a few. */
const DEPTH_MAX = 1000;
/** Shorter texts are parsed quickly at any depth. */
const SHORT_BYTES_MAX = 16 * 1024;

/**
 * Bytes must be UTF-8, without a byte order mark: RFC 8259, 8.1; docs «Upload callback errors and
 * troubleshooting» (a BOM is «not valid json format»).
 *
 * @returns undefined when `bytes` are not JSON, or are nested too deeply
 */
export function parseJson(bytes: Buffer): unknown {
	if (bytes.length > SHORT_BYTES_MAX && isDeeper(bytes, DEPTH_MAX))
		return undefined;
	try {
		return JSON.parse(utf8.decode(bytes));
	} catch {
		return undefined; // both parsers report errors only by throwing
	}
}

const [QUOTE, BACKSLASH] = Buffer.from('"\\');
const [LIST, OBJECT, LIST_END, OBJECT_END] = Buffer.from("[{]}");

/** Whether lists and objects are nested in more levels than that. */
export function isDeeper(json: Buffer, depthMax: number): boolean {
	let depth = 0;
	let inText = false;
	for (let at = 0; at < json.length; at++) {
		const byte = json[at];
		if (inText) {
			if (byte === BACKSLASH) at++;
			else if (byte === QUOTE) inText = false;
		} else if (byte === QUOTE) inText = true;
		else if (byte === LIST || byte === OBJECT) {
			if (++depth > depthMax) return true;
		} else if (byte === LIST_END || byte === OBJECT_END) depth--;
	}
	return false;
}
