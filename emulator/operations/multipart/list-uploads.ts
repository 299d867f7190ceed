/**
 * ListMultipartUploads, ListParts.
 *
 * Source: docs of these names; java1's and oss2's tests for the markers of a last page and an empty page, py2's for
 * ListParts of a client-encrypted upload.
 */
import type { Emulator } from "../../emulator.ts";
import { firstPage, lastOf, type Page } from "../../oss/page.ts";
import { type Reply, xml } from "../../oss/reply.ts";
import type { OssRequest } from "../../oss/request.ts";
import { isoTime } from "../../oss/times.ts";
import type { StoredUpload } from "../../storage/types.ts";
import { writeXml } from "../../xml/write.ts";
import { readCount, readEncodingType, readText } from "../bucket/listing.ts";
import { findUpload } from "./multipart.ts";

export async function listMultipartUploads(
	{ store }: Emulator,
	{ bucket, query }: OssRequest,
): Promise<Reply> {
	const encoding = readEncodingType(query);
	const prefix = readText(query, "prefix");
	const delimiter = readText(query, "delimiter");
	const keyMarker = readText(query, "key-marker");
	const uploadIdMarker = readText(query, "upload-id-marker");
	const max = readCount(query, "max-uploads", 1000, 1000);
	const page = await store.uploads.page(bucket, {
		prefix,
		delimiter,
		max,
		after: keyMarker,
		afterUploadId: uploadIdMarker,
	});
	const next = markerOf(page);
	const { encode } = encoding;
	return xml(
		writeXml("ListMultipartUploadsResult", {
			EncodingType: encoding.type,
			Bucket: bucket,
			KeyMarker: encode(keyMarker),
			UploadIdMarker: uploadIdMarker,
			NextKeyMarker: encode(next.key),
			NextUploadIdMarker: next.id,
			Delimiter: encode(delimiter),
			Prefix: encode(prefix),
			MaxUploads: max,
			IsTruncated: page.isTruncated,
			Upload: page.entries.map((upload) => ({
				Key: encode(upload.key),
				UploadId: upload.id,
				StorageClass: upload.storageClass,
				Initiated: isoTime(upload.initiated),
			})),
			CommonPrefixes: page.prefixes.map((prefix) => ({
				Prefix: encode(prefix),
			})),
		}),
	);
}

/** The last entry of a page, even when no more follow; empty for an empty page. */
function markerOf(page: Page<StoredUpload>): {
	readonly key: string;
	readonly id: string;
} {
	const key = lastOf(page);
	const last = page.entries.at(-1);
	return { key, id: last?.key === key ? last.id : "" };
}

export async function listParts(
	{ store }: Emulator,
	request: OssRequest,
): Promise<Reply> {
	const { query } = request;
	const encoding = readEncodingType(query);
	const max = readCount(query, "max-parts", 1000, 1000);
	const marker = readCount(
		query,
		"part-number-marker",
		0,
		Number.MAX_SAFE_INTEGER,
		{ min: 0 },
	);
	const upload = await findUpload(store, request, "0042-00000002");
	const parts = await store.uploads.parts(upload, marker, max + 1);
	const page = firstPage(parts, max);
	return xml(
		writeXml("ListPartsResult", {
			EncodingType: encoding.type,
			Bucket: upload.bucket,
			Key: encoding.encode(upload.key),
			UploadId: upload.id,
			StorageClass: upload.storageClass,
			PartNumberMarker: marker,
			NextPartNumberMarker: page.entries.at(-1)?.number ?? "",
			MaxParts: max,
			IsTruncated: page.isTruncated,
			...clientEncryption(upload),
			Part: page.entries.map((part) => ({
				PartNumber: part.number,
				LastModified: isoTime(part.modified),
				ETag: `"${part.etag}"`,
				HashCrc64ecma: part.crc64,
				Size: part.size,
			})),
		}),
	);
}

/** The elements from the metadata of a client-encrypted upload, which a client needs to resume it. */
function clientEncryption({
	properties,
}: StoredUpload): Readonly<Record<string, string | undefined>> {
	const names = [
		"key",
		"start",
		"cek-alg",
		"wrap-alg",
		"data-size",
		"part-size",
	];
	return Object.fromEntries(
		names.map((name) => [
			`ClientEncryption${toPascalCase(name)}`,
			properties.userMetadata[`client-side-encryption-${name}`],
		]),
	);
}

const toPascalCase = (name: string): string =>
	name.replaceAll(/(?:^|-)(.)/g, (_, letter: string) => letter.toUpperCase());
