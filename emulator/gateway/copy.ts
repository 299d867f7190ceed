/**
 * CopyObject and UploadPartCopy: the source is an object of a bucket too, so the gateway must be allowed to read it
 * and the caller may read.
 */
import { requireIdentityAccess } from "../operations/access/access.ts";
import { PART_COPY_ECS } from "../operations/multipart/multipart.ts";
import {
	COPY_ECS,
	readSource,
	SOURCE,
} from "../operations/object/copy-object.ts";
import type { Reply } from "../oss/reply.ts";
import { forward, type Gateway, type Passing } from "./forward.ts";
import { requireReal } from "./guard.ts";

/** @throws OssError InvalidArgument, AccessDenied */
export async function copyThrough(
	gateway: Gateway,
	passing: Passing,
): Promise<Reply> {
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
