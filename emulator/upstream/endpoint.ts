/**
 * The location of the cloud: the endpoint of a region, and the addresses of buckets there.
 *
 * The bucket precedes the hostname, as OSS requires. If that is not possible, because the endpoint is an IP address,
 * the bucket is in the path.
 *
 * Pure. Source: docs «Regions and endpoints».
 */
import { isIP } from "node:net";
import { encodeKey } from "../oss/encoding.ts";
import { StartError } from "../oss/start-error.ts";

export type UpstreamEndpoint = {
	readonly scheme: "http" | "https";
	/** The hostname without port and brackets. */
	readonly hostname: string;
	/** `:8080`; '' for the default port. */
	readonly port: string;
	/** The region without prefix, `cn-hangzhou`, for the scope of V4. */
	readonly region: string;
};

/** The target of a request, for its first line and its Host. */
export type Address = {
	/** `https://photos.oss-cn-hangzhou.aliyuncs.com`. */
	readonly origin: string;
	/** The percent-encoded path, without the query. */
	readonly path: string;
};

/**
 * @param text the value of `--upstream`; the default scheme is https
 * @param region '' to take the region from the endpoint's name
 * @throws StartError
 */
export function readEndpoint(text: string, region: string): UpstreamEndpoint {
	const whole = /^[a-z]+:\/\//i.test(text) ? text : `https://${text}`;
	const url = URL.canParse(whole) ? new URL(whole) : undefined;
	const scheme = url?.protocol.slice(0, -1);
	const isBare =
		url?.pathname === "/" && url.search + url.hash + url.username === "";
	if (!url || (scheme !== "http" && scheme !== "https") || !isBare)
		throw new StartError(
			"--upstream must be the endpoint of OSS, like https://oss-cn-hangzhou.aliyuncs.com, without a path",
		);
	const hostname = url.hostname.replace(/^\[|\]$/g, "");
	return {
		scheme,
		hostname,
		port: url.port && `:${url.port}`,
		region: region || requireRegion(hostname),
	};
}

function requireRegion(hostname: string): string {
	const [, prefixed, before] =
		/^(?:oss-([a-z0-9-]+?)(?:-internal)?|([a-z0-9-]+)\.oss)\./.exec(hostname) ??
		[];
	const region = prefixed ?? before;
	const isEverywhere = region?.startsWith("accelerate");
	if (region && !isEverywhere) return region;
	throw new StartError(
		`--upstream ${hostname} does not name a region: give --upstream-region`,
	);
}

/** @param bucket '' for the service; `key` is '' then */
export function addressOf(
	{ scheme, hostname, port }: UpstreamEndpoint,
	bucket: string,
	key: string,
): Address {
	const version = isIP(hostname);
	const host = version === 6 ? `[${hostname}]` : hostname;
	const inPath = version > 0 && bucket !== "";
	const before = bucket === "" || inPath ? "" : `${bucket}.`;
	return {
		origin: `${scheme}://${before}${host}${port}`,
		path: `/${inPath ? `${bucket}/` : ""}${encodeKey(key)}`,
	};
}
