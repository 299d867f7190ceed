/**
 * The Range header, OSS's way: what it cannot satisfy or understand gives the whole object, unless the request asks
 * for `x-oss-range-behavior: standard`.
 *
 * Pure. Source: docs «Range download» (its table of nine cases); java1 GetObjectTest for `bytes=-0`.
 */
import { OssError } from "./errors.ts";

/** Both ends included. */
export type ByteRange = { readonly first: number; readonly last: number };

/**
 * @param header the Range header, if any
 * @param size of the object, in bytes
 * @returns the bytes to send, or undefined for the whole object with status 200
 * @throws OssError InvalidRange
 */
export function readRange(
	header: string | undefined,
	size: number,
	standard: boolean,
): ByteRange | undefined {
	const parts = /^bytes=(\d*)-(\d*)$/.exec(header ?? "");
	if (!parts || header === undefined) return undefined;
	const [, from = "", to = ""] = parts;
	if (from === "" && to === "") return undefined;
	if (from === "") return readSuffix(header, Number(to), size, standard);

	const first = Number(from);
	const last = to === "" ? size - 1 : Number(to);
	if (first <= last && last < size) return { first, last };
	if (!standard || (to !== "" && last < first)) return undefined;
	if (first >= size) throw invalidRange(header, size);
	return { first, last: size - 1 };
}

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
