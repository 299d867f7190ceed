/**
 * A request at a gateway, once its caller and its operation are known: guard, access, the way to the
 * cloud and back. The gateway's own business are callbacks, forms and what names another bucket; everything else passes
 * as it is, operations that the emulator does not implement too.
 */
import { requireIdentityAccess } from "../operations/access/access.ts";
import { uploadBody } from "../operations/body.ts";
import type { Row } from "../operations/row.ts";
import type { Reply } from "../oss/reply.ts";
import type { OssRequest } from "../oss/request.ts";
import { forward, type Gateway } from "./forward.ts";
import { requirePassage } from "./guard.ts";
import { toUpstream } from "./outgoing.ts";
import { specialOf } from "./special.ts";

/** @throws OssError AccessDenied, UpstreamUnreachable, UpstreamTimeout, UpstreamRefused, UpstreamClockSkewed */
export async function passOn(
	gateway: Gateway,
	request: OssRequest,
	operation: Row,
): Promise<Reply> {
	const { emulator, upstream } = gateway;
	const bucket = requirePassage(upstream.options, request, operation);
	const isPreflight = operation.access === "none";
	// `--cors dev` answers pages of any origin itself, whatever the bucket's rules are.
	if (isPreflight && emulator.cors === "dev" && operation.run)
		return operation.run(emulator, request, undefined);
	const special = specialOf(operation.name);
	if (!special?.decidesAccess)
		await requireIdentityAccess(emulator, request, operation.action);
	if (operation.lengthRequired) uploadBody(request); // for its errors
	const { uid } = emulator.accounts.default;
	const outgoing = toUpstream(request, bucket, uid);
	const passing = { operation: operation.name, request, outgoing };
	return special ? special.run(gateway, passing) : forward(gateway, passing);
}
