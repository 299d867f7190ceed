/**
 * AppendObject: objects that grow at their end.
 *
 * Source: docs «AppendObject», «SealAppendObject».
 */
import { combineCrc64 } from "../oss/crc64.ts";
import { OssError } from "../oss/errors.ts";
import { wholeSeconds } from "../oss/times.ts";
import { type Received, receive } from "./content/receive.ts";
import { toObject, type VersionRow } from "./rows/versions.ts";
import type { Expected, NewObject, StoredObject } from "./types.ts";
import { describe, type Writes } from "./writes.ts";

/** As `Objects.append` says. */
export async function append(
	writes: Writes,
	given: NewObject,
	position: number,
	body: AsyncIterable<Buffer>,
	expected: Expected,
): Promise<StoredObject> {
	requireAppendable(writes, given, position);
	const received = await receive(body, writes.contents.blobs, expected);
	return writes.keep(received, () => {
		const row = requireAppendable(writes, given, position);
		return row
			? extend(writes, given, row, received)
			: start(writes, given, received);
	});
}

/**
 * @returns what there is to append to; undefined when a new object is to begin, or one after a delete marker
 * @throws OssError ObjectNotAppendable, AppendSealedObjectNotAllowed, PositionNotEqualToLength, what `protect` throws
 */
function requireAppendable(
	{ buckets, versions }: Writes,
	{ bucket, key, protect }: NewObject,
	position: number,
): VersionRow | undefined {
	const row = versions.find(buckets.require(bucket), key, undefined, true);
	const current = row?.type === "DeleteMarker" ? undefined : row;
	if (current && current.type !== "Appendable")
		throw new OssError("ObjectNotAppendable");
	if (current) {
		const object = toObject(bucket, current, true);
		if (object.state.sealed) throw new OssError("AppendSealedObjectNotAllowed");
		protect?.(object);
	}
	const length = current?.size ?? 0;
	if (position !== length) {
		throw new OssError("PositionNotEqualToLength", {
			headers: { "x-oss-next-append-position": String(length) },
		});
	}
	return current;
}

function start(
	writes: Writes,
	given: NewObject,
	received: Received,
): StoredObject {
	return writes.insert(given, {
		...describe(given, received),
		type: "Appendable",
		etag: etagOf(given.modified, received.crc64),
		contentMd5: "",
		...writes.contents.keep(received),
	});
}

/** Of what the writer says of the object only the ACL counts, and one that says nothing takes none away. */
function extend(
	writes: Writes,
	given: NewObject,
	row: VersionRow,
	received: Received,
): StoredObject {
	const object = toObject(given.bucket, row, true);
	if (received.size === 0) return object;
	const crc64 = combineCrc64(BigInt(row.crc64), received.crc64, received.size);
	const change = {
		size: row.size + received.size,
		etag: etagOf(given.modified, crc64),
		crc64: String(crc64),
		modified: given.modified,
		...(given.acl === "default" ? {} : { acl: given.acl }),
	};
	writes.changed(given.bucket, given.key);
	writes.versions.update(row, {
		...change,
		...writes.contents.extend(row, row.size, received),
	});
	return { ...object, ...change };
}

/** Captures show 24 digits and eight zeros: not an MD5, and new with every append. */
const etagOf = (now: Date, crc64: bigint): string =>
	`${hex(wholeSeconds(now), 8)}${hex(crc64, 16)}00000000`;

const hex = (number: number | bigint, digits: number): string =>
	number.toString(16).toUpperCase().padStart(digits, "0");
