/**
 * The security token of a temporary key, at the place where each way of signing has it.
 *
 * OSS's own header is refused together with a signature of S3; that this is 400 InvalidArgument is a guess.
 *
 * Pure. Source: EC 0002-00000009; docs «Use AWS SDKs to access OSS».
 */
import { invalidArgument } from "../oss/errors.ts";
import type { Arrival } from "../oss/request.ts";

const OWN = "x-oss-security-token";

/** @returns '' if the request has no token. @throws OssError InvalidArgument */
export function tokenOfHeader(request: Arrival): string {
	refuseOwn(request);
	return request.headers["x-amz-security-token"] ?? "";
}

/** Like `tokenOfHeader`, for a URL signed with V4. */
export function tokenOfV4Url(request: Arrival): string {
	refuseOwn(request);
	const { query } = request;
	return (
		query.get("X-Amz-Security-Token") ??
		request.headers["x-amz-security-token"] ??
		""
	);
}

/** Like `tokenOfHeader`, for a URL signed with V2, in which the parameter is spelled like the header. */
export function tokenOfV2Url(request: Arrival): string {
	refuseOwn(request);
	const { query, headers } = request;
	return (
		query.get("x-amz-security-token") ?? headers["x-amz-security-token"] ?? ""
	);
}

function refuseOwn({ headers, query }: Arrival): void {
	const own = headers[OWN] ?? query.get(OWN);
	if (own === undefined) return;
	throw invalidArgument(OWN, own, undefined, "0002-00000009");
}
