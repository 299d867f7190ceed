/**
 * DeleteMultipleObjects: the keys are in the body, so that a RAM user's or session's request is read before it passes.
 */
import { requireIdentityAccess } from "../operations/access/access.ts";
import { readDocument } from "../operations/body.ts";
import { readDoomed } from "../operations/object/delete-multiple-objects.ts";
import type { Reply } from "../oss/reply.ts";
import { readXml } from "../xml/read.ts";
import { forward, type Gateway, type Passing } from "./forward.ts";

/** @throws OssError MalformedXML, AccessDenied for the first key that the caller must not delete */
export async function deleteThrough(
	gateway: Gateway,
	passing: Passing,
): Promise<Reply> {
	const { request, outgoing } = passing;
	if (request.caller.identity === undefined) return forward(gateway, passing);
	const body = await readDocument(request);
	for (const { key, versionId } of readDoomed(await readXml(body, "Delete"))) {
		const query = new Map(request.query);
		if (versionId !== undefined) query.set("versionId", versionId);
		const asked = { ...request, key, query };
		await requireIdentityAccess(gateway.emulator, asked, "oss:DeleteObject");
	}
	return forward(gateway, { ...passing, outgoing: { ...outgoing, body } });
}
