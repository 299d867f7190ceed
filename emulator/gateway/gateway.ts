/**
 * Handles a request at a gateway, once its caller and its operation are known: guard, access, the way to the cloud
 * and back. The gateway itself handles callbacks, forms and requests that name another bucket; everything else passes
 * unchanged, including operations that the emulator does not implement.
 */
import { requireIdentityAccess } from "../operations/access/access.ts";
import { readDocument, uploadBody } from "../operations/body.ts";
import { PART_COPY_ECS } from "../operations/multipart/multipart.ts";
import {
	COPY_ECS,
	readSource,
	SOURCE,
} from "../operations/object/copy-object.ts";
import { readKeys } from "../operations/object/delete-multiple-objects.ts";
import type { Row } from "../operations/row.ts";
import type { OperationName } from "../operations/table.ts";
import type { Reply } from "../oss/reply.ts";
import type { OssRequest } from "../oss/request.ts";
import { readXml } from "../xml/read.ts";
import { postThrough } from "./form.ts";
import { forward, type Gateway, type Passing } from "./forward.ts";
import { requirePassage, requireReal } from "./guard.ts";
import { toUpstream } from "./outgoing.ts";
import { processThrough } from "./process.ts";
import { completeThrough, putThrough } from "./upload.ts";

/** @throws OssError AccessDenied, UpstreamUnreachable, UpstreamTimeout, UpstreamRefused, UpstreamClockSkewed */
export async function passOn(
	gateway: Gateway,
	request: OssRequest,
	operation: Row,
): Promise<Reply> {
	const { emulator, upstream } = gateway;
	const bucket = requirePassage(upstream.options, request, operation);
	const isPreflight = operation.access === "none";
	// With `--cors dev` the gateway itself answers preflights of any origin, regardless of the bucket's rules.
	if (isPreflight && emulator.cors === "dev" && operation.run)
		return operation.run(emulator, request, undefined);
	const special = SPECIAL.get(operation.name);
	if (!special?.decidesAccess)
		await requireIdentityAccess(emulator, request, operation.action);
	if (operation.lengthRequired) uploadBody(request); // called for its errors
	const { uid } = emulator.accounts.default;
	const outgoing = toUpstream(request, bucket, uid);
	const passing = { operation: operation.name, request, outgoing };
	return special ? special.run(gateway, passing) : forward(gateway, passing);
}

/** An operation that a gateway does not pass on unchanged. */
type Special = {
	readonly run: (gateway: Gateway, passing: Passing) => Promise<Reply>;
	/** Whether the operation checks permissions itself, because its body names the resources. */
	readonly decidesAccess?: boolean;
};

const SPECIAL: ReadonlyMap<string, Special> = new Map<OperationName, Special>([
	["PutObject", { run: putThrough }],
	["CompleteMultipartUpload", { run: completeThrough }],
	["PostObject", { run: postThrough, decidesAccess: true }],
	["DeleteMultipleObjects", { run: deleteThrough, decidesAccess: true }],
	["CopyObject", { run: copyThrough }],
	["UploadPartCopy", { run: copyThrough }],
	["ProcessObject", { run: processThrough }],
	["AsyncProcessObject", { run: processThrough }],
]);

/**
 * CopyObject and UploadPartCopy: the source is an object of a bucket too, so the gateway must be allowed to read it,
 * and so must the caller.
 *
 * @throws OssError InvalidArgument, AccessDenied
 */
async function copyThrough(gateway: Gateway, passing: Passing): Promise<Reply> {
	const { request, outgoing } = passing;
	const { emulator, upstream } = gateway;
	const header = request.headers[SOURCE] ?? "";
	const ecs = request.query.has("uploadId") ? PART_COPY_ECS : COPY_ECS;
	const source = readSource(header, ecs);
	const real = requireReal(upstream.options, source.bucket);
	const reading = { ...request, ...source };
	await requireIdentityAccess(emulator, reading, "oss:GetObject");
	const keyAndVersion = header.slice(header.indexOf("/", 1));
	const headers = { ...outgoing.headers, [SOURCE]: `/${real}${keyAndVersion}` };
	return forward(gateway, { ...passing, outgoing: { ...outgoing, headers } });
}

/**
 * DeleteMultipleObjects: the keys are in the body, which is read before the request of a RAM user or session passes.
 *
 * @throws OssError MalformedXML, AccessDenied for the first key that the caller must not delete
 */
async function deleteThrough(
	gateway: Gateway,
	passing: Passing,
): Promise<Reply> {
	const { request, outgoing } = passing;
	if (request.caller.identity === undefined) return forward(gateway, passing);
	const body = await readDocument(request);
	for (const { key, versionId } of readKeys(await readXml(body, "Delete"))) {
		const query = new Map(request.query);
		if (versionId !== undefined) query.set("versionId", versionId);
		const removal = { ...request, key, query };
		await requireIdentityAccess(gateway.emulator, removal, "oss:DeleteObject");
	}
	return forward(gateway, { ...passing, outgoing: { ...outgoing, body } });
}
