/**
 * An error as OSS sends it: a document, for HEAD a header, for 304 neither.
 *
 * Pure. Source: docs «Error responses»; the SDKs' error parsers read `x-oss-err`, swift's `x-oss-error`.
 */
import type { OssError } from "../oss/errors.ts";
import type { Reply } from "../oss/reply.ts";
import type { Arrival } from "../oss/request.ts";
import { writeXml } from "../xml/write.ts";

/** @param region determines which of the two sites explains the error */
export function errorReply(
	region: string,
	error: OssError,
	{ id, host, method }: Pick<Arrival, "id" | "host" | "method">,
): Reply {
	const { status } = error;
	if (status === 304) return { status, headers: error.headers, body: null };
	const headers = { ...error.headers, "x-oss-ec": error.ec || undefined };
	// An error of the cloud keeps the cloud's request id, because Alibaba Cloud's support needs it.
	const known = error.headers["x-oss-request-id"] ?? id;
	const document = Buffer.from(writeError(region, error, known, host));
	if (method !== "HEAD") {
		const type = { "Content-Type": "application/xml" };
		return { status, headers: { ...headers, ...type }, body: document };
	}
	const encoded = document.toString("base64");
	const inHeader = { "x-oss-err": encoded, "x-oss-error": encoded };
	return { status, headers: { ...headers, ...inHeader }, body: null };
}

function writeError(
	region: string,
	error: OssError,
	id: string,
	host: string,
): string {
	const site = region.startsWith("cn-") ? "aliyun" : "alibabacloud";
	const page = `https://api.${site}.com/troubleshoot?q=${error.ec}`;
	return writeXml("Error", {
		Code: error.code,
		Message: error.message,
		RequestId: id,
		HostId: host,
		...error.details,
		AccessDeniedDetail: error.accessDenied,
		EC: error.ec || undefined,
		RecommendDoc: error.ec ? page : undefined,
	});
}
