/**
 * Reads the bucket and key of a request from the Host or from the path.
 *
 * Signatures cover the bucket and key, but not the Host. So if it is unclear whether a Host names the bucket, all
 * readings are returned, likeliest first, and the one with a correct signature is used. A Host below a known name has
 * one reading, except that ali-oss invents a Host if its endpoint is an address.
 *
 * Pure. Source: the source code of each SDK.
 */
import { isIP } from "node:net";
import { formDecode, percentDecode } from "../oss/encoding.ts";
import { OssError } from "../oss/errors.ts";
import { keyNotUtf8 } from "../oss/names.ts";
import type { Reading, Target } from "../oss/request.ts";

/** The names by which buckets are addressed. */
export type Names = {
	/** `BUCKET.<domain>` addresses a bucket for these, in addition to `localhost` and `*.aliyuncs.com`. */
	readonly domains: readonly string[];
	/** Finds the bucket to which the Host is bound as a custom domain. */
	readonly bound: string | undefined;
};

/**
 * @param host the Host header, with or without a port
 * @param path as on the wire, without the query
 * @returns at least one reading
 * @throws OssError InvalidObjectName for a malformed percent-escape, InvalidArgument for an escape that is not
 * UTF-8
 */
export function readTargets(
	host: string,
	path: string,
	{ domains, bound }: Names,
): readonly Reading[] {
	if (bound === undefined && !/[%+]/.test(path) && namesNoBucket(host, domains))
		return [plainReading(path)];
	const name = hostName(host);
	const decodings = path.includes("+")
		? [formDecode, percentDecode]
		: [percentDecode];
	return decodings.flatMap((decode) => {
		const decoded = (text: string): string => {
			const key = decode(text);
			if (key === undefined) throw undecodable(text);
			return key;
		};
		const rest = path.replace(/^\//, "");
		const inPath = (): Reading => {
			const slash = rest.indexOf("/");
			const end = slash < 0 ? rest.length : slash;
			return {
				bucket: decoded(rest.slice(0, end)),
				key: decoded(rest.slice(end + 1)),
				isInHost: false,
			};
		};
		const inHost = (bucket: string): Reading => ({
			bucket,
			key: decoded(rest),
			isInHost: true,
		});
		return bound === undefined
			? readings(name, domains, inPath, inHost)
			: [inHost(bound)];
	});
}

/** The reading of a path without escapes, at a Host that never names a bucket. */
function plainReading(path: string): Reading {
	const start = path.startsWith("/") ? 1 : 0;
	const slash = path.indexOf("/", start);
	return {
		bucket: path.slice(start, slash < 0 ? path.length : slash),
		key: slash < 0 ? "" : path.slice(slash + 1),
		isInHost: false,
	};
}

/** Whether a bucket is always named by the path at this Host, as at an address or at `localhost`. */
export function namesNoBucket(
	host: string,
	domains: readonly string[],
): boolean {
	// The clients of an emulator use one Host, or a few.
	const latest = latestHosts.get(domains);
	if (latest?.host === host) return latest.namesNone;
	const inPath = { bucket: "", key: "", isInHost: false };
	const inHost = { ...inPath, isInHost: true };
	const all = readings(
		hostName(host),
		domains,
		() => inPath,
		() => inHost,
	);
	const namesNone = all.length === 1 && all[0] === inPath;
	latestHosts.set(domains, { host, namesNone });
	return namesNone;
}

/** The Host that was looked up last, for each emulator's domains. */
const latestHosts = new WeakMap<
	readonly string[],
	{ readonly host: string; readonly namesNone: boolean }
>();

function undecodable(text: string): OssError {
	return /%(?![0-9a-f]{2})/i.test(text)
		? new OssError("InvalidObjectName", {
				ec: "0016-00000002",
				details: { ObjectName: text },
			})
		: keyNotUtf8();
}

function readings(
	name: string,
	domains: readonly string[],
	inPath: () => Reading,
	inHost: (bucket: string) => Reading,
): Reading[] {
	if (isIP(name) || name === "") return [inPath()];
	const aliyun = aliyunBucket(name);
	if (aliyun !== undefined) return aliyunReadings(aliyun, inPath, inHost);

	const domain = domainOf(name, domains);
	if (domain !== undefined) {
		const bucket = withoutS3Label(name.slice(0, -domain.length - 1));
		return bucket === "" ? [inPath()] : [inHost(bucket)];
	}

	// An unknown name, such as the name of a container or a proxy: the path names the bucket, unless only the other
	// reading has a valid signature.
	const dot = name.indexOf(".");
	return dot < 0 ? [inPath()] : [inPath(), inHost(name.slice(0, dot))];
}

/**
 * A name below OSS's own names the bucket: a signature for the service or for the bare path does not verify (cpp's
 * EndpointTest). ali-oss with an IP endpoint makes up such names (createRequest.js): it sends ListBuckets to
 * `undefined.oss-cn-hangzhou.aliyuncs.com`, and with `sldEnable` the same bucket in the Host and in the path.
 */
function aliyunReadings(
	bucket: string,
	inPath: () => Reading,
	inHost: (bucket: string) => Reading,
): Reading[] {
	if (bucket === "") return [inPath()];
	if (bucket === "undefined") return [inPath(), inHost(bucket)];
	const path = inPath();
	return path.bucket === bucket ? [inHost(bucket), path] : [inHost(bucket)];
}

/**
 * The bucket in one of OSS's own names: `photos.oss-cn-hangzhou.aliyuncs.com`, `photos.cn-hangzhou.oss.aliyuncs.com`.
 *
 * @returns '' for the service; undefined for any other name
 */
function aliyunBucket(name: string): string | undefined {
	if (!name.endsWith(".aliyuncs.com")) return undefined;
	const endpoint =
		/^(.*?)\.?(?:oss-[a-z0-9-]+|[a-z0-9-]+\.oss)\.aliyuncs\.com$/.exec(name);
	return endpoint?.[1] && withoutS3Label(endpoint[1]);
}

/** `s3.oss-cn-hangzhou.aliyuncs.com` is the S3-compatible endpoint: no bucket can have a name of two characters. */
const S3_LABEL = /(?:^|\.)s3$/;

const withoutS3Label = (prefix: string): string => prefix.replace(S3_LABEL, "");

/**
 * Whether a Host belongs to the S3-compatible endpoint, with or without a bucket before it; assuming one for overseas
 * acceleration is a guess.
 */
export function isS3Host(host: string, domains: readonly string[]): boolean {
	const name = hostName(host);
	if (/(?:^|\.)s3\.oss-[a-z0-9-]+\.aliyuncs\.com$/.test(name)) return true;
	const domain = domainOf(name, domains);
	return (
		domain !== undefined && S3_LABEL.test(name.slice(0, -domain.length - 1))
	);
}

/** Whether the Host is a name of OSS at Alibaba Cloud. */
export const isAliyunHost = (host: string): boolean =>
	aliyunBucket(hostName(host)) !== undefined;

/**
 * Refuses a path with a bucket if the Host is a name of the service at Alibaba Cloud.
 *
 * @throws OssError SecondLevelDomainForbidden. Source: docs «HTTP 403 status code»; cpp's, oss2's and go1's suites
 */
export function requireThirdLevel(host: string, { bucket }: Target): void {
	if (bucket !== "" && aliyunBucket(hostName(host)) === "")
		throw new OssError("SecondLevelDomainForbidden");
}

/** Whether a name can be bound to a bucket: it is neither an address nor a name with another meaning. */
export const isOwnName = (name: string, domains: readonly string[]): boolean =>
	name.includes(".") &&
	isIP(name) === 0 &&
	aliyunBucket(name) === undefined &&
	domainOf(name, domains) === undefined;

/** The known name that equals `name` or is its suffix. */
const domainOf = (
	name: string,
	domains: readonly string[],
): string | undefined =>
	["localhost", ...domains].find(
		(known) => name === known || name.endsWith(`.${known}`),
	);

/** Lower-case, without port and without the brackets of an IPv6 address. */
export function hostName(host: string): string {
	const name = host.startsWith("[")
		? host.slice(1, host.indexOf("]"))
		: host.replace(/:\d*$/, "");
	return name.toLowerCase();
}
