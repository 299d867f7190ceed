/**
 * PostObject: an upload by an HTML form, signed by the policy in it.
 *
 * Only fields before `file` are read; fields after it are ignored, a callback too. The file is received while the
 * policy is known to allow it so far; a size the policy does not allow leaves nothing behind. Of a callback the
 * application server's answer counts, not the status or redirect that the form requests.
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
import { readTrafficLimit, requireRoom, slowed } from "./body-limits.ts";
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
	const { asked, policy } = await authorizeForm(
		emulator,
		request,
		form,
		(asPut) => requireAccess(emulator, bucket, asPut, "oss:PutObject"),
	);
	let callback = await callbacks.readForm(request.bucket, form.exactFields);
	const body = form.content(policy, (lateNames) => {
		callback = callbacks.addFieldsAfterFile(callback, lateNames);
	});
	const { object, qos } = await storeFile(emulator, asked, form, policy, body);
	const headers = { ...writtenHeaders(object, bucket), ...qos };
	warnOfRedirect(emulator, asked, form, callback);
	const called = await callBack(
		emulator,
		asked,
		callback,
		{ object, owner: bucket.owner },
		"PostObject",
		headers,
	);
	return called ?? answerForm(asked, form, object, headers);
}

export function warnOfRedirect(
	{ log }: Pick<Emulator, "log">,
	{ bucket, key }: Pick<OssRequest, "bucket" | "key">,
	{ fields }: Form,
	callback: ResolvedCallback | undefined,
): void {
	if (callback?.urls.length && fields.get("success_action_redirect"))
		log.warn(
			`${bucket}/${key}: the answer of the callback takes the place of success_action_redirect`,
		);
}

async function storeFile(
	emulator: Emulator,
	asked: OssRequest,
	form: Form,
	policy: Policy | undefined,
	body: AsyncIterable<Buffer>,
): Promise<{ readonly object: StoredObject; readonly qos: ReplyHeaders }> {
	const own: Headers = Object.fromEntries(form.fields);
	const given = await prepareObject(emulator, asked, {
		"x-oss-forbid-overwrite": asked.headers["x-oss-forbid-overwrite"],
		...own,
		"content-type": form.contentType,
		"x-oss-tagging": undefined,
	});
	const sizeMax = Math.min(
		policy?.size.max ?? UPLOAD_BYTES_MAX,
		UPLOAD_BYTES_MAX,
	);
	const limit = readTrafficLimit({
		query: asked.query,
		headers: { ...asked.headers, ...own },
	});
	await requireRoom(emulator, asked.bucket, 1);
	const upload = slowed(body, limit);
	const object = await emulator.store.objects
		.put(given, upload.body, { ...readExpected(own), sizeMax })
		.catch(underEc("EntityTooLarge", TOO_LARGE_EC));
	return { object, qos: upload.headers() };
}

/**
 * A redirect wins over a status; its code and parameters are those of S3 (A-05). The elements of a 201 are as in a
 * capture, whose order is not the docs' and whose ETag has no quotes (A-608).
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

/** @returns undefined unless `text` is a URL of http or https: the form is then answered as without a redirect */
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
