/**
 * Parses the two carriers of a signature: the Authorization header of V2 and V4, and the parameters of a URL.
 *
 * Pure. Source: EC 0002-00000102…118 and 202…224; the assignment of the documented texts to the ECs, and the texts for
 * URLs, are guesses. So are the ECs without a page: V2 and V4 are assumed to be numbered alike.
 */
import { invalidArgument, OssError } from "../oss/errors.ts";
import type { Arrival, Headers, Query } from "../oss/request.ts";

export const badAuthorization = (
	authorization: string,
	ec: string,
	message = "Authorization header is invalid.",
): OssError => invalidArgument("Authorization", authorization, message, ec);

/** @param listed the additional headers named in a URL */
export const badAdditionalHeaders = (
	listed: string | undefined,
	ec: string,
): OssError =>
	invalidArgument("x-oss-additional-headers", listed ?? "", undefined, ec);

/**
 * The pairs after the name of the scheme, in any order, with blanks around the commas (py1 writes them).
 *
 * @param hundred `1` or `2`: the ECs of V2 are 0002-000001nn, the ECs of V4 0002-000002nn
 * @throws OssError InvalidArgument
 */
export function readItems(
	authorization: string,
	separator: ":" | "=",
	names: readonly string[],
	hundred: "1" | "2",
): ReadonlyMap<string, string> {
	const fail = (number: string, message?: string): OssError =>
		badAuthorization(authorization, `0002-00000${hundred}${number}`, message);
	const items = authorization.slice(authorization.indexOf(" ") + 1).split(",");
	if (items.length < 2 || items.length > 3) {
		throw fail(
			"02",
			"Authorization header is invalid, bad num of Items in Authorization header.",
		);
	}
	const pairs = new Map<string, string>();
	for (const item of items) {
		const at = item.indexOf(separator);
		if (at < 0) throw fail("03");
		const name = item.slice(0, at).trim();
		if (!names.includes(name))
			throw fail("04", "Unknown parameter in Authorization header.");
		pairs.set(name, item.slice(at + 1).trim());
	}
	return pairs;
}

/** The ECs for an absent item and for an empty one. */
export type Absent = readonly [missing: string, empty: string];

/** @throws OssError InvalidArgument */
export function requireItem(
	items: ReadonlyMap<string, string>,
	name: string,
	authorization: string,
	ec: Absent,
): string {
	const value = items.get(name);
	if (value) return value;
	throw badAuthorization(
		authorization,
		ec[value === undefined ? 0 : 1],
		"AccessKeyId or Signature is missing in Authorization header value.",
	);
}

/** @throws OssError InvalidArgument */
export function requireParameter(
	query: Query,
	name: string,
	ec: Absent,
): string {
	const value = query.get(name);
	if (value) return value;
	throw invalidArgument(
		name,
		value ?? "",
		`Query string authentication requires the ${name} parameter.`,
		ec[value === undefined ? 0 : 1],
	);
}

/**
 * Names of headers that are signed in addition to the mandatory ones: lower-case, sorted, each once.
 *
 * @param fail makes the error: 'empty' when the list is empty, 'item' when one of the names is invalid
 */
export function readAdditionalHeaders(
	text: string | undefined,
	fail: (what: "empty" | "item") => OssError,
): readonly string[] {
	if (text === undefined) return [];
	if (text === "") throw fail("empty");
	const names = text.split(";").map((name) => name.trim().toLowerCase());
	if (names.includes("")) throw fail("item");
	return [...new Set(names)].sort();
}

/**
 * Checks that the declared signed headers are sent, and have names that OSS reads.
 *
 * Source: EC 0002-00000077, 112; go2's TestPresignExtra, for a V4 URL. In the Authorization header of V4, an absent
 * header is signed as empty.
 */
export const areSent = (names: readonly string[], headers: Headers): boolean =>
	names.every((name) => Object.hasOwn(headers, name) && !name.includes("_"));

/** Printable ASCII without blanks. */
export const isAccessKeyId = (text: string): boolean =>
	/^[\x21-\x7e]+$/.test(text);

/**
 * The token of a request signed in its headers. py2 and java2 omit the `x-oss-` in V1.
 *
 * @throws OssError InvalidArgument when the URL has a token too
 */
export function tokenOfHeaders({ headers, query }: Arrival): string {
	const token = headers["x-oss-security-token"] || headers["security-token"];
	if (token) refuseSecondToken(inQuery(query));
	return token ?? "";
}

/**
 * The token of a signed URL: `security-token` in V1 and V2, where php writes `x-oss-security-token`, as all SDKs do in
 * V4.
 *
 * @throws OssError InvalidRequest when only the headers have a token, InvalidArgument when both have one
 */
export function tokenOfUrl({ query, headers }: Arrival): string {
	const token = inQuery(query);
	const inHeader = headers["x-oss-security-token"];
	if (token) refuseSecondToken(inHeader);
	if (!token && inHeader) {
		throw new OssError("InvalidRequest", {
			message: "Security-token must be provided by query string parameter.",
			ec: "0002-00000005",
		});
	}
	return token ?? "";
}

const inQuery = (query: Query): string | undefined =>
	query.get("security-token") || query.get("x-oss-security-token");

/** Source: docs «Temporary access with STS», which names the code; the text is a guess. */
function refuseSecondToken(second: string | undefined): void {
	if (!second) return;
	throw invalidArgument(
		"x-oss-security-token",
		second,
		"Security token must be provided either in the header or in the query string.",
	);
}
