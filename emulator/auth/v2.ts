/**
 * Signature V2 (`OSS2`): HMAC-SHA256 over all parameters and selected headers. Only py1, go1 and java1 support it.
 *
 * Pure. Source: py1 oss2/auth.py AuthV2, java1 SignV2Utils; EC 0002-00000076, 77, 102…118. The EC of a mismatch is a
 * guess.
 */
import { createHmac } from "node:crypto";
import { encodeWireText, percentEncode } from "../oss/encoding.ts";
import type { OssError } from "../oss/errors.ts";
import type { Arrival, Target } from "../oss/request.ts";
import {
	areSent,
	badAdditionalHeaders,
	badAuthorization,
	isAccessKeyId,
	readAdditionalHeaders,
	readItems,
	requireItem,
	requireParameter,
	tokenOfHeaders,
	tokenOfUrl,
} from "./authorization.ts";
import {
	canonicalHeaders,
	canonicalQueries,
	resourcePaths,
} from "./canonical.ts";
import type { Candidate, Claim } from "./claim.ts";
import {
	readAnyTime,
	requireClock,
	requireDate,
	requireUnexpired,
} from "./claim.ts";

/**
 * `OSS2 AccessKeyId:…,AdditionalHeaders:a;b,Signature:…`.
 *
 * py1 signs `Date` even if `x-oss-date` is present, and OSS checks the time of the latter (py1 test_sign.py); assuming
 * that OSS signs `Date` too is a guess.
 *
 * @throws OssError InvalidArgument
 */
export function readV2Header(request: Arrival, authorization: string): Claim {
	const { headers } = request;
	const items = readItems(authorization, ":", ITEMS, "1");
	const accessKeyId = requireItem(items, "AccessKeyId", authorization, [
		"0002-00000105",
		"0002-00000106",
	]);
	if (!isAccessKeyId(accessKeyId))
		throw badAuthorization(authorization, "0002-00000107");
	const signature = requireItem(items, "Signature", authorization, [
		"0002-00000108",
		"0002-00000109",
	]);
	const additional = readAdditionalHeaders(
		items.get("AdditionalHeaders"),
		(what) => badAuthorization(authorization, ADDITIONAL_EC[what]),
	);
	if (!areSent(additional, headers))
		throw badAuthorization(authorization, "0002-00000112");
	const date = headers["x-oss-date"] || headers.date;
	return {
		accessKeyId,
		signature,
		securityToken: tokenOfHeaders(request),
		mismatchEc: "0002-00000101",
		requireTime: (now) => requireClock(requireDate(date, readAnyTime), now),
		candidates: (target) =>
			candidates(request, target, headers.date ?? date ?? "", additional),
		sign: signV2,
	};
}

const ITEMS = ["AccessKeyId", "AdditionalHeaders", "Signature"];
const ADDITIONAL_EC = { empty: "0002-00000110", item: "0002-00000111" };

/**
 * `x-oss-signature-version=OSS2`, `x-oss-access-key-id`, `x-oss-expires`, `x-oss-signature`.
 *
 * @throws OssError InvalidArgument, InvalidRequest
 */
export function readV2Url(request: Arrival): Claim {
	const { query } = request;
	const expires = requireParameter(query, "x-oss-expires", [
		"0002-00000113",
		"0002-00000114",
	]);
	const accessKeyId = requireParameter(query, "x-oss-access-key-id", [
		"0002-00000115",
		"0002-00000116",
	]);
	const signature = requireParameter(query, "x-oss-signature", [
		"0002-00000117",
		"0002-00000118",
	]);
	const listed = query.get("x-oss-additional-headers");
	const fail = (ec: string): OssError => badAdditionalHeaders(listed, ec);
	const additional = readAdditionalHeaders(listed, (what) =>
		fail(what === "empty" ? "0002-00000076" : "0002-00000077"),
	);
	if (!areSent(additional, request.headers)) throw fail("0002-00000077");
	return {
		accessKeyId,
		signature,
		securityToken: tokenOfUrl(request),
		mismatchEc: "0002-00000101",
		requireTime: (now) => requireUnexpired(expires, now),
		expires: true,
		candidates: (target) => candidates(request, target, expires, additional),
		sign: signV2,
	};
}

/** @returns base64 */
export const signV2 = (accessKeySecret: string, stringToSign: string): string =>
	createHmac("sha256", accessKeySecret)
		.update(encodeWireText(stringToSign))
		.digest("base64");

/** @param date the content of the date line: the date, or the expiration of a URL */
function* candidates(
	request: Arrival,
	target: Target,
	date: string,
	additional: readonly string[],
): Iterable<Candidate> {
	const { method, headers } = request;
	const head = [
		method,
		headers["content-md5"] ?? "",
		headers["content-type"] ?? "",
		date,
		`${canonicalHeaders(headers, new Set(additional))}${additional.join(";")}`,
		"",
	].join("\n");
	for (const path of resourcePaths(target)) {
		for (const query of canonicalQueries(request)) {
			const separator = query === "" ? "" : "?";
			yield {
				stringToSign: head + percentEncode(path) + separator + query,
			};
		}
	}
}
