/**
 * Uploads that may request a callback. The cloud never receives the callback: it is read before any byte is sent,
 * called from here once the cloud has stored the object, and its response is relayed, as the emulator does for its
 * own objects.
 *
 * Source: docs «Callback».
 */

import type { ResolvedCallback, UploadFacts } from "../callback/model.ts";
import { publicKeyUrlFor } from "../operations/object/upload-callback.ts";
import { OssError } from "../oss/errors.ts";
import type { Reply } from "../oss/reply.ts";
import { forward, type Gateway, type Passing } from "./forward.ts";
import { findHeader, readWhole } from "./incoming.ts";
import { describeObject, type KnownFacts, readRange } from "./object.ts";

export async function putThrough(
	gateway: Gateway,
	passing: Passing,
): Promise<Reply> {
	const callback = await gateway.emulator.callbacks.read(passing.request);
	const reply = await forward(gateway, passing);
	const { headers } = passing.request;
	const length = passing.outgoing.headers["content-length"];
	const known: KnownFacts = {
		contentType: headers["content-type"] ?? "",
		...(length === undefined ? {} : { size: Number(length) }),
	};
	return callBack(gateway, passing, callback, "PutObject", reply, known);
}

export async function completeThrough(
	gateway: Gateway,
	passing: Passing,
): Promise<Reply> {
	const callback = await gateway.emulator.callbacks.read(passing.request);
	const reply = await forward(gateway, passing);
	const operation = "CompleteMultipartUpload";
	return callBack(gateway, passing, callback, operation, reply, {});
}

/**
 * @param reply the cloud's reply; returned unchanged if there is no callback
 * @param known facts about the object that need no request to the cloud
 * @throws OssError CallbackFailed; the object stays
 */
export async function callBack(
	gateway: Gateway,
	passing: Passing,
	callback: ResolvedCallback | undefined,
	operation: UploadFacts["operation"],
	reply: Reply,
	known: KnownFacts,
): Promise<Reply> {
	if (!callback || reply.status !== 200) return reply;
	const own = await readReply(reply);
	const uploaded = await toUploaded(gateway, passing, operation, own, known);
	const headers = Object.entries(own.headers).filter(
		([name]) => !BODY_HEADERS.has(name.toLowerCase()),
	);
	const relayed = await gateway.emulator.callbacks.send(
		callback,
		uploaded,
		Object.fromEntries(headers),
	);
	return relayed ?? own;
}

const BODY_HEADERS = new Set(["content-length", "content-type"]);

/** The body is a small document or empty: the application server's response may replace it. */
async function readReply(reply: Reply): Promise<Reply> {
	const { body } = reply;
	if (body === null || Buffer.isBuffer(body)) return reply;
	return { ...reply, body: await readWhole(body) };
}

async function toUploaded(
	gateway: Gateway,
	{ request, outgoing }: Passing,
	operation: UploadFacts["operation"],
	{ headers }: Reply,
	known: KnownFacts,
): Promise<UploadFacts> {
	const { emulator } = gateway;
	const object = await describeObject(gateway, outgoing, headers, known);
	if (!object)
		throw new OssError("CallbackFailed", {
			message:
				"The object is stored, but the OSS behind the gateway does not report its size: the callback was not sent.",
		});
	return {
		...object,
		operation,
		bucket: request.bucket,
		key: request.key,
		contentMd5:
			operation === "CompleteMultipartUpload"
				? ""
				: (findHeader(headers, "content-md5") ?? ""),
		requestId: findHeader(headers, "x-oss-request-id") ?? request.id,
		clientIp: request.clientIp,
		requester: request.caller.uid,
		// The number of the cloud's account must not reach an application under test.
		owner: emulator.accounts.default.uid,
		publicKeyUrl: publicKeyUrlFor(request),
		uploader: () => (request.isDisconnected() ? "disconnected" : "waiting"),
		read: (first, last) => readRange(gateway, outgoing, object, first, last),
	};
}
