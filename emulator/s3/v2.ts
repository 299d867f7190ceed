/**
 * AWS Signature Version 2, in the Authorization header and in a URL: what boto3's `signature_version="s3"` sends.
 *
 * Differences from OSS's V1: with `x-amz-date` the date line is empty, the path is signed as it is on the wire, and
 * the list of sub-resources differs. Whether it includes `x-oss-process` is not known, so both are accepted (A-307).
 *
 * Pure. Source: AWS «Signing and authenticating REST requests» with its examples; EC 0002-00000301…307.
 */

import type { Candidate, Claim } from "../auth/claim.ts";
import {
	readAnyTime,
	requireClock,
	requireDate,
	requireUnexpired,
} from "../auth/claim.ts";
import { signV1 } from "../auth/v1.ts";
import { percentDecode } from "../oss/encoding.ts";
import { invalidArgument, OssError } from "../oss/errors.ts";
import type { Arrival, Reading, Target } from "../oss/request.ts";
import { tokenOfHeader, tokenOfV2Url } from "./security-token.ts";

const MISMATCH_EC = "0002-00000307";

/**
 * Reads `AWS AccessKeyId:Signature`. The EC for a malformed header is not documented.
 *
 * @throws OssError InvalidArgument
 */
export function readV2Header(request: Arrival, authorization: string): Claim {
	const { headers } = request;
	const parts = /^AWS ([\x21-\x39\x3b-\x7e]+):(\S+)$/.exec(
		authorization.trim(),
	);
	if (!parts)
		throw invalidArgument(
			"Authorization",
			authorization,
			"Authorization header is invalid.",
			"",
		);
	const [, accessKeyId = "", signature = ""] = parts;
	const own = headers["x-amz-date"];
	const date = own || headers.date;
	return {
		accessKeyId,
		signature,
		securityToken: tokenOfHeader(request),
		mismatchEc: MISMATCH_EC,
		requireTime: (now) => requireClock(requireDate(date, readAnyTime), now),
		candidates: (target) =>
			candidates(request, target, own ? "" : (headers.date ?? "")),
		sign: signV1,
	};
}

/**
 * Reads `AWSAccessKeyId`, `Expires`, `Signature`. Refusing a missing parameter as in a URL of OSS's V1 is a guess
 * and so is the EC of an expired URL.
 *
 * @throws OssError AccessDenied
 */
export function readV2Url(request: Arrival): Claim {
	const { query } = request;
	const expires = requirePart(query, "Expires", "301", "302");
	const accessKeyId = requirePart(query, "AWSAccessKeyId", "303", "304");
	const signature = requirePart(query, "Signature", "305", "306");
	return {
		accessKeyId,
		signature,
		securityToken: tokenOfV2Url(request),
		mismatchEc: MISMATCH_EC,
		requireTime: (now) => requireUnexpired(expires, now),
		expires: true,
		candidates: (target) => candidatesOfUrl(request, target, expires),
		sign: signV1,
	};
}

/**
 * AWS's SDKs sign the token of a URL as if it were a header: boto3's HmacV1QueryAuth.
 *
 * Whether OSS requires that is not known, so that both are accepted (A-964).
 */
function* candidatesOfUrl(
	request: Arrival,
	target: Target & Partial<Reading>,
	expires: string,
): Iterable<Candidate> {
	yield* candidates(request, target, expires);
	const name = "x-amz-security-token";
	const { headers, query } = request;
	const token = query.get(name);
	if (token === undefined || name in headers) return;
	const all = { ...headers, [name]: token };
	yield* candidates({ ...request, headers: all }, target, expires);
}

function requirePart(
	query: Arrival["query"],
	name: string,
	missing: string,
	empty: string,
): string {
	const value = query.get(name);
	if (value) return value;
	throw new OssError("AccessDenied", {
		message:
			"Query string authentication requires the Signature, Expires and AWSAccessKeyId parameters.",
		ec: `0002-00000${value === undefined ? missing : empty}`,
	});
}

/** @param target an interpretation of the request: in a virtual host the path does not include the bucket */
function* candidates(
	{ method, headers, rawPath, rawQuery }: Arrival,
	target: Target & Partial<Reading>,
	date: string,
): Iterable<Candidate> {
	const lines = [
		method,
		headers["content-md5"] ?? "",
		headers["content-type"] ?? "",
		date,
	].join("\n");
	const subResources = canonicalSubResources(rawQuery, SUB_RESOURCES);
	const more = canonicalSubResources(rawQuery, WITH_PROCESS);
	for (const own of canonicalHeaders(headers))
		for (const path of resourcePaths(rawPath, target)) {
			const head = `${lines}\n${own}${path}`;
			yield { stringToSign: head + subResources };
			if (more !== subResources) yield { stringToSign: head + more };
		}
}

/** boto3 signs a bucket in the path with a trailing slash, even if the path has none. */
function* resourcePaths(
	rawPath: string,
	{ bucket, key, isInHost = false }: Target & Partial<Reading>,
): Iterable<string> {
	yield isInHost ? `/${bucket}${rawPath}` : rawPath;
	if (!isInHost && bucket !== "" && key === "" && !rawPath.endsWith("/"))
		yield `${rawPath}/`;
}

/** Headers sorted by name. */
function* canonicalHeaders(headers: Arrival["headers"]): Iterable<string> {
	const lines = Object.keys(headers)
		.filter((name) => name.startsWith("x-amz-"))
		.sort()
		.map((name) => `${name}:${headers[name]?.trim() ?? ""}\n`)
		.join("");
	yield lines;
	// Node.js joins the values of a repeated header with a blank, S3 signs them without.
	if (lines.includes(", ")) yield lines.replaceAll(", ", ",");
}

const SUB_RESOURCES: ReadonlySet<string> = new Set([
	"acl",
	"cors",
	"delete",
	"lifecycle",
	"location",
	"logging",
	"notification",
	"partNumber",
	"policy",
	"requestPayment",
	"restore",
	"tagging",
	"torrent",
	"uploadId",
	"uploads",
	"versionId",
	"versioning",
	"versions",
	"website",
	"response-cache-control",
	"response-content-disposition",
	"response-content-encoding",
	"response-content-language",
	"response-content-type",
	"response-expires",
]);
const WITH_PROCESS: ReadonlySet<string> = new Set([
	...SUB_RESOURCES,
	"x-oss-process",
]);

/** Values are signed decoded. */
function canonicalSubResources(
	rawQuery: string,
	names: ReadonlySet<string>,
): string {
	if (rawQuery === "") return "";
	const pairs = rawQuery
		.split("&")
		.map((pair) => pair.split(/=(.*)/s, 2))
		.filter(([name = ""]) => names.has(name))
		.sort(([a = ""], [b = ""]) => (a < b ? -1 : 1))
		.map(([name, value]) =>
			value === undefined || value === ""
				? name
				: `${name}=${percentDecode(value.replaceAll("+", " ")) ?? value}`,
		);
	return pairs.length === 0 ? "" : `?${pairs.join("&")}`;
}
