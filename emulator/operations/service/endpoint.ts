/**
 * The addresses of OSS in answers.
 *
 * Clients connect to the returned address, so it is the address that they already use, never a name that only this
 * machine can resolve. If the request was sent to a host name of Alibaba Cloud, the answer contains such host names.
 *
 * Pure.
 */
import { encodeKey } from "../../oss/encoding.ts";
import type { OssRequest } from "../../oss/request.ts";

type AddressedRequest = Pick<
	OssRequest,
	"host" | "bucket" | "key" | "scheme" | "isInHost"
>;

const ALIYUN = /(^|\.)aliyuncs\.com(:\d+)?$/i;

/** `oss-cn-hangzhou.aliyuncs.com`, or `localhost:6770`. */
export function extranetEndpoint(
	{ host, bucket }: AddressedRequest,
	region: string,
): string {
	return ALIYUN.test(host)
		? `oss-${region}.aliyuncs.com`
		: withoutBucket(host, bucket);
}

export function intranetEndpoint(
	{ host, bucket }: AddressedRequest,
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
 * The URL of the requested object, with the bucket in the host or in the path, as in the request. A tilde is encoded
 * (java1's UploadPartCopyTest).
 */
export const objectUrl = (request: AddressedRequest): string =>
	`${request.scheme}://${request.host}${rootOf(request)}${encodeKey(request.key).replaceAll("~", "%7E")}`;

/** The path before every key: `/`, or `/bucket/` if the Host does not name the bucket. */
export const rootOf = ({
	bucket,
	isInHost,
}: Pick<OssRequest, "bucket" | "isInHost">): string =>
	isInHost ? "/" : `/${bucket}/`;
