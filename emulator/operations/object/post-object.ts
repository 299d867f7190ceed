/**
 * PostObject: an upload by an HTML form, signed by the policy in it.
 *
 * Only fields before `file` are read; what follows it is ignored, a callback too. The file is received while the policy
 * is known to allow it so far; a size the policy does not allow leaves nothing behind. Of a callback the application
 * server's answer counts, not the status or redirect that the form asks for.
 *
 * Source: docs «PostObject», «Callback»; java SDK FAQ for fields after the file.
 */
import {
	checkPolicy,
	checkSize,
	type Policy,
	readPostPolicy,
} from "../../auth/post-policy.ts";
import { withFieldsAfterFile } from "../../callback/advice/fields-after-file.ts";
import type { ResolvedCallback } from "../../callback/model.ts";
import type { Emulator } from "../../emulator.ts";
import { invalidArgument, underEc } from "../../oss/errors.ts";
import { requireKey } from "../../oss/names.ts";
import { empty, type Reply, type ReplyHeaders, xml } from "../../oss/reply.ts";
import type { OssRequest } from "../../oss/request.ts";
import type { StoredObject } from "../../storage/types.ts";
import { writeXml } from "../../xml/write.ts";
import { requireAccess } from "../access/access.ts";
import { readExpected, UPLOAD_BYTES_MAX } from "../body.ts";
import { objectUrl } from "../service/endpoint.ts";
import { type Form, readForm, TOO_LARGE_EC } from "./form.ts";
import { diagnosed } from "./form-diagnosis.ts";
import { prepareObject } from "./new-object.ts";
import { writtenHeaders } from "./object-headers.ts";
import { readTrafficLimit, slowed } from "./traffic-limit.ts";
import { requireRoom } from "./upload-body.ts";
import { callBack } from "./upload-callback.ts";

export async function postObject(
	emulator: Emulator,
	request: OssRequest,
): Promise<Reply> {
	const form = await readForm(request);
	const { caller, policy } = await diagnosed(emulator, request, form, () =>
		readPostPolicy(form.fields, emulator.accounts, {
			region: emulator.region,
			now: request.receivedAt,
			checkSignatures: emulator.checkSignatures,
		}),
	);
	const asked = { ...request, caller, key: readKey(form) };
	const bucket = await emulator.store.buckets.get(request.bucket);
	await requireAccess(emulator, bucket, asOfForm(asked, form), "oss:PutObject");
	const fields = withType(form);
	await diagnosed(emulator, request, { ...form, fields }, () => {
		if (policy) checkPolicy(policy, fields, request.bucket);
	});
	const { callbacks } = emulator;
	const inTime = await callbacks.readForm(request.bucket, form.exactFields);
	const end = async (): Promise<void> => {
		await form.end();
		callbacks.refuseFieldsAfterFile(inTime, form.lateNames);
	};
	const { object, qos } = await receiveFile(
		emulator,
		asked,
		{ ...form, end },
		policy,
	);
	const callback = withFieldsAfterFile(inTime, form.lateNames);
	const headers = { ...writtenHeaders(object, bucket), ...qos };
	warnOfRedirect(emulator, asked, form, callback);
	const called = await callBack(
		emulator,
		asked,
		callback,
		object,
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

/**
 * The type of the file's own part stands in for a field that is not there: java1's suite. That it is the field which
 * `$content-type` means where both are is a guess (A-690).
 */
export const withType = ({ fields, file }: Form): Form["fields"] =>
	file.contentType
		? new Map([["content-type", file.contentType], ...fields])
		: fields;

/** What a PutObject has in x-oss- headers stands in fields, and nothing else does; tags of a form are not set. */
export function asOfForm(asked: OssRequest, { fields }: Form): OssRequest {
	const own = Object.fromEntries(
		[...fields].filter(([name]) => name.startsWith("x-oss-")),
	);
	const headers = { ...asked.headers, ...own, "x-oss-tagging": undefined };
	return { ...asked, headers };
}

/** The docs tie a missing key to another error; this one was seen of other fields that are missing. */
export function readKey({ fields, file }: Form): string {
	const key = fields.get("key");
	if (!key) {
		const message =
			"The bucket POST must contain the specified 'key'. If it is specified, please check the order of the fields";
		throw invalidArgument("key", "", message);
	}
	// Browsers of old send a path: what counts is after the last slash or backslash.
	const filename = file.filename.replace(/^.*[/\\]/s, "");
	const filled = key.replaceAll("${filename}", () => filename);
	requireKey(filled);
	return filled;
}

async function receiveFile(
	emulator: Emulator,
	asked: OssRequest,
	form: Form,
	policy: Policy | undefined,
): Promise<{ readonly object: StoredObject; readonly qos: ReplyHeaders }> {
	const { fields, file } = form;
	const { "content-md5": _ofTheWholeBody, ...headers } = asked.headers;
	const own = Object.fromEntries(fields);
	const contentType =
		own["x-oss-content-type"] || file.contentType || own["content-type"];
	const given = await prepareObject(emulator, asked, {
		"x-oss-forbid-overwrite": headers["x-oss-forbid-overwrite"],
		...own,
		"content-type": contentType,
		"x-oss-tagging": undefined,
	});
	const sizeMax = Math.min(
		policy?.size.max ?? UPLOAD_BYTES_MAX,
		UPLOAD_BYTES_MAX,
	);
	const expected = { ...readExpected(own), sizeMax };
	const limit = readTrafficLimit({
		query: asked.query,
		headers: { ...headers, ...own },
	});
	await requireRoom(emulator, asked.bucket, 1);
	const upload = slowed(checked(form, policy), limit);
	const object = await emulator.store.objects
		.put(given, upload.body, expected)
		.catch(underEc("EntityTooLarge", TOO_LARGE_EC));
	return { object, qos: upload.headers() };
}

/**
 * Ends with an error, so that nothing is stored, when the file is not of a size the policy allows or the form not
 * whole.
 */
async function* checked(
	{ file, end }: Form,
	policy: Policy | undefined,
): AsyncGenerator<Buffer> {
	let size = 0;
	for await (const chunk of file.content) {
		size += chunk.length;
		yield chunk;
	}
	if (policy) checkSize(policy, size);
	await end();
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

/** @returns undefined for what is not a URL of the web: the form is answered as without it */
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
