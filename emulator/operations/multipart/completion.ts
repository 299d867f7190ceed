/**
 * The rules of CompleteMultipartUpload: which parts make the object, and how its properties are computed from theirs.
 *
 * Pure. Source: docs «CompleteMultipartUpload»; the ETag as py1's and go2's tests compute it.
 */
import { createHash } from "node:crypto";
import { combineCrc64 } from "../../oss/crc64.ts";
import { OssError } from "../../oss/errors.ts";
import type { StoredPart } from "../../storage/types.ts";
import type { ChooseParts } from "../../storage/uploads.ts";

/** Part numbers are 1 to `PART_NUMBER_MAX`. */
export const PART_NUMBER_MAX = 10_000;

/** Minimum size of each part except the last of an upload. */
export const PART_BYTES_MIN = 100 * 1024;

/** A part as listed in the request. */
export type NamedPart = { readonly number: number; readonly etag: string };

/** @param named as for `chooseParts`. @throws like `chooseParts` */
export const joinParts =
	(named: readonly NamedPart[] | null): ChooseParts =>
	(stored) => {
		const parts = chooseParts(stored, named);
		return { parts, ...joinDigests(parts) };
	};

/**
 * @param named null for all stored parts, at least one; an empty list makes an empty object, as in go2's, java1's and
 * php's suites
 * @throws OssError InvalidPart, InvalidPartOrder, EntityTooSmall
 */
export function chooseParts<
	Part extends Pick<StoredPart, "number" | "etag" | "size">,
>(stored: readonly Part[], named: readonly NamedPart[] | null): Part[] {
	const parts = named ? pick(stored, named) : [...stored];
	if (!named && parts.length === 0) throw new OssError("InvalidPart");
	for (const part of parts.slice(0, -1)) requireSize(part);
	return parts;
}

function pick<Part extends Pick<StoredPart, "number" | "etag">>(
	stored: readonly Part[],
	named: readonly NamedPart[],
): Part[] {
	const byNumber = new Map(stored.map((part) => [part.number, part]));
	let last = 0;
	return named.map(({ number, etag }) => {
		if (number <= last) throw new OssError("InvalidPartOrder");
		last = number;
		const part = byNumber.get(number);
		if (part?.etag !== etag.replaceAll('"', "").toUpperCase()) {
			throw new OssError("InvalidPart", {
				details: { PartNumber: String(number), ETag: etag },
			});
		}
		return part;
	});
}

function requireSize({
	number,
	size,
	etag,
}: Pick<StoredPart, "number" | "etag" | "size">): void {
	if (size >= PART_BYTES_MIN) return;
	throw new OssError("EntityTooSmall", {
		details: {
			ProposedSize: String(size),
			MinSizeAllowed: String(PART_BYTES_MIN),
			PartNumber: String(number),
			ETag: `"${etag}"`,
		},
	});
}

/** The MD5 is taken over the parts' upper-case hex ETags as text, not over their bytes as in S3. */
export function joinDigests(
	parts: readonly Pick<StoredPart, "etag" | "crc64" | "size">[],
): { readonly size: number; readonly etag: string; readonly crc64: string } {
	const md5 = createHash("md5");
	let size = 0;
	let crc64 = 0n;
	for (const part of parts) {
		md5.update(part.etag);
		crc64 = combineCrc64(crc64, BigInt(part.crc64), part.size);
		size += part.size;
	}
	return {
		size,
		etag: `${md5.digest("hex").toUpperCase()}-${parts.length}`,
		crc64: String(crc64),
	};
}
