/**
 * A request at a gateway, once it is known who sends it and which operation it asks for: guard, access, the way to the
 * cloud and back. The gateway's own business are callbacks, forms and what names another bucket; everything else passes
 * as it is, operations that the emulator does not implement too.
 */
import type { Emulator } from "../emulator.ts";
import { requireIdentityAccess } from "../operations/access/access.ts";
import { uploadBody } from "../operations/body.ts";
import type { Row } from "../operations/row.ts";
import { rootOf } from "../operations/service/endpoint.ts";
import { OssError } from "../oss/errors.ts";
import type { Reply } from "../oss/reply.ts";
import type { OssRequest } from "../oss/request.ts";
import type { Upstream, UpstreamRequest } from "../upstream/upstream.ts";
import { requirePassage } from "./guard.ts";
import { type Asked, toReply } from "./incoming.ts";
import { toUpstream } from "./outgoing.ts";

/** What passing a request on takes. */
export type Gateway = {
	readonly emulator: Emulator;
	readonly upstream: Upstream;
};

/** A request that may pass. */
export type Passing = {
	/** As the API reference calls what the cloud is asked for. */
	readonly operation: string;
	readonly request: OssRequest;
	/** As the cloud gets it. */
	readonly outgoing: UpstreamRequest;
};

/** @throws OssError AccessDenied, UpstreamUnreachable, UpstreamTimeout, UpstreamRefused, UpstreamClockSkewed */
export async function passOn(
	gateway: Gateway,
	request: OssRequest,
	operation: Row,
): Promise<Reply> {
	const { emulator, upstream } = gateway;
	const bucket = requirePassage(upstream.options, request, operation);
	const isPreflight = operation.access === "nowhere";
	// `--cors dev` answers pages of any origin itself, whatever the bucket's rules are.
	if (isPreflight && emulator.cors === "dev" && operation.run)
		return operation.run(emulator, request);
	const { specialOf } = await import("./special.ts");
	const special = specialOf(operation.name);
	if (!special?.decidesAccess)
		await requireIdentityAccess(emulator, request, operation.action);
	if (operation.lengthRequired) uploadBody(request); // for its errors
	const { uid } = emulator.accounts.default;
	const outgoing = toUpstream(request, bucket, uid);
	const passing = { operation: operation.name, request, outgoing };
	return special ? special.run(gateway, passing) : forward(gateway, passing);
}

/** The answer to a GET of an object is its content, unless a sub-resource asks for a document. */
const isOfBucket = ({ query }: OssRequest): boolean =>
	DOCUMENTS.some((name) => query.has(name));

const DOCUMENTS = ["acl", "tagging", "uploadId", "retention", "legalHold"];

/** Sends it, and once more when only the clocks were apart and nothing of a body is gone. */
export async function forward(
	{ upstream }: Gateway,
	passing: Passing,
): Promise<Reply> {
	const { request, outgoing } = passing;
	const { method, bucket, isSigned } = outgoing;
	const renaming = {
		toLocal: (real: string) => upstream.options.buckets.toLocal(real),
		realRoot: upstream.rootOf(bucket),
		localRoot: `${request.scheme}://${request.host}${rootOf(request)}`,
	};
	const isDocument =
		method !== "GET" || request.key === "" || isOfBucket(request);
	const asked = { method, bucket, isSigned, renaming, isDocument };
	const once = (): Promise<Reply> => exchange(upstream, passing, asked);
	try {
		return await once();
	} catch (error) {
		const isSkewed =
			error instanceof OssError && error.code === "UpstreamClockSkewed";
		if (!isSkewed || outgoing.body !== null) throw error;
		return once();
	}
}

/** There and back, recorded if `--record` says so. */
async function exchange(
	upstream: Upstream,
	{ operation, request, outgoing }: Passing,
	asked: Asked,
): Promise<Reply> {
	const { recorder } = upstream;
	if (!recorder) return toReply(upstream, await upstream.send(outgoing), asked);
	const recording = recorder.begin(
		...([operation, request.bucket, outgoing] as const),
		await upstream.secrets(),
	);
	if (!recording)
		return toReply(upstream, await upstream.send(outgoing), asked);
	const answer = await upstream.send(recording.request);
	const reply = await toReply(upstream, recording.answer(answer), asked);
	recording.keep();
	return reply;
}
