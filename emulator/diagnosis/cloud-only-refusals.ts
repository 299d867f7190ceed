/**
 * Requests that work here and that OSS refuses, or may refuse.
 *
 * Pure. Source: the EC page that each names.
 */
import type { OssRequest } from "../oss/request.ts";

/**
 * The page of EC 0017-00000902 says that no GET request may set the type of its answer. The suites of the SDKs do, with
 * success, and buckets that are older than the rule may still allow it: here it is a finding, and not refused.
 *
 * @returns '' for most
 */
export function refusedByCloud({
	method,
	key,
	query,
	caller,
}: Pick<OssRequest, "method" | "key" | "query" | "caller">): string {
	const isOverridden =
		method === "GET" && key !== "" && query.has("response-content-type");
	if (!isOverridden || caller.uid === "") return "";
	return "OSS may refuse response-content-type in a GET request with 400 InvalidRequest and EC 0017-00000902, «Can not override response header on content-type»: leave it out, and give the object its Content-Type when it is uploaded";
}
