/**
 * Appendable objects.
 */
import { combineCrc64 } from "../oss/crc64.ts";
import type { Received } from "./content/receive.ts";
import { toObject, type VersionRow } from "./rows/version-row.ts";
import type { Expected, NewObject, StoredObject } from "./types.ts";
import { describe, type Writes } from "./writes.ts";

/** Appends as `Objects.append` describes. */
export async function append(
	writes: Writes,
	given: NewObject,
	position: number,
	body: AsyncIterable<Buffer>,
	expected: Expected,
): Promise<StoredObject> {
	requireAppendable(writes, given, position);
	const received = await writes.receive(body, expected);
	return writes.keep(received, () => {
		const present = requireAppendable(writes, given, position);
		return present
			? extend(writes, given, present, received)
			: start(writes, given, received);
	});
}

type Present = { readonly object: StoredObject; readonly row: VersionRow };

/**
 * @returns the object to append to; undefined if a new object must be created, also after a delete marker
 * @throws that it is not appendable, that it is sealed, that `position` is not its end; errors of `protect`
 */
function requireAppendable(
	{ buckets, versions, protocol: { refuse } }: Writes,
	{ bucket, key, protect }: NewObject,
	position: number,
): Present | undefined {
	const stored = buckets.require(bucket);
	const row = versions.find(stored, key, undefined, true);
	const present =
		row && row.type !== "DeleteMarker"
			? { object: toObject(stored, row, true), row }
			: undefined;
	if (present) {
		const { object } = present;
		if (object.type !== "Appendable") throw refuse({ is: "not-appendable" });
		if (object.state.sealed) throw refuse({ is: "sealed" });
		protect?.(object);
	}
	const length = present?.row.size ?? 0;
	if (position !== length) throw refuse({ is: "not-at-end", length });
	return present;
}

function start(
	writes: Writes,
	given: NewObject,
	received: Received,
): StoredObject {
	return writes.insert(given, {
		...describe(given, received),
		type: "Appendable",
		etag: writes.protocol.etagOfAppended(given.modified, received.crc64),
		contentMd5: "",
		...writes.contents.keep(received),
	});
}

/** Of the writer's properties only the ACL applies; the default ACL leaves the current one unchanged. */
function extend(
	writes: Writes,
	given: NewObject,
	{ object, row }: Present,
	received: Received,
): StoredObject {
	if (received.size === 0) return object;
	const crc64 = combineCrc64(BigInt(row.crc64), received.crc64, received.size);
	const change = {
		size: row.size + received.size,
		etag: writes.protocol.etagOfAppended(given.modified, crc64),
		crc64: String(crc64),
		modified: given.modified,
		...(given.acl === "default" ? {} : { acl: given.acl }),
	};
	writes.changed(given.bucket, given.key);
	writes.versions.update(writes.buckets.require(given.bucket), row, {
		...change,
		...writes.contents.extend(row, row.size, received),
	});
	return { ...object, ...change };
}
