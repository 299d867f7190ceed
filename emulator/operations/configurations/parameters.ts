/**
 * Parameters and headers that say which of several documents a request means.
 *
 * Pure.
 */
import { invalidArgument } from "../../oss/errors.ts";
import type { OssRequest, Query } from "../../oss/request.ts";

/** @throws OssError InvalidArgument when there is none, or an empty one */
export function requireParameter(query: Query, name: string): string {
	const value = query.get(name) ?? "";
	if (value === "") throw invalidArgument(name, "");
	return value;
}

/** Of what SDKs send as a header, and some as a parameter. @throws as `requireParameter` */
export function requireHeader(
	{ headers, query }: Pick<OssRequest, "headers" | "query">,
	name: string,
): string {
	return headers[name] || requireParameter(query, name);
}
