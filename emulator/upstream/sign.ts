/**
 * Signs a request to the cloud with V4 in the Authorization header and an unsigned payload: the hash of a streamed
 * body is not known in advance.
 *
 * Pure. Source: docs «Signature version 4».
 */
import { ALGORITHM, candidates, UNSIGNED_PAYLOAD } from "../auth/v4.ts";
import { signV4, writeScope } from "../auth/v4-scope.ts";
import type { Headers, OssRequest } from "../oss/request.ts";
import { compactTime } from "../oss/times.ts";
import type { Credentials } from "./credentials.ts";

/** The signed parts of a request. */
export type Signable = Pick<
	OssRequest,
	"method" | "bucket" | "key" | "query" | "headers"
> & {
	/** The percent-encoded path, as it is sent. */
	readonly rawQuery: string;
};

/** @returns the request's headers, and the signature's headers */
export function signHeaders(
	request: Signable,
	{ accessKeyId, accessKeySecret, securityToken }: Credentials,
	region: string,
	now: Date,
): Headers {
	const date = compactTime(now);
	const headers = {
		...request.headers,
		"x-oss-date": date,
		"x-oss-content-sha256": UNSIGNED_PAYLOAD,
		...(securityToken === "" ? {} : { "x-oss-security-token": securityToken }),
	};
	const scope = { date: date.slice(0, 8), region, product: "oss" };
	const signing = { scope, additional: [], date };
	const [first] = candidates({ ...request, headers }, request, signing);
	if (!first) throw new TypeError("a request has a string to sign");
	const signature = signV4(accessKeySecret, scope, first.stringToSign);
	const credential = `${accessKeyId}/${writeScope(scope)}`;
	return {
		...headers,
		authorization: `${ALGORITHM} Credential=${credential},Signature=${signature}`,
	};
}
