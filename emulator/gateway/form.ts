/**
 * PostObject at a gateway. Its policy is signed with the emulator's keys, which the cloud cannot check. It is checked
 * here, and the file is passed on as a PutObject while it arrives; if the form turns out to be invalid, the upload is
 * aborted and the cloud stores nothing.
 *
 * Source: docs «PostObject».
 */
import { requireIdentityAccess } from "../operations/access/access.ts";
import { readExpected, UPLOAD_BYTES_MAX } from "../operations/body.ts";
import { authorizeForm } from "../operations/object/authorize-form.ts";
import {
	type Form,
	TOO_LARGE_EC,
	withForm,
} from "../operations/object/form.ts";
import {
	readNewObject,
	requireHeader,
} from "../operations/object/object-headers.ts";
import {
	answerForm,
	warnOfRedirect,
} from "../operations/object/post-object.ts";
import { OssError } from "../oss/errors.ts";
import type { Reply } from "../oss/reply.ts";
import type { Headers, OssRequest } from "../oss/request.ts";
import { forward, type Gateway, type Passing } from "./forward.ts";
import { findHeader } from "./incoming.ts";
import { callBack } from "./upload.ts";

/** @throws OssError any error of PostObject */
export const postThrough = (
	gateway: Gateway,
	passing: Passing,
): Promise<Reply> =>
	withForm(passing.request, (form) => sendForm(gateway, passing, form));

async function sendForm(
	gateway: Gateway,
	{ request, outgoing }: Passing,
	form: Form,
): Promise<Reply> {
	const { emulator } = gateway;
	const { callbacks } = emulator;
	const { formRequest: upload, policy } = await authorizeForm(
		emulator,
		request,
		form,
		async (asPut) => requireIdentityAccess(emulator, asPut, "oss:PutObject"),
	);
	let callback = await callbacks.readForm(request.bucket, form.exactFields);
	const headers = headersOf(upload, form);
	const sizeMax = Math.min(policy?.size.max ?? Infinity, UPLOAD_BYTES_MAX);
	let size = 0;
	async function* body(): AsyncGenerator<Buffer> {
		const content = form.content(policy, (lateNames) => {
			callback = callbacks.addFieldsAfterFile(callback, lateNames);
		});
		for await (const chunk of content) {
			size += chunk.length;
			if (size > sizeMax)
				throw new OssError("EntityTooLarge", { ec: TOO_LARGE_EC });
			yield chunk;
		}
	}
	const passing = {
		operation: "PutObject",
		request: upload,
		outgoing: {
			method: "PUT",
			bucket: outgoing.bucket,
			key: upload.key,
			headers,
			query: new Map(),
			body: body(),
			isSigned: upload.caller.uid !== "",
		},
	};
	const reply = await forward(gateway, passing);
	if (reply.status !== 200) return reply;
	warnOfRedirect(emulator, upload, form, callback);
	const known = { size, contentType: headers["content-type"] ?? "" };
	const called = await callBack(
		gateway,
		passing,
		callback,
		"PostObject",
		reply,
		known,
	);
	if (called !== reply) return called;
	const etag = (findHeader(reply.headers, "etag") ?? "").replaceAll('"', "");
	const object = { bucket: request.bucket, key: upload.key, etag };
	return answerForm(upload, form, object, ofWriting(reply));
}

/** The response to a form has a body of its own. */
const ofWriting = ({ headers }: Reply): Reply["headers"] =>
	Object.fromEntries(
		Object.entries(headers).filter(
			([name]) => name.toLowerCase() !== "content-length",
		),
	);

/** Makes headers of a PutObject from the fields that describe the object. */
function headersOf(upload: OssRequest, form: Form): Headers {
	const own = Object.fromEntries(
		[...form.fields].filter(
			([name]) =>
				OF_OBJECT.test(name) &&
				!FORM_FIELDS.has(name) &&
				!OF_OTHER_REQUESTS.test(name),
		),
	);
	const { contentType } = form;
	const headers: Headers = {
		...own,
		...withoutUndefined(form.forbidOverwrite(upload.headers)),
		...(contentType ? { "content-type": contentType } : {}),
	};
	// Called for their errors: not every field can be a header.
	readNewObject(upload, headers);
	readExpected(headers);
	for (const [name, value] of Object.entries(headers))
		requireHeader(name, value ?? "");
	return headers;
}

const withoutUndefined = (headers: Headers): Headers =>
	Object.fromEntries(
		Object.entries(headers).filter(([, value]) => value !== undefined),
	);

const OF_OBJECT =
	/^(?:x-oss-.*|cache-control|content-(?:disposition|encoding|language|md5)|expires)$/;

/**
 * Headers that have no effect in a form, but would have one in a PutObject: the cloud would call the application server
 * itself, copy another object instead of storing the file, or reject the signature.
 */
const OF_OTHER_REQUESTS =
	/^x-oss-(?:callback(?:-var)?|copy-source.*|content-sha256)$/;

/** Fields that belong to the signature, and tags, which a form does not set. */
const FORM_FIELDS: ReadonlySet<string> = new Set([
	"x-oss-signature-version",
	"x-oss-credential",
	"x-oss-date",
	"x-oss-signature",
	"x-oss-security-token",
	"x-oss-content-type",
	"x-oss-tagging",
]);
