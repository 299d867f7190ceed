/**
 * Callbacks of the three uploads that support them: once the object is stored, the application server is called. For
 * other operations OSS ignores a callback, and the log reports it.
 */
import { PUBLIC_KEY_PATH } from "../../callback/key-pair.ts";
import type { ResolvedCallback, UploadFacts } from "../../callback/model.ts";
import type { Emulator } from "../../emulator.ts";
import type { Reply, ReplyHeaders } from "../../oss/reply.ts";
import type { OssRequest } from "../../oss/request.ts";
import type { StoredObject } from "../../storage/types.ts";
import type { Row } from "../row.ts";
import { noSuchKey } from "../store-protocol.ts";

/** @returns why OSS ignores the callback of a request, which it does not report; '' if it does not ignore one */
export function explainIgnoredCallback(
	{ method, headers, query }: Pick<OssRequest, "method" | "headers" | "query">,
	{ name, callback }: Pick<Row, "name" | "callback">,
): string {
	const isRequested = headers["x-oss-callback"] || query.get("callback");
	if (!isRequested || callback === "sent" || callback === "announced")
		return "";
	if (method !== "PUT" && method !== "POST") return "";
	return callback === "sent from its form"
		? `${name} reads its callback from the form: send it as the field callback, before the file`
		: `${name} does not send callbacks: only PutObject and CompleteMultipartUpload do, and PostObject through a form field`;
}

/**
 * Calls the application server, if the upload requests a callback, and replies with its answer.
 *
 * @param owner the bucket's owner
 * @param headers the headers of the upload's own reply
 * @returns undefined when no callback is sent
 * @throws OssError CallbackFailed; the object stays
 */
export async function callBack(
	emulator: Emulator,
	request: OssRequest,
	callback: ResolvedCallback | undefined,
	{ object, owner }: { readonly object: StoredObject; readonly owner: string },
	operation: UploadFacts["operation"],
	headers: ReplyHeaders,
): Promise<Reply | undefined> {
	if (!callback) return undefined;
	const uploaded: UploadFacts = {
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
		publicKeyUrl: publicKeyUrlFor(request),
		uploader: () => (request.isDisconnected() ? "disconnected" : "waiting"),
		read: (first, last) => readContent(emulator, object, first, last),
	};
	return emulator.callbacks.send(callback, uploaded, headers);
}

/**
 * The URL of the public key, with the host name under which the upload reached the emulator, which may have a mapped
 * port or be a container's name. The bucket's label is removed, because names below an address or a container's name
 * rarely resolve.
 *
 * @returns '' for a Host that is not a name, and for the names of Alibaba Cloud: some SDKs send one when their endpoint
 * is an address, and application servers would fetch the key from the cloud
 */
export function publicKeyUrlFor({
	scheme,
	host,
	bucket,
	isInHost,
}: Pick<OssRequest, "scheme" | "host" | "bucket" | "isInHost">): string {
	const isBelow = isInHost && host.startsWith(`${bucket}.`);
	const name = isBelow ? host.slice(bucket.length + 1) : host;
	if (!HOST.test(name) || CLOUD.test(name)) return "";
	return `${scheme}://${name}${PUBLIC_KEY_PATH}`;
}

const HOST = /^(\[[\da-f:.]{2,45}\]|[\w.-]{1,253})(:\d{1,5})?$/i;
const CLOUD = /(^|\.)aliyuncs\.com\.?(:\d+)?$/i;

/** @throws OssError NoSuchKey if the object has been deleted or replaced meanwhile */
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
