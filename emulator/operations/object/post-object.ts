/**
 * PostObject: an upload by an HTML form, which contains a signed policy.
 *
 * Only fields before `file` are read; fields after it are ignored, including a callback. The file is received as long
 * as the policy allows its size so far; if the policy refuses the size, nothing is stored. With a callback, the reply
 * is the application server's answer, not the status or redirect that the form requests.
 *
 * Source: docs «PostObject», «Callback»; java SDK FAQ for fields after the file.
 */
import type { Policy } from "../../auth/post-policy.ts";
import type { ResolvedCallback } from "../../callback/model.ts";
import type { Emulator } from "../../emulator.ts";
import { underEc } from "../../oss/errors.ts";
import { empty, type Reply, type ReplyHeaders, xml } from "../../oss/reply.ts";
import type { Headers, OssRequest } from "../../oss/request.ts";
import type { StoredBucket, StoredObject } from "../../storage/types.ts";
import { writeXml } from "../../xml/write.ts";
import { requireAccess } from "../access/access.ts";
import { readExpected, UPLOAD_BYTES_MAX } from "../body.ts";
import { objectUrl } from "../service/endpoint.ts";
import { authorizeForm } from "./authorize-form.ts";
import { readTrafficLimit, requireCapacity, slowed } from "./body-limits.ts";
import { type Form, TOO_LARGE_EC, withForm } from "./form.ts";
import { prepareObject } from "./new-object.ts";
import { writtenHeaders } from "./object-headers.ts";
import { callBack } from "./upload-callback.ts";

export const postObject = (
	emulator: Emulator,
	request: OssRequest,
	bucket: StoredBucket,
): Promise<Reply> =>
	withForm(request, (form) => storeForm(emulator, request, bucket, form));

async function storeForm(
	emulator: Emulator,
	request: OssRequest,
	bucket: StoredBucket,
	form: Form,
): Promise<Reply> {
	const { callbacks } = emulator;
	const { formRequest, policy } = await authorizeForm(
		emulator,
		request,
		form,
		(asPut) => requireAccess(emulator, bucket, asPut, "oss:PutObject"),
	);
	let callback = await callbacks.readForm(request.bucket, form.exactFields);
	const body = form.content(policy, (lateNames) => {
		callback = callbacks.addFieldsAfterFile(callback, lateNames);
	});
	const { object, qos } = await storeFile(
		emulator,
		formRequest,
		form,
		policy,
		body,
	);
	const headers = { ...writtenHeaders(object), ...qos };
	warnOfRedirect(emulator, formRequest, form, callback);
	const called = await callBack(
		emulator,
		formRequest,
		callback,
		{ object, owner: bucket.owner },
		"PostObject",
		headers,
	);
	return called ?? answerForm(formRequest, form, object, headers);
}

export function warnOfRedirect(
	{ log }: Pick<Emulator, "log">,
	{ bucket, key }: Pick<OssRequest, "bucket" | "key">,
	{ fields }: Form,
	callback: ResolvedCallback | undefined,
): void {
	if (callback?.urls.length && fields.get("success_action_redirect"))
		log.warn(
			`${bucket}/${key}: the callback's answer replaces success_action_redirect`,
		);
}

async function storeFile(
	emulator: Emulator,
	formRequest: OssRequest,
	form: Form,
	policy: Policy | undefined,
	body: AsyncIterable<Buffer>,
): Promise<{ readonly object: StoredObject; readonly qos: ReplyHeaders }> {
	const own: Headers = Object.fromEntries(form.fields);
	const given = await prepareObject(emulator, formRequest, {
		...own,
		...form.forbidOverwrite(formRequest.headers),
		"content-type": form.contentType,
		"x-oss-tagging": undefined,
	});
	const sizeMax = Math.min(
		policy?.size.max ?? UPLOAD_BYTES_MAX,
		UPLOAD_BYTES_MAX,
	);
	const limit = readTrafficLimit({
		query: formRequest.query,
		headers: { ...formRequest.headers, ...own },
	});
	await requireCapacity(emulator, formRequest.bucket, 1);
	const upload = slowed(body, limit);
	const object = await emulator.store.objects
		.put(given, upload.body, { ...readExpected(own), sizeMax })
		.catch(underEc("EntityTooLarge", TOO_LARGE_EC));
	return { object, qos: upload.headers() };
}

/**
 * A redirect takes precedence over a status; its code and parameters are taken from S3. The elements of a 201
 * are taken from a capture, which has a different order than the docs and an ETag without quotes.
 */
export function answerForm(
	request: OssRequest,
	{ fields }: Form,
	object: Pick<StoredObject, "bucket" | "key" | "etag">,
	headers: ReplyHeaders,
): Reply {
	const redirect = fields.get("success_action_redirect");
	if (redirect) {
		const location = redirectTo(redirect, object);
		if (location) return empty(303, { ...headers, Location: location });
	}
	const status = fields.get("success_action_status");
	if (status === "200") return empty(200, headers);
	if (status !== "201") return empty(204, headers);
	const location = objectUrl(request);
	return xml(
		writeXml("PostResponse", {
			Bucket: object.bucket,
			Location: location,
			Key: object.key,
			ETag: object.etag,
		}),
		{ ...headers, Location: location },
		201,
	);
}

/** @returns undefined unless `text` is an http or https URL; the form is then answered as if it had no redirect */
function redirectTo(
	text: string,
	{ bucket, key, etag }: Pick<StoredObject, "bucket" | "key" | "etag">,
): string | undefined {
	if (!URL.canParse(text)) return undefined;
	const url = new URL(text);
	if (url.protocol !== "http:" && url.protocol !== "https:") return undefined;
	for (const [name, value] of Object.entries({
		bucket,
		key,
		etag: `"${etag}"`,
	}))
		url.searchParams.append(name, value);
	return url.href;
}
