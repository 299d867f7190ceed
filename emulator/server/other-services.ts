/**
 * Requests that arrive at the OSS port and are for another service: STS, which the emulator includes; other products,
 * which have OSS's domain and SDKs, but signatures of other forms; OSS in another region.
 *
 * Source: py2's and go2's `vectors` and `tables`, endpoints and signers; docs «Endpoints» of KMS, CloudBox and STS;
 * java1's OverwriteEndpointTest and ossutil's TestListRegionBucketByEndpoint; EC 0003-00001403.
 */
import { hostName } from "../auth/addressing.ts";
import type { Emulator } from "../emulator.ts";
import { OssError } from "../oss/errors.ts";
import type { Arrival, OssRequest } from "../oss/request.ts";
import type { StoredBucket } from "../storage/types.ts";
import { hasForm } from "../sts/request.ts";
import { STS_VERSION } from "../sts/sts.ts";

const HOSTS = [
	[/\.oss-vectors\.aliyuncs\.com$/, "OSS Vectors"],
	[/\.oss-tables\.aliyuncs\.com$/, "OSS Tables"],
	[/(?:^|\.)oss-cloudbox(?:-control)?\.aliyuncs\.com$/, "CloudBox"],
	// `kms.oss-cn-hangzhou.aliyuncs.com` is a bucket.
	[/(?:^kms(?:-vpc)?|\.kms)(?:\.(?!oss-)[a-z0-9-]+)?\.aliyuncs\.com$/, "KMS"],
] as const;

/** The parameters that distinguish vectors from objects if the host does not: `PutVectors` is `POST /?putVectors`. */
const VECTORS = [
	"deleteVectorIndex",
	"deleteVectors",
	"getVectorIndex",
	"getVectors",
	"listVectorIndexes",
	"listVectors",
	"putVectorIndex",
	"putVectors",
	"queryVectors",
];

/**
 * Refuses other products by name, before their requests are read as requests to a bucket.
 *
 * @throws OssError NotImplemented, with the product's name or the operation's
 */
export function requireOss(
	request: Pick<OssRequest, "method" | "host" | "headers" | "query">,
): void {
	const name =
		productOf(request.host) ??
		(request.method === "POST" ? vectorsOperation(request.query) : undefined) ??
		(isForTables(request) ? "OSS Tables" : undefined);
	if (name !== undefined) throw notImplemented(name);
}

export const notImplemented = (name: string): OssError =>
	new OssError("NotImplemented", {
		message: `The emulator does not implement ${name}.`,
		details: { Operation: name },
	});

function productOf(host: string): string | undefined {
	if (!host.includes("aliyuncs.com")) return undefined;
	const name = hostName(host);
	return HOSTS.find(([pattern]) => pattern.test(name))?.[1];
}

function vectorsOperation(query: OssRequest["query"]): string | undefined {
	const found = VECTORS.find((name) => query.has(name));
	return found && found.charAt(0).toUpperCase() + found.slice(1);
}

/** Whether the signature is made for OSS Tables. */
const isForTables = ({
	headers: { authorization },
	query,
}: Pick<OssRequest, "headers" | "query">): boolean =>
	(authorization ?? query.get("x-oss-credential") ?? "").includes(
		"/osstables/aliyun_v4_request",
	);

/** Endpoints of acceleration serve all regions. */
const ENDPOINT =
	/(?:^|\.)(oss-(?!accelerate)[a-z0-9-]+?)(-internal)?\.aliyuncs\.com$/;

/**
 * OSS refuses requests for a bucket that arrive at the endpoint of another region. The emulator accepts them by
 * default: ali-oss with an IP address as endpoint composes a Host from its `region`, regardless of the emulator's
 * region, and such a Host looks like a real one.
 *
 * @throws OssError AccessDenied, naming the endpoint to use, with `--other-regions refuse`
 */
export function requireOwnRegion(
	{ otherRegions }: Pick<Emulator, "otherRegions">,
	{ host }: Pick<OssRequest, "host">,
	bucket: StoredBucket | undefined,
): void {
	if (otherRegions === "answer" || !bucket) return;
	const [, location, internal = ""] = ENDPOINT.exec(hostName(host)) ?? [];
	if (location === undefined || bucket.location === location) return;
	throw new OssError("AccessDenied", {
		message:
			"The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future requests to this endpoint.",
		ec: "0003-00001403",
		details: {
			Bucket: bucket.name,
			Endpoint: `${bucket.location}${internal}.aliyuncs.com`,
		},
	});
}

/** `sts.<region>.aliyuncs.com`; but `sts.oss-cn-hangzhou.aliyuncs.com` is the bucket `sts`. */
const STS_HOST = /^sts(?:-vpc)?\.(?:(?!oss-)[a-z0-9-]+\.)?aliyuncs\.com$/;

/**
 * Whether a request is or may be for STS; if it may be, its body decides.
 *
 * For nearly every request the path alone decides.
 */
export function isForSts(arrival: Arrival): "yes" | "no" | "perhaps" {
	const { rawPath, host, method, query, rawQuery, headers } = arrival;
	if (/^sts/i.test(host) && STS_HOST.test(hostName(host))) return "yes";
	if (rawPath !== "/") return "no";
	if (namesStsOperation(query, headers)) return "yes";
	if (method !== "POST" || headers.authorization !== undefined) return "no";
	const isInBody =
		rawQuery === "" ||
		query.has("Action") ||
		query.get("Version") === STS_VERSION;
	return isInBody && hasForm(arrival) ? "perhaps" : "no";
}

/** Whether these parameters name an operation of STS, and its version. */
export const namesStsOperation = (
	parameters: Arrival["query"],
	headers: Arrival["headers"],
): boolean =>
	(parameters.has("Action") || headers["x-acs-action"] !== undefined) &&
	(parameters.get("Version") ?? headers["x-acs-version"]) === STS_VERSION;
