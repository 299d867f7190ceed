/**
 * CORS headers of the response to an actual request, also if the request failed, so that a page can read why.
 *
 * The bucket of a request that failed before its signature was checked is read from the request as it arrived.
 *
 * Source: docs «PutBucketCors».
 */

import { type Names, readTargets } from "../auth/addressing.ts";
import type { Emulator } from "../emulator.ts";
import { findCors } from "../operations/cors/cors.ts";
import { corsHeaders } from "../operations/cors/cors-rules.ts";
import type { Reply } from "../oss/reply.ts";
import type { Arrival } from "../oss/request.ts";

/** @param bucket the bucket of the request */
export async function withCors(
	emulator: Emulator,
	arrival: Arrival,
	bucket: string,
	reply: Reply,
): Promise<Reply> {
	const { method, headers } = arrival;
	if (method === "OPTIONS" || bucket === "") return reply;
	const { upstream } = emulator;
	if (upstream && emulator.cors === "off") {
		// Responses of the cloud already have the headers of its CORS rules.
		if (headers.origin === undefined || isOfCloud(reply)) return reply;
		const { findUpstreamCors } = await import("../gateway/bucket-documents.ts");
		const found = await findUpstreamCors(upstream, arrival, bucket);
		return { ...reply, headers: { ...reply.headers, ...found } };
	}
	const cors = await findCors(emulator, bucket);
	if (!cors) return reply;
	const { origin = "" } = headers;
	const allowed =
		origin === ""
			? undefined
			: corsHeaders(cors.CORSRule, { origin, method, headers: "" });
	const vary = cors.ResponseVary ? { Vary: "Origin" } : {};
	return { ...reply, headers: { ...reply.headers, ...allowed, ...vary } };
}

/** Only responses of the cloud have a request id here. */
const isOfCloud = ({ headers }: Reply): boolean =>
	headers["x-oss-request-id"] !== undefined ||
	headers["x-amz-request-id"] !== undefined;

/** A bucket's name has no percent-escapes; the key does not matter here. */
export function likeliestBucket(
	{ host, rawPath }: Arrival,
	names: Names,
): string {
	const [, first = ""] = rawPath.split("/", 2);
	const path = first.includes("%") ? "/" : `/${first}`;
	return readTargets(host, path, names)[0]?.bucket ?? "";
}
