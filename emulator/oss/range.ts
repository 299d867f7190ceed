/**
 * The Range header as OSS reads it: an unsatisfiable or malformed range returns the whole object, unless the request
 * has `x-oss-range-behavior: standard`.
 *
 * In a list, a valid range is used if it is the only valid one (ossutil's TestRangeGet: `bytes=1-2,a-c`); two valid
 * ranges return the whole object. Accepting it at any position in the list is a guess.
 *
 * Pure. Source: docs «Range download» (its table of nine cases); java1 GetObjectTest for `bytes=-0`.
 */
import { readDecimal } from "./decimal.ts";
import { OssError } from "./errors.ts";

/** First and last byte, both included. */
export type ByteRange = { readonly first: number; readonly last: number };

/**
 * @param header the Range header, if any
 * @param size the object's size, in bytes
 * @returns the bytes to send, or undefined for the whole object with status 200
 * @throws OssError InvalidRange
 */
export function readRange(
	header: string | undefined,
	size: number,
	standard: boolean,
): ByteRange | undefined {
	const bounds = readBounds(header ?? "");
	if (!bounds || header === undefined) return undefined;
	const { from, to } = bounds;
	if (from === undefined) return readSuffix(header, to ?? 0, size, standard);
	const last = to ?? size - 1;
	if (from <= last && last < size) return { first: from, last };
	if (!standard || (to !== undefined && last < from)) return undefined;
	if (from >= size) throw invalidRange(header, size);
	return { first: from, last: size - 1 };
}

/**
 * Reads the range of a copy, `x-oss-copy-source-range`, which has no suffix form.
 *
 * @returns undefined for the whole source: also when the range cannot be parsed or ends past the source. Source:
 *   java1's testUnormalUploadPartCopyByRange
 */
export function readCopyRange(
	header: string | undefined,
	size: number,
): ByteRange | undefined {
	const { from, to } = readBounds(header ?? "") ?? {};
	if (from === undefined) return undefined;
	const last = to ?? size - 1;
	return from <= last && last < size ? { first: from, last } : undefined;
}

type Bounds = {
	/** undefined for a suffix, `-5`. */
	readonly from: number | undefined;
	/** undefined for an open range, `5-`. */
	readonly to: number | undefined;
};

function readBounds(header: string): Bounds | undefined {
	if (!header.startsWith("bytes=")) return undefined;
	const readable = header
		.slice("bytes=".length)
		.split(",")
		.flatMap((text) => {
			const [, from, to] = /^(\d*)-(\d*)$/.exec(text) ?? [];
			return from || to ? [{ from: position(from), to: position(to) }] : [];
		});
	return readable.length === 1 ? readable[0] : undefined;
}

/** A position beyond the safe integers is past the end of any object. */
const position = (digits: string | undefined): number | undefined =>
	digits ? (readDecimal(digits) ?? Number.MAX_SAFE_INTEGER) : undefined;

function readSuffix(
	header: string,
	length: number,
	size: number,
	standard: boolean,
): ByteRange | undefined {
	if (length === 0) throw invalidRange(header, size);
	if (length <= size) return { first: size - length, last: size - 1 };
	return standard && size > 0 ? { first: 0, last: size - 1 } : undefined;
}

const invalidRange = (requested: string, size: number): OssError =>
	new OssError("InvalidRange", {
		details: { ActualObjectSize: String(size), RangeRequested: requested },
	});
