/**
 * Passes a request to the cloud and its response back; the types of both.
 */
import type { Emulator } from "../emulator.ts";
import { rootOf } from "../operations/service/endpoint.ts";
import { OssError } from "../oss/errors.ts";
import type { Reply } from "../oss/reply.ts";
import type { OssRequest } from "../oss/request.ts";
import type { UpstreamRequest } from "../upstream/request.ts";
import type { Upstream } from "../upstream/upstream.ts";
import { type SentRequest, toReply } from "./incoming.ts";

/** The parts of a gateway that pass a request on. */
export type Gateway = {
	readonly emulator: Emulator;
	readonly upstream: Upstream;
};

/** A request that is allowed to pass. */
export type Passing = {
	/** The API reference's name of the operation that the cloud receives. */
	readonly operation: string;
	readonly request: OssRequest;
	/** The request that the cloud receives. */
	readonly outgoing: UpstreamRequest;
};

/** The answer to a GET of an object is its content, unless a sub-resource requests a document. */
const isOfBucket = ({ query }: OssRequest): boolean =>
	DOCUMENTS.some((name) => query.has(name));

const DOCUMENTS = ["acl", "tagging", "uploadId", "retention", "legalHold"];

/** Sends the request; retries once if only the clocks differed and no byte of a body has been sent. */
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
	const isHeadOnly = request.query.has("objectMeta");
	const sent = {
		method,
		bucket,
		isSigned,
		renaming,
		isDocument,
		isHeadOnly,
	};
	const once = (): Promise<Reply> => exchange(upstream, passing, sent);
	try {
		return await once();
	} catch (error) {
		const isSkewed =
			error instanceof OssError && error.code === "UpstreamClockSkewed";
		if (!isSkewed || outgoing.body !== null) throw error;
		return once();
	}
}

/** Sends the request and receives the response, and records both with `--record`. */
async function exchange(
	upstream: Upstream,
	{ operation, request, outgoing }: Passing,
	sent: SentRequest,
): Promise<Reply> {
	const { recorder } = upstream;
	if (!recorder) return toReply(upstream, await upstream.send(outgoing), sent);
	const recording = recorder.begin(
		operation,
		request.bucket,
		outgoing,
		await upstream.secrets(),
	);
	if (!recording) return toReply(upstream, await upstream.send(outgoing), sent);
	const answer = await upstream.send(recording.request);
	const reply = await toReply(upstream, recording.answer(answer), sent);
	recording.confirm();
	return reply;
}
