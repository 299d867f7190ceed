/**
 * PutObject: stores the body as an object, then calls the application server if the request has a callback.
 *
 * The callback is read before the body, so that a malformed one stores nothing. It is sent after the object is stored,
 * so the object stays when the callback fails: 203 CallbackFailed.
 *
 * Source: docs «PutObject», «Callback».
 */
import type { Emulator } from "../../emulator.ts";
import { OssError } from "../../oss/errors.ts";
import { empty, type Reply } from "../../oss/reply.ts";
import type { Headers, OssRequest } from "../../oss/request.ts";
import type { StoredBucket } from "../../storage/types.ts";
import { readExpected } from "../body.ts";
import { expirationHeader } from "../lifecycle/expiration.ts";
import { requireObjectEncryption } from "../multipart/client-encryption.ts";
import { openUpload } from "./body-limits.ts";
import { prepareObject } from "./new-object.ts";
import { writtenHeaders } from "./object-headers.ts";
import { callBack } from "./upload-callback.ts";

export async function putObject(
	emulator: Emulator,
	request: OssRequest,
	bucket: StoredBucket,
): Promise<Reply> {
	refuseConditions(request.headers);
	requireObjectEncryption(request.headers);
	const callback = await emulator.callbacks.read(request);
	const given = await prepareObject(emulator, request, request.headers);
	const expected = readExpected(request.headers);
	const upload = await openUpload(emulator, request);
	const object = await emulator.store.objects.put(given, upload.body, expected);
	const headers = {
		...writtenHeaders(object),
		...upload.headers(),
		...(await expirationHeader(emulator, object)),
	};
	const called = await callBack(
		emulator,
		request,
		callback,
		{ object, owner: bucket.owner },
		"PutObject",
		headers,
	);
	return called ?? empty(200, headers);
}

const CONDITIONS = [
	["if-modified-since", "If-Modified-Since"],
	["if-unmodified-since", "If-Unmodified-Since"],
	["if-match", "If-Match"],
	["if-none-match", "If-None-Match"],
] as const;

/** Source: docs «PutObject», table of errors. */
function refuseConditions(headers: Headers): void {
	for (const [header, name] of CONDITIONS) {
		if (headers[header] === undefined) continue;
		throw new OssError("NotImplemented", {
			message:
				"A header you provided implies functionality that is not implemented.",
			details: { Header: name },
		});
	}
}
