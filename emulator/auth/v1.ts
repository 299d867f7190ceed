/**
 * Signature V1: HMAC-SHA1 over verb, three headers, x-oss-* headers, and resource with its sub-resources.
 *
 * Pure. Source: docs «Include signatures in the Authorization header», «Add signatures to URLs»; EC
 * 0002-00000062…075; go2 oss/signer/signer_test.go.
 */
import { createHmac } from "node:crypto";
import { encodeWireText } from "../oss/encoding.ts";
import { OssError } from "../oss/errors.ts";
import type { Arrival, Query, Target } from "../oss/request.ts";
import {
	badAuthorization,
	isAccessKeyId,
	tokenOfHeaders,
	tokenOfUrl,
} from "./authorization.ts";
import { canonicalHeaders, resourcePaths } from "./canonical.ts";
import type { Candidate, Claim } from "./claim.ts";
import {
	readAnyTime,
	requireClock,
	requireDate,
	requireUnexpired,
} from "./claim.ts";
import { SUB_RESOURCES } from "./sub-resources.ts";

/**
 * `OSS AccessKeyId:Signature`.
 *
 * @throws OssError InvalidArgument
 */
export function readV1Header(request: Arrival, authorization: string): Claim {
	const { headers } = request;
	const date = headers["x-oss-date"] || headers.date;
	return {
		...readKeyAndSignature(authorization),
		securityToken: tokenOfHeaders(request),
		mismatchEc: "0002-00000040",
		requireTime: (now) => requireClock(requireDate(date, readAnyTime), now),
		candidates: (target) => candidates(request, target, date ?? ""),
		sign: signV1,
	};
}

function readKeyAndSignature(
	authorization: string,
): Pick<Claim, "accessKeyId" | "signature"> {
	// One blank follows the scheme; a second one belongs to the id, which then does not match any key (a capture).
	const text = authorization.slice("OSS ".length).trimEnd();
	const colon = text.indexOf(":");
	if (colon < 0) throw badAuthorization(authorization, "0002-00000062");
	const [accessKeyId, signature] = [
		text.slice(0, colon),
		text.slice(colon + 1),
	];
	const missing =
		"AccessKeyId or Signature is missing in Authorization header value.";
	if (accessKeyId.trimStart() === "")
		throw badAuthorization(authorization, "0002-00000063", missing);
	if (!isAccessKeyId(accessKeyId.trimStart()))
		throw badAuthorization(authorization, "0002-00000064");
	if (signature === "")
		throw badAuthorization(authorization, "0002-00000065", missing);
	return { accessKeyId, signature };
}

/**
 * `OSSAccessKeyId`, `Expires`, `Signature`.
 *
 * @throws OssError AccessDenied when one is absent or, with the same text, invalid; InvalidRequest
 */
export function readV1Url(request: Arrival): Claim {
	const { query } = request;
	const expires = requirePart(query, "Expires", "67", "68");
	const accessKeyId = requirePart(query, "OSSAccessKeyId", "71", "72");
	if (!isAccessKeyId(accessKeyId)) throw incomplete("73");
	const signature = requirePart(query, "Signature", "74", "75");
	return {
		accessKeyId,
		signature,
		securityToken: tokenOfUrl(request),
		mismatchEc: "0002-00000040",
		requireTime: (now) => requireUnexpired(expires, now),
		expires: true,
		candidates: (target) => candidates(request, target, expires),
		sign: signV1,
	};
}

function requirePart(
	query: Query,
	name: string,
	missing: string,
	empty: string,
): string {
	const value = query.get(name);
	if (!value) throw incomplete(value === undefined ? missing : empty);
	return value;
}

const incomplete = (ec: string): OssError =>
	new OssError("AccessDenied", {
		message:
			"Query string authentication requires the Signature, Expires and OSSAccessKeyId parameters.",
		ec: `0002-000000${ec}`,
	});

/** @returns base64 */
export const signV1 = (accessKeySecret: string, stringToSign: string): string =>
	createHmac("sha1", accessKeySecret)
		.update(encodeWireText(stringToSign))
		.digest("base64");

/** @param date the content of the date line: the date, or the expiration of a URL */
function* candidates(
	{ method, headers, query }: Arrival,
	target: Target,
	date: string,
): Iterable<Candidate> {
	const head = [
		method,
		headers["content-md5"] ?? "",
		headers["content-type"] ?? "",
		date,
		canonicalHeaders(headers, NONE),
	].join("\n");
	const seen = new Set<string>();
	for (const path of resourcePaths(target)) {
		for (const subResources of canonicalSubResources(query)) {
			const resource = path + subResources;
			if (seen.has(resource)) continue;
			seen.add(resource);
			yield { stringToSign: head + resource };
		}
	}
}

const NONE: ReadonlySet<string> = new Set();
const URL_SIGNATURE_PARAMETERS = new Set([
	"OSSAccessKeyId",
	"Expires",
	"Signature",
]);

/** The parameters that are signed. go2 adds all x-oss-*; a signature over all parameters is accepted too. */
const SELECTIONS: readonly ((name: string) => boolean)[] = [
	(name) => SUB_RESOURCES.has(name),
	(name) => SUB_RESOURCES.has(name) || name.startsWith("x-oss-"),
	(name) => !URL_SIGNATURE_PARAMETERS.has(name),
];

/** An empty value is written as a bare name; java1 may write `name=`. */
function* canonicalSubResources(query: Query): Iterable<string> {
	for (const selects of SELECTIONS) {
		const names = [...query.keys()].filter(selects).sort();
		for (const empty of ["", "="]) {
			const pairs = names.map((name) => {
				const value = query.get(name);
				return name + (value ? `=${value}` : empty);
			});
			yield pairs.length === 0 ? "" : `?${pairs.join("&")}`;
		}
	}
}
