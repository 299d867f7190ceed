/**
 * Other products whose requests arrive at the OSS port: their hosts end as OSS's do, their SDKs are OSS's own, and
 * their signatures have other forms. They are refused by name before they are read as requests to a bucket.
 *
 * Source: py2's and go2's `vectors` and `tables`, endpoints and signers; docs «Endpoints» of KMS and CloudBox.
 */

import { hostName } from "../auth/addressing.ts";
import { OssError } from "../oss/errors.ts";
import type { OssRequest } from "../oss/request.ts";

const HOSTS = [
	[/\.oss-vectors\.aliyuncs\.com$/, "OSS Vectors"],
	[/\.oss-tables\.aliyuncs\.com$/, "OSS Tables"],
	[/(?:^|\.)oss-cloudbox(?:-control)?\.aliyuncs\.com$/, "CloudBox"],
	// `kms.oss-cn-hangzhou.aliyuncs.com` is a bucket.
	[/(?:^kms(?:-vpc)?|\.kms)(?:\.(?!oss-)[a-z0-9-]+)?\.aliyuncs\.com$/, "KMS"],
] as const;

/** The parameters that distinguish vectors from objects if the host does not: `PutVectors` is `POST /?putVectors`. */
const VECTORS = [
	...["deleteVectorIndex", "deleteVectors", "getVectorIndex", "getVectors"],
	...["listVectorIndexes", "listVectors", "putVectorIndex", "putVectors"],
	"queryVectors",
];

/** @throws OssError NotImplemented, with the product's name or the operation's */
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
