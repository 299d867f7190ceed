/**
 * Parameters and headers that select one of several documents.
 *
 * Pure.
 */
import { invalidArgument } from "../../oss/errors.ts";
import type { OssRequest, Query } from "../../oss/request.ts";

/** @throws OssError InvalidArgument when the parameter is absent or empty */
export function requireParameter(query: Query, name: string): string {
	const value = query.get(name) ?? "";
	if (value === "") throw invalidArgument(name, "");
	return value;
}

/** Like `requireParameter`, for a value that most SDKs send as a header and some as a parameter. */
export function requireHeader(
	{ headers, query }: Pick<OssRequest, "headers" | "query">,
	name: string,
): string {
	return headers[name] || requireParameter(query, name);
}
