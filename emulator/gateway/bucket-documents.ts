/**
 * Documents of a bucket in the cloud that the gateway itself needs: callback policies, the ACL, CORS rules.
 */
import type { CallbackPolicy } from "../callback/read.ts";
import { OssError } from "../oss/errors.ts";
import type { Reply, ReplyHeaders } from "../oss/reply.ts";
import type { Arrival } from "../oss/request.ts";
import type { Upstream } from "../upstream/upstream.ts";
import {
	childrenNamed,
	childText,
	readXml,
	type XmlNode,
} from "../xml/read.ts";
import { readWhole } from "./incoming.ts";

/** @returns undefined if the bucket has no callback policy of that name, or the cloud does not return it */
export async function findUpstreamPolicy(
	upstream: Upstream,
	bucket: string,
	name: string,
): Promise<CallbackPolicy | undefined> {
	const query = { policy: "", comp: "callback" };
	const root = await find(upstream, bucket, query, "BucketCallbackPolicy");
	const item =
		root &&
		childrenNamed(root, "PolicyItem").find(
			(policy) => childText(policy, "PolicyName") === name,
		);
	return (
		item && {
			callback: childText(item, "Callback") ?? "",
			callbackVar: childText(item, "CallbackVar") ?? "",
		}
	);
}

/** @returns `private`, the most restrictive ACL, if the cloud does not return the ACL */
export async function findUpstreamAcl(
	upstream: Upstream,
	bucket: string,
): Promise<string> {
	const root = await find(upstream, bucket, { acl: "" }, "AccessControlPolicy");
	const [list] = root ? childrenNamed(root, "AccessControlList") : [];
	return (list && childText(list, "Grant")) ?? "private";
}

async function find(
	upstream: Upstream,
	bucket: string,
	query: Readonly<Record<string, string>>,
	root: string,
): Promise<XmlNode | undefined> {
	const real = upstream.options.buckets.findReal(bucket);
	if (real === undefined) return undefined;
	const answer = await upstream.send({
		method: "GET",
		bucket: real,
		key: "",
		headers: {},
		body: null,
		query: new Map(Object.entries(query)),
		isSigned: true,
	});
	const document = await readWhole(answer.body);
	return answer.status === 200 ? readXml(document, root) : undefined;
}

const CORS_HEADERS = /^(?:access-control-allow-(?:origin|credentials)|vary)$/i;

/**
 * Adds CORS headers to a response that the gateway itself has made, such as an error: a page must be able to read why
 * its request was refused. Responses of the cloud already have the headers of its rules.
 */
export async function withUpstreamCors(
	upstream: Upstream,
	arrival: Pick<Arrival, "method" | "headers">,
	bucket: string,
	reply: Reply,
): Promise<Reply> {
	const { method, headers } = arrival;
	if (method === "OPTIONS" || bucket === "") return reply;
	if (headers.origin === undefined || isOfCloud(reply)) return reply;
	const found = await findUpstreamCors(upstream, arrival, bucket);
	return { ...reply, headers: { ...reply.headers, ...found } };
}

/** Only responses of the cloud have a request id here. */
const isOfCloud = ({ headers }: Reply): boolean =>
	headers["x-oss-request-id"] !== undefined ||
	headers["x-amz-request-id"] !== undefined;

/**
 * @returns no headers if the cloud's rules do not allow the request, or the cloud does not respond
 */
async function findUpstreamCors(
	upstream: Upstream,
	{ method, headers }: Pick<Arrival, "method" | "headers">,
	bucket: string,
): Promise<ReplyHeaders> {
	const real = upstream.options.buckets.findReal(bucket);
	if (real === undefined || headers.origin === undefined) return {};
	try {
		const answer = await upstream.send({
			method: "OPTIONS",
			bucket: real,
			key: "",
			query: new Map(),
			headers: {
				origin: headers.origin,
				"access-control-request-method": method,
			},
			body: null,
			isSigned: false,
		});
		answer.body.resume();
		if (answer.status !== 200) return {};
		const found = Object.entries(answer.headers);
		return Object.fromEntries(
			found.filter(([name]) => CORS_HEADERS.test(name)),
		);
	} catch (error) {
		// The response already reports an error of the request.
		if (error instanceof OssError) return {};
		throw error;
	}
}
