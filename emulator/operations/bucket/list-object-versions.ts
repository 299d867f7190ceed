/**
 * ListObjectVersions: one page of all versions and delete markers, newest first within a key.
 *
 * Source: docs «ListObjectVersions (GetBucketVersions)»; py1's suite for the refusals; EC 0012-00000102, -103.
 */
import type { Emulator } from "../../emulator.ts";
import { invalidArgument } from "../../oss/errors.ts";
import { lastOf } from "../../oss/page.ts";
import { type Reply, xml } from "../../oss/reply.ts";
import { expiryTimeOf, type OssRequest } from "../../oss/request.ts";
import type { StoredBucket, StoredObject } from "../../storage/types.ts";
import { writeXml, type XmlElement } from "../../xml/write.ts";
import {
	type Encoding,
	listedObject,
	ownerElement,
	readCount,
	readEncodingType,
	readText,
} from "./listing.ts";

export async function listObjectVersions(
	{ store }: Emulator,
	request: OssRequest,
	{ owner }: StoredBucket,
): Promise<Reply> {
	const { bucket, query } = request;
	const encoding = readEncodingType(query);
	const { encode } = encoding;
	const prefix = readText(query, "prefix", "0012-00000103");
	const delimiter = readText(query, "delimiter");
	const after = readText(query, "key-marker");
	const afterVersionId = readText(query, "version-id-marker");
	const max = readCount(query, "max-keys", 100, 1000, { ec: "0012-00000102" });
	if (afterVersionId !== "" && after === "")
		throw invalidArgument("version-id-marker", afterVersionId);
	const page = await store.objects.listVersions(bucket, {
		prefix,
		delimiter,
		after,
		max,
		...(afterVersionId === "" ? {} : { afterVersionId }),
	});
	const last = page.entries.at(-1);
	const next = lastOf(page);
	const endsWithVersion = last !== undefined && last.key === next;
	return xml(
		writeXml("ListVersionsResult", {
			Name: bucket,
			Prefix: encode(prefix),
			KeyMarker: encode(after),
			VersionIdMarker: afterVersionId,
			MaxKeys: max,
			Delimiter: encode(delimiter),
			EncodingType: encoding.type,
			IsTruncated: page.isTruncated,
			NextKeyMarker: page.isTruncated ? encode(next) : undefined,
			NextVersionIdMarker: !page.isTruncated
				? undefined
				: endsWithVersion
					? last.versionId
					: "",
			"": page.entries.map((entry) =>
				listedVersion(entry, encoding, owner, expiryTimeOf(request)),
			),
			CommonPrefixes: page.prefixes.map((prefix) => ({
				Prefix: encode(prefix),
			})),
		}),
	);
}

function listedVersion(
	version: StoredObject,
	encoding: Encoding,
	owner: string,
	now: Date,
): XmlElement {
	const { Key, LastModified, ...content } = listedObject(
		version,
		encoding,
		now,
	);
	const place = {
		Key,
		VersionId: version.versionId,
		IsLatest: version.isLatest,
		LastModified,
	};
	const Owner = ownerElement(owner);
	return version.type === "DeleteMarker"
		? { DeleteMarker: { ...place, Owner } }
		: { Version: { ...place, ...content, Owner } };
}
