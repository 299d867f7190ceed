/**
 * What the three uploads share when a callback is asked for: once the object is stored, the application server is told
 * of it. Other operations call nobody, and the developer is warned.
 */
import type { ResolvedCallback } from "../../callback/callbacks.ts";
import type { Uploaded } from "../../callback/uploaded.ts";
import type { Emulator } from "../../emulator.ts";
import type { Reply, ReplyHeaders } from "../../oss/reply.ts";
import type { OssRequest } from "../../oss/request.ts";
import type { StoredObject } from "../../storage/types.ts";
import { noSuchKey } from "../store-protocol.ts";

/** Where OSS looks at it, or SDKs send it with every step of an upload. */
const SENT_WITH: ReadonlySet<string> = new Set([
	...["PutObject", "CompleteMultipartUpload"],
	...["InitiateMultipartUpload", "UploadPart", "UploadPartCopy"],
]);

/** OSS does not say that it takes no notice of a callback. */
export function warnOfVainCallback(
	{ log }: Pick<Emulator, "log">,
	{ method, headers, query }: Pick<OssRequest, "method" | "headers" | "query">,
	operation: string,
): void {
	const isAsked = headers["x-oss-callback"] || query.get("callback");
	if (!isAsked || SENT_WITH.has(operation)) return;
	if (method === "PUT" || method === "POST")
		log.warn(
			`${operation} calls nobody back: only PutObject and CompleteMultipartUpload do, and PostObject by a field of its form`,
		);
}

/**
 * Calls the application server back, if that was asked for, and answers with its answer.
 *
 * @param headers of the upload's own reply
 * @returns undefined when nobody is called
 * @throws OssError CallbackFailed; the object stays
 */
export async function callBack(
	emulator: Emulator,
	request: OssRequest,
	callback: ResolvedCallback | undefined,
	object: StoredObject,
	operation: Uploaded["operation"],
	headers: ReplyHeaders,
): Promise<Reply | undefined> {
	if (!callback) return undefined;
	const { owner } = await emulator.store.buckets.get(object.bucket);
	const uploaded: Uploaded = {
		bucket: object.bucket,
		key: object.key,
		etag: object.etag,
		size: object.size,
		contentType: object.properties.contentType,
		crc64: object.crc64,
		contentMd5: object.contentMd5,
		operation,
		requestId: request.id,
		clientIp: request.clientIp,
		requester: request.caller.uid,
		owner,
		waits: () => (request.hasGone() ? "gone" : "uploader"),
		read: (first, last) => readContent(emulator, object, first, last),
	};
	return emulator.callbacks.send(callback, uploaded, headers);
}

/** @throws OssError NoSuchKey when the object is gone or another by now */
async function readContent(
	{ store }: Emulator,
	{ bucket, key, versionId, etag }: StoredObject,
	first: number,
	last: number,
): Promise<Buffer> {
	const opened = await store.objects.open(bucket, key, versionId);
	if (opened?.object.etag !== etag) {
		opened?.content.release();
		throw noSuchKey(key);
	}
	return opened.content.readWhole(first, last);
}
