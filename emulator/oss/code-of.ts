/**
 * The code of a system error, or of an error of Node or one of its parsers: `ENOENT`, `ECONNRESET`.
 *
 * Pure.
 */

/** @returns '' for an error without a code */
export const codeOf = (error: unknown): string =>
	error instanceof Error && "code" in error && typeof error.code === "string"
		? error.code
		: "";
