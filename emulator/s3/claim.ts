/**
 * Reads the signature of an S3 request in any version, and checks whether the account is allowed to use the protocol.
 *
 * Pure. Source: EC 0002-00000031, 0002-00000401; docs «Use AWS SDKs to access OSS».
 */

import { badAuthorization } from "../auth/authorization.ts";
import type { Claim } from "../auth/claim.ts";
import { invalidArgument, OssError } from "../oss/errors.ts";
import type { Arrival } from "../oss/request.ts";
import type { S3Settings } from "./settings.ts";
import { readV2Header, readV2Url } from "./v2.ts";
import { readV4Header, readV4Url } from "./v4.ts";

/** The error if the protocol is off; its status and code are a guess. */
export const disabled = (): OssError =>
	new OssError("AccessDenied", {
		message: "The S3-compatible protocol is not enabled for this account.",
		ec: "0002-00000031",
	});

/**
 * @returns undefined if the request is not signed
 * @throws OssError AccessDenied if the protocol is off; InvalidArgument
 */
export function readS3Claim(
	request: Arrival,
	{ enabled }: Pick<S3Settings, "enabled">,
): Claim | undefined {
	if (!enabled) throw disabled();
	const { headers, query } = request;
	const { authorization } = headers;
	const isV4Url = V4_PARAMETERS.some((name) => query.has(name));
	const isV2Url = query.has("AWSAccessKeyId") || query.has("Signature");
	if (authorization === undefined) {
		if (isV4Url) return readV4Url(request);
		return isV2Url ? readV2Url(request) : undefined;
	}
	if (authorization === "")
		throw invalidArgument("Authorization", "", undefined, "0002-00000401");
	if (isV4Url || query.has("AWSAccessKeyId"))
		throw badAuthorization(
			authorization,
			"",
			"Only one of the Authorization header and a signature in the URL is allowed.",
		);
	return !authorization.startsWith("AWS4-")
		? readV2Header(request, authorization)
		: readV4Header(request, authorization);
}

const V4_PARAMETERS = [
	"X-Amz-Algorithm",
	"X-Amz-Credential",
	"X-Amz-Signature",
];
