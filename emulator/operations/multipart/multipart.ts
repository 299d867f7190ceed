/**
 * InitiateMultipartUpload, UploadPart, UploadPartCopy, AbortMultipartUpload.
 *
 * A callback in any of these requests is ignored, as at OSS: the SDKs send it with every step.
 *
 * Source: docs of these names; EC 0017-00000220, 0042-…; the Go SDK's uploads for the ignored callback.
 */

import type { Emulator } from "../../emulator.ts";
import { readDecimal } from "../../oss/decimal.ts";
import { invalidArgument, OssError } from "../../oss/errors.ts";
import { readCopyRange } from "../../oss/range.ts";
import { empty, type Reply, xml } from "../../oss/reply.ts";
import type { OssRequest, Query } from "../../oss/request.ts";
import { isoTime } from "../../oss/times.ts";
import type { StoredBucket, StoredUpload } from "../../storage/types.ts";
import { writeXml } from "../../xml/write.ts";
import { readExpected } from "../body.ts";
import { readEncodingType } from "../bucket/listing.ts";
import { openUpload, readTrafficLimit } from "../object/body-limits.ts";
import {
	findSource,
	type SourceEcs,
	sourceVersion,
} from "../object/copy-object.ts";
import { prepareObject, refuseEncryption } from "../object/new-object.ts";
import {
	ofExactSize,
	refuseEncryptedPartSource,
	requirePartEncryption,
	requireUploadEncryption,
} from "./client-encryption.ts";
import { PART_NUMBER_MAX } from "./completion.ts";

export async function initiateMultipartUpload(
	emulator: Emulator,
	request: OssRequest,
	bucket: StoredBucket,
): Promise<Reply> {
	const { store } = emulator;
	const encoding = readEncodingType(request.query);
	requireUploadEncryption(request.headers);
	const given = await prepareObject(emulator, request, request.headers);
	if (
		given.forbidOverwrite &&
		bucket.versioning === "" &&
		(await store.objects.find(request.bucket, request.key))
	) {
		throw new OssError("FileAlreadyExists", { details: { Key: request.key } });
	}
	const upload = await store.uploads.initiate(
		given,
		request.query.has("sequential"),
	);
	return xml(
		writeXml("InitiateMultipartUploadResult", {
			EncodingType: encoding.type,
			Bucket: upload.bucket,
			Key: encoding.encode(upload.key),
			UploadId: upload.id,
		}),
		given.properties.encryption,
	);
}

export async function uploadPart(
	emulator: Emulator,
	request: OssRequest,
): Promise<Reply> {
	const { store } = emulator;
	const number = readPartNumber(request.query);
	const upload = await findUpload(store, request, "0042-00000104");
	const size = requirePartEncryption(request.headers, upload, number);
	refuseEncryption(request.headers);
	const expected = readExpected(request.headers);
	const sent = await openUpload(emulator, request);
	const part = await store.uploads.putPart(
		upload,
		number,
		request.receivedAt,
		size ? ofExactSize(sent.body, size) : sent.body,
		expected,
	);
	return empty(200, {
		ETag: `"${part.etag}"`,
		"x-oss-hash-crc64ecma": part.crc64,
		"Content-MD5": part.contentMd5,
		...sent.headers(),
		...upload.properties.encryption,
	});
}

export async function uploadPartCopy(
	emulator: Emulator,
	request: OssRequest,
): Promise<Reply> {
	const { store } = emulator;
	const number = readPartNumber(request.query);
	readTrafficLimit(request); // only for its errors: the request has no body
	const upload = await findUpload(store, request, "0042-00000311");
	const source = await findSource(emulator, request, PART_COPY_ECS);
	refuseEncryptedPartSource(source);
	const requestedRange = request.headers["x-oss-copy-source-range"];
	const range = readCopyRange(requestedRange, source.size);
	// OSS ignores an invalid range in its own header, and refuses it in S3's. Source: EC 0042-00000306.
	if (request.protocol === "S3" && requestedRange !== undefined && !range)
		throw invalidArgument(
			"x-amz-copy-source-range",
			requestedRange,
			undefined,
			"0042-00000306",
		);
	const part = await store.uploads.copyPart(
		upload,
		number,
		request.receivedAt,
		source,
		range ?? { first: 0, last: source.size - 1 },
	);
	return xml(
		writeXml("CopyPartResult", {
			LastModified: isoTime(part.modified),
			ETag: `"${part.etag}"`,
		}),
		{
			ETag: `"${part.etag}"`,
			"x-oss-hash-crc64ecma": part.crc64,
			"Content-Range":
				range && `bytes ${range.first}-${range.last}/${source.size}`,
			...upload.properties.encryption,
			...sourceVersion(source),
		},
	);
}

export const PART_COPY_ECS: SourceEcs = {
	malformed: "0042-00000301",
	empty: "0042-00000302",
	emptyVersionId: "0042-00000301",
	deleteMarker: "",
};

export async function abortMultipartUpload(
	{ store }: Emulator,
	request: OssRequest,
): Promise<Reply> {
	await store.uploads.abort(
		request.bucket,
		request.key,
		request.query.get("uploadId") ?? "",
	);
	return empty(204);
}

/** @throws OssError NoSuchUpload with the operation's EC */
export async function findUpload(
	store: Emulator["store"],
	{ bucket, key, query }: OssRequest,
	ec: string,
): Promise<StoredUpload> {
	const id = query.get("uploadId") ?? "";
	const upload = await store.uploads.find(bucket, key, id);
	if (!upload)
		throw new OssError("NoSuchUpload", { ec, details: { UploadId: id } });
	return upload;
}

function readPartNumber(query: Query): number {
	const text = query.get("partNumber") ?? "";
	const number = readDecimal(text, 1, PART_NUMBER_MAX);
	if (number === undefined) {
		throw invalidArgument(
			"PartNumber",
			text,
			"Part number must be an integer between 1 and 10000, inclusive.",
			"0017-00000220",
		);
	}
	return number;
}
