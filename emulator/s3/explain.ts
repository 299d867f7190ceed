/**
 * Explains a refusal of the S3-compatible protocol in a sentence for the developer: what OSS does not accept, and the
 * setting of the client that avoids it. The client is recognised by its User-Agent.
 *
 * Pure.
 */
import type { OssError } from "../oss/errors.ts";
import type { OssRequest } from "../oss/request.ts";
import { findSetting, type RefusedFeature } from "./client-settings.ts";

type WithHeaders = Pick<OssRequest, "headers">;

/** @returns '' if there is nothing to add to the error itself */
export function explainRefusal(
	error: OssError,
	{ headers }: WithHeaders,
): string {
	const userAgent = headers["user-agent"] ?? "";
	const withSetting = (sentence: string, feature: RefusedFeature): string =>
		`${sentence}; ${writeSetting(userAgent, feature)}`;
	const { code, ec, details } = error;
	const payload = headers["x-amz-content-sha256"] ?? "";
	if (code === "SecondLevelDomainForbidden")
		return withSetting(PATH_STYLE_REFUSED, "path style");
	if (ec === "0016-00000606")
		return withSetting(
			"OSS requires Content-MD5 with DeleteObjects, which SDKs no longer send by themselves",
			"no MD5",
		);
	const isAboutBody =
		/aws-chunked|MultiChunkedEncoding/.test(error.message) &&
		(code === "NotImplemented" || code === "InvalidArgument");
	if (isAboutBody)
		return payload === "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
			? withSetting(
					"OSS refuses bodies that are signed chunk by chunk",
					"streaming",
				)
			: withSetting(
					"OSS refuses the checksum trailers that AWS SDKs send since 2025, most of them over https only",
					"trailers",
				);
	if (details.ArgumentName === "max-keys")
		return "OSS refuses a page of more than 1,000 keys, which S3 shortens; in Hadoop S3A: fs.s3a.paging.maximum=1000";
	const header = details.Header ?? "";
	if (/^If-/i.test(header))
		return `OSS has no conditional writes: if the key must not exist yet, send x-oss-forbid-overwrite: true, which answers 409 FileAlreadyExists`;
	if (code === "NotImplemented" && header !== "")
		return `OSS's S3-compatible protocol does not have ${header}`;
	return explainSignature(error);
}

function explainSignature({ ec, code }: OssError): string {
	switch (ec) {
		case "0002-00000009":
			return "x-oss-security-token belongs to OSS's own signatures: S3's use x-amz-security-token";
		case "0002-00000031":
			return "the emulator was started with --s3 off";
		case "0002-00000427":
			return "x-amz-content-sha256 must be the hash of the body, or UNSIGNED-PAYLOAD; for a GET, HEAD or DELETE, the hash of an empty body";
		case "0002-00000428":
			return "SignedHeaders names a header that did not arrive, or a header with an underscore: a proxy may have removed it";
		case "0002-00000431":
			return "an x-amz- header was sent that SignedHeaders does not name: it was added after signing";
		default:
			return code === "SignatureDoesNotMatch"
				? "compare CanonicalRequest and StringToSign in the answer with the client's; usually the secret differs, or the endpoint already contains the bucket's name"
				: "";
	}
}

export const PATH_STYLE_REFUSED =
	"OSS refuses requests of the S3-compatible protocol that have the bucket in the path";

/** The setting with the name of its client, `in boto3: Config(s3={…})`. */
export function writeSetting(
	userAgent: string,
	feature: RefusedFeature,
): string {
	const { client, setting } = findSetting(userAgent, feature);
	return `in ${client}: ${setting}`;
}

const FINDINGS_MAX = 100;

/** Findings by User-Agent: clients that use an IP address receive it with each request. */
const findings = new Map<string, string>();

/** The finding about a request in path style that is accepted here and refused by OSS. */
export function pathStyleFinding({ headers }: WithHeaders): string {
	const userAgent = headers["user-agent"] ?? "";
	const known = findings.get(userAgent);
	if (known !== undefined) return known;
	if (findings.size >= FINDINGS_MAX) findings.clear();
	const finding = `${PATH_STYLE_REFUSED}, with 403 SecondLevelDomainForbidden; it is accepted here because clients that use an IP address have no alternative; ${writeSetting(userAgent, "path style")}`;
	findings.set(userAgent, finding);
	return finding;
}
