/**
 * How OSS names its own addresses in answers.
 *
 * Clients connect to the returned address: it is the one they already use, never a name that only this machine knows.
 * Requests to one of Alibaba's names get Alibaba's names.
 *
 * Pure.
 */
import { encodeKey } from "../../oss/encoding.ts";
import type { OssRequest } from "../../oss/request.ts";

type DocumentRequest = Pick<
	OssRequest,
	"host" | "bucket" | "key" | "scheme" | "isInHost"
>;

const ALIYUN = /(^|\.)aliyuncs\.com(:\d+)?$/i;

/** `oss-cn-hangzhou.aliyuncs.com`, or `localhost:6770`. */
export function extranetEndpoint(
	{ host, bucket }: DocumentRequest,
	region: string,
): string {
	return ALIYUN.test(host)
		? `oss-${region}.aliyuncs.com`
		: withoutBucket(host, bucket);
}

export function intranetEndpoint(
	{ host, bucket }: DocumentRequest,
	region: string,
): string {
	return ALIYUN.test(host)
		? `oss-${region}-internal.aliyuncs.com`
		: withoutBucket(host, bucket);
}

const withoutBucket = (host: string, bucket: string): string =>
	bucket !== "" && host.toLowerCase().startsWith(`${bucket}.`)
		? host.slice(bucket.length + 1)
		: host;

/**
 * The URL of the object asked for, by the way it was asked for: bucket in the host or in the path. A tilde is encoded
 * here (java1's UploadPartCopyTest).
 */
export const objectUrl = (asked: DocumentRequest): string =>
	`${asked.scheme}://${asked.host}${rootOf(asked)}${encodeKey(asked.key).replaceAll("~", "%7E")}`;

/** Before every key: `/`, or `/bucket/` where the Host does not say which bucket. */
export const rootOf = ({
	bucket,
	isInHost,
}: Pick<OssRequest, "bucket" | "isInHost">): string =>
	isInHost ? "/" : `/${bucket}/`;
