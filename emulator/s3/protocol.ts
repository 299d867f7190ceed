/**
 * Which protocol a request speaks: the signature decides, not the host.
 *
 * A request that is not signed speaks S3 if it says so or if it comes to an `s3.` host; a signature of OSS
 * keeps its meaning on such a host.
 *
 * Pure. Source: docs «Use AWS SDKs to access OSS», the example of every EC page 0002-00000301…431.
 */
import type { OssRequest } from "../oss/request.ts";

/** Any of them marks a URL as signed for S3. */
const SIGNING_PARAMETERS = [
	"X-Amz-Algorithm",
	"X-Amz-Credential",
	"X-Amz-Signature",
	"AWSAccessKeyId",
];

const OSS_PARAMETERS = [
	"OSSAccessKeyId",
	"Signature",
	"x-oss-signature-version",
	"x-oss-signature",
];

/** @param isS3Host whether the Host is one of the S3-compatible endpoint: `s3.oss-cn-hangzhou.aliyuncs.com` */
export function speaksS3(
	{ headers, query }: Pick<OssRequest, "headers" | "query">,
	isS3Host: () => boolean,
): boolean {
	const { authorization } = headers;
	if (authorization) return /^AWS(?:4-| |$)/.test(authorization);
	if (query.size > 0 && SIGNING_PARAMETERS.some((name) => query.has(name)))
		return true;
	const saysSo = headers["x-oss-s3-compat"]?.toLowerCase() === "true";
	if (saysSo) return true;
	return !OSS_PARAMETERS.some((name) => query.has(name)) && isS3Host();
}
