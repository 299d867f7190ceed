/**
 * A client's request as it goes on to the cloud: without what belongs to the client's connection, to its signature and
 * to its callback, all of which end here.
 *
 * Pure.
 */
import { FAULT_NAME } from "../callback/faults/fault.ts";
import type { Headers, OssRequest, Query } from "../oss/request.ts";
import { OF_CONNECTION, type UpstreamRequest } from "../upstream/upstream.ts";

const HEADERS_OF_HERE: ReadonlySet<string> = new Set([
	...OF_CONNECTION,
	...["host", "expect", "authorization", "date", "x-oss-date"],
	...["x-oss-content-sha256", "x-oss-security-token"],
	...["x-oss-callback", "x-oss-callback-var", FAULT_NAME],
]);

const CALLBACK_PARAMETERS = ["callback", "callback-var", FAULT_NAME];

/** By the parameter that makes a URL a signed one: what else it has of the signature. */
const SIGNATURES: readonly (readonly [string, readonly string[]])[] = [
	["Signature", ["OSSAccessKeyId", "Expires", "security-token"]],
	[
		"x-oss-signature",
		[
			...["x-oss-signature-version", "x-oss-credential", "x-oss-date"],
			...["x-oss-expires", "x-oss-additional-headers"],
			...["x-oss-access-key-id", "x-oss-security-token"],
		],
	],
];

/**
 * The buckets of the cloud belong to the emulator's first account. Requests of other accounts go on without a
 * signature, so that the bucket's ACL decides on them as on any stranger's.
 *
 * @param bucket its name in the cloud
 * @param owner the uid of the first account
 */
export function toUpstream(
	request: OssRequest,
	bucket: string,
	owner: string,
): UpstreamRequest {
	const { method, key, query, headers, caller } = request;
	const body = hasBody(request)
		? request.body.iterator({ destroyOnReturn: false })
		: null;
	// A length beside chunks says nothing (RFC 9112, 6.3).
	const isSized = body !== null && headers["transfer-encoding"] === undefined;
	return {
		...{ method, bucket, key, body },
		query: ownQuery(query),
		headers: ownHeaders(headers, isSized),
		isSigned: caller.uid === owner,
	};
}

/** What frames a body says whether there is one; that of a GET or HEAD means nothing to OSS. */
function hasBody({ method, headers }: OssRequest): boolean {
	if (method === "GET" || method === "HEAD") return false;
	return (
		headers["transfer-encoding"] !== undefined ||
		Number(headers["content-length"] ?? 0) > 0
	);
}

function ownQuery(query: Query): Query {
	const signing = SIGNATURES.flatMap(([mark, others]) =>
		query.has(mark) ? [mark, ...others] : [],
	);
	const ofHere = new Set([...CALLBACK_PARAMETERS, ...signing]);
	return new Map([...query].filter(([name]) => !ofHere.has(name)));
}

function ownHeaders(headers: Headers, isSized: boolean): Headers {
	const own = Object.entries(headers).filter(
		([name]) =>
			!HEADERS_OF_HERE.has(name) && (isSized || name !== "content-length"),
	);
	return Object.fromEntries(own);
}
