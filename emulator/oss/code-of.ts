/**
 * The code of an error of the system's, of Node's or of one of its parsers: `ENOENT`, `ECONNRESET`.
 *
 * Pure.
 */

/** @returns '' for what has none */
export const codeOf = (error: unknown): string =>
	error instanceof Error && "code" in error && typeof error.code === "string"
		? error.code
		: "";
