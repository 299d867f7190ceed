/**
 * Makes the request that is sent to the cloud: without the headers that belong to the client's connection, its
 * signature and its callback.
 *
 * Pure.
 */

import { hasBody } from "../oss/incoming.ts";
import type { Headers, OssRequest, Query } from "../oss/request.ts";
import type { UpstreamRequest } from "../upstream/request.ts";
import { OF_CONNECTION } from "../upstream/upstream.ts";
import { BorrowedBody } from "./borrowed-body.ts";

const GATEWAY_HEADERS: ReadonlySet<string> = new Set([
	...OF_CONNECTION,
	"host",
	"expect",
	"authorization",
	"date",
	"x-oss-date",
	"x-oss-content-sha256",
	"x-oss-security-token",
	"x-oss-callback",
	"x-oss-callback-var",
]);

/** Headers of the S3-compatible protocol that remain after the translation to OSS, and headers for the emulator. */
const EMULATOR_PARAMETER = /^x-(?:amz|emulator)-/i;

const CALLBACK_PARAMETERS = ["callback", "callback-var"];

/**
 * For each parameter that marks a URL as signed: the other parameters of the signature. Those of S3 are listed too.
 */
const SIGNATURES: readonly (readonly [string, readonly string[]])[] = [
	[
		"Signature",
		["OSSAccessKeyId", "AWSAccessKeyId", "Expires", "security-token"],
	],
	[
		"x-oss-signature",
		[
			"x-oss-signature-version",
			"x-oss-credential",
			"x-oss-date",
			"x-oss-expires",
			"x-oss-additional-headers",
			"x-oss-access-key-id",
			"x-oss-security-token",
		],
	],
];

/**
 * The buckets of the cloud belong to the emulator's first account. Requests of other accounts are sent without a
 * signature, so that the bucket's ACL applies as to any anonymous request.
 *
 * @param bucket the bucket's name in the cloud
 * @param owner the uid of the first account
 */
export function toUpstream(
	request: OssRequest,
	bucket: string,
	owner: string,
): UpstreamRequest {
	const { method, key, query, headers, caller } = request;
	const body = bodyOf(request);
	// A length next to chunked encoding is ignored (RFC 9112, 6.3).
	const isSized = body !== null && headers["transfer-encoding"] === undefined;
	return {
		method,
		bucket,
		key,
		body,
		query: ownQuery(query),
		headers: ownHeaders(headers, isSized),
		isSigned: caller.uid === owner,
	};
}

/** The framing headers show whether a body follows; OSS ignores the body of a GET or HEAD. */
function bodyOf({
	method,
	headers,
	protocol,
	body,
}: OssRequest): UpstreamRequest["body"] {
	if (method === "GET" || method === "HEAD") return null;
	const isThere = hasBody(headers);
	const isChecked = protocol === "S3";
	if (!isThere && !isChecked) return null;
	return isChecked
		? heldBack(body.iterator({ destroyOnReturn: false }))
		: new BorrowedBody(body);
}

/**
 * The hash of an S3 body is checked at its end: the last chunk is held back until then, or the cloud would store the
 * object.
 */
async function* heldBack(
	chunks: AsyncIterable<Buffer>,
): AsyncGenerator<Buffer> {
	let held: Buffer | undefined;
	for await (const chunk of chunks) {
		if (held) yield held;
		held = chunk;
	}
	if (held) yield held;
}

function ownQuery(query: Query): Query {
	const signing = SIGNATURES.flatMap(([mark, others]) =>
		query.has(mark) ? [mark, ...others] : [],
	);
	const gatewayParameters = new Set([...CALLBACK_PARAMETERS, ...signing]);
	return new Map(
		[...query].filter(
			([name]) =>
				!gatewayParameters.has(name) && !EMULATOR_PARAMETER.test(name),
		),
	);
}

function ownHeaders(headers: Headers, isSized: boolean): Headers {
	const own = Object.entries(headers).filter(
		([name, value]) =>
			value !== undefined &&
			!GATEWAY_HEADERS.has(name) &&
			!EMULATOR_PARAMETER.test(name) &&
			(isSized || name !== "content-length"),
	);
	return Object.fromEntries(own);
}
