/**
 * Where the cloud is: the endpoint of a region, and how a bucket is addressed there.
 *
 * The bucket goes before the host's name, as OSS wants it. Where that is not possible, because the endpoint is an IP
 * address, the bucket goes into the path.
 *
 * Pure. Source: docs «Regions and endpoints».
 */
import { isIP } from "node:net";
import { encodeKey } from "../oss/encoding.ts";
import { StartError } from "../oss/start-error.ts";

export type UpstreamEndpoint = {
	readonly scheme: "http" | "https";
	/** Without port and brackets. */
	readonly hostname: string;
	/** `:8080`; '' for the scheme's own. */
	readonly port: string;
	/** Without prefix, `cn-hangzhou`: the scope of V4 names it. */
	readonly region: string;
};

/** The target that a request's first line and Host name. */
export type Address = {
	/** `https://photos.oss-cn-hangzhou.aliyuncs.com`. */
	readonly origin: string;
	/** Percent-encoded, without the query. */
	readonly path: string;
};

/**
 * @param text of `--upstream`; without a scheme it is https
 * @param region '' for the region in the endpoint's name
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

/** @param bucket '' for the service, with `key` '' then */
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
