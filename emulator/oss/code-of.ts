/**
 * The code of an error of the system, of Node or of one of its parsers: `ENOENT`, `ECONNRESET`.
 *
 * Pure.
 */

/** @returns '' for an error without a code */
export const codeOf = (error: unknown): string =>
	error instanceof Error && "code" in error && typeof error.code === "string"
		? error.code
		: "";
