/**
 * ListMultipartUploads, ListParts.
 *
 * Source: docs of these names; java1's and oss2's tests for the markers of a last page and of an empty one, py2's for
 * what ListParts returns for an upload that its client encrypts.
 */
import type { Emulator } from "../../emulator.ts";
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
	const uploads = store.uploads.list(bucket, {
		prefix,
		keyMarker,
		uploadIdMarker,
	});
	const page = await takePage(uploads, prefix, delimiter, keyMarker, max);
	const { encode } = encoding;
	return xml(
		writeXml("ListMultipartUploadsResult", {
			EncodingType: encoding.type,
			Bucket: bucket,
			KeyMarker: encode(keyMarker),
			UploadIdMarker: uploadIdMarker,
			NextKeyMarker: encode(page.next.key),
			NextUploadIdMarker: page.next.id,
			Delimiter: encode(delimiter),
			Prefix: encode(prefix),
			MaxUploads: max,
			IsTruncated: page.isTruncated,
			Upload: page.uploads.map((upload) => ({
				Key: encode(upload.key),
				UploadId: upload.id,
				StorageClass: upload.storageClass,
				Initiated: isoTime(upload.initiated),
			})),
			CommonPrefixes: page.prefixes.map((one) => ({ Prefix: encode(one) })),
		}),
	);
}

type UploadPage = {
	readonly uploads: readonly StoredUpload[];
	readonly prefixes: readonly string[];
	/** The last entry of the page, also when no more follow; empty for an empty page. */
	readonly next: { readonly key: string; readonly id: string };
	readonly isTruncated: boolean;
};

async function takePage(
	all: AsyncIterable<StoredUpload>,
	prefix: string,
	delimiter: string,
	keyMarker: string,
	max: number,
): Promise<UploadPage> {
	const uploads: StoredUpload[] = [];
	const prefixes: string[] = [];
	let next = { key: "", id: "" };
	for await (const upload of all) {
		const at =
			delimiter === "" ? -1 : upload.key.indexOf(delimiter, prefix.length);
		const common =
			at < 0 ? undefined : upload.key.slice(0, at + delimiter.length);
		if (
			common !== undefined &&
			(common === prefixes.at(-1) || keyMarker.startsWith(common))
		)
			continue;
		if (uploads.length + prefixes.length >= max)
			return { uploads, prefixes, next, isTruncated: true };
		if (common === undefined) {
			uploads.push(upload);
			next = { key: upload.key, id: upload.id };
		} else {
			prefixes.push(common);
			next = { key: common, id: "" };
		}
	}
	return { uploads, prefixes, next, isTruncated: false };
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
	const page = parts.slice(0, max);
	return xml(
		writeXml("ListPartsResult", {
			EncodingType: encoding.type,
			Bucket: upload.bucket,
			Key: encoding.encode(upload.key),
			UploadId: upload.id,
			StorageClass: upload.storageClass,
			PartNumberMarker: marker,
			NextPartNumberMarker: page.at(-1)?.number ?? "",
			MaxParts: max,
			IsTruncated: parts.length > max,
			...clientEncryption(upload),
			Part: page.map((part) => ({
				PartNumber: part.number,
				LastModified: isoTime(part.modified),
				ETag: `"${part.etag}"`,
				HashCrc64ecma: part.crc64,
				Size: part.size,
			})),
		}),
	);
}

/** From the metadata that an upload begins with whose parts are encrypted by the client, so that it may be resumed. */
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
