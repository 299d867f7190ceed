/**
 * CORS headers for an answer that a gateway makes itself, an error above all: the bucket's rules are in the cloud, and
 * a page must be able to read why it was refused.
 */
import { OssError } from "../oss/errors.ts";
import type { ReplyHeaders } from "../oss/reply.ts";
import type { Arrival } from "../oss/request.ts";
import type { Upstream } from "../upstream/upstream.ts";

const WANTED = /^(?:access-control-allow-(?:origin|credentials)|vary)$/i;

/** @returns no headers when the cloud's rules do not allow the request, or the cloud does not answer */
export async function findUpstreamCors(
	upstream: Upstream,
	{ method, headers }: Pick<Arrival, "method" | "headers">,
	bucket: string,
): Promise<ReplyHeaders> {
	const real = upstream.options.buckets.findReal(bucket);
	if (real === undefined || headers.origin === undefined) return {};
	try {
		const answer = await upstream.send({
			...{ method: "OPTIONS", bucket: real, key: "", query: new Map() },
			headers: {
				origin: headers.origin,
				"access-control-request-method": method,
			},
			...{ body: null, isSigned: false },
		});
		answer.body.resume();
		if (answer.status !== 200) return {};
		const found = Object.entries(answer.headers);
		return Object.fromEntries(found.filter(([name]) => WANTED.test(name)));
	} catch (error) {
		// The answer is an error already: that of the request itself.
		if (error instanceof OssError) return {};
		throw error;
	}
}
