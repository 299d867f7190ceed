/**
 * The canonical request of V4, and the string to sign that contains its hash.
 *
 * Pure. Source: docs «Signature version 4»; go2 oss/signer/signer_test.go, vectors of oss2 2.19.
 */
import { hash } from "node:crypto";
import { encodeKey } from "../oss/encoding.ts";
import type { Headers, OssRequest, Target } from "../oss/request.ts";
import { readCompactTime, readTime } from "../oss/times.ts";
import { encodeWireText } from "../oss/wire-text.ts";
import {
	canonicalHeaders,
	canonicalQueries,
	resourcePaths,
} from "./canonical.ts";
import type { Candidate } from "./claim.ts";
import { type Scope, writeScope } from "./v4-scope.ts";

export const ALGORITHM = "OSS4-HMAC-SHA256";
export const UNSIGNED_PAYLOAD = "UNSIGNED-PAYLOAD";

/** In addition to every x-oss-*. */
export const ALWAYS_SIGNED: ReadonlySet<string> = new Set([
	"content-type",
	"content-md5",
]);

/** The second line of the string to sign, and how to read it: each source has one form (EC 0002-00000502). */
type DateLine = {
	readonly text: string | undefined;
	readonly read: (text: string) => Date | undefined;
};

export const dateOfHeaders = (headers: Headers): DateLine =>
	headers["x-oss-date"]
		? { text: headers["x-oss-date"], read: readCompactTime }
		: { text: headers.date, read: readTime };

export const dateOfUrl = ({ query, headers }: OssRequest): DateLine =>
	query.has("x-oss-date")
		? { text: query.get("x-oss-date"), read: readCompactTime }
		: dateOfHeaders(headers);

type Signing = {
	readonly scope: Scope;
	readonly additional: readonly string[];
	readonly date: string | undefined;
};

/** A header that is declared but absent stays in the line of names (oss2 2.19 signs so). */
export function* candidates(
	request: Pick<OssRequest, "method" | "headers" | "query" | "rawQuery">,
	target: Target,
	{ scope, additional, date = "" }: Signing,
): Iterable<Candidate> {
	const signed =
		additional.length === 0
			? ALWAYS_SIGNED
			: new Set([...ALWAYS_SIGNED, ...additional]);
	const headers = canonicalHeaders(request.headers, signed);
	const names = additional.join(";");
	const head = `${ALGORITHM}\n${date}\n${writeScope(scope)}\n`;
	for (const path of resourcePaths(target)) {
		for (const query of canonicalQueries(request)) {
			const canonicalRequest = [
				request.method,
				encodeKey(path),
				query,
				headers,
				names,
				UNSIGNED_PAYLOAD,
			].join("\n");
			yield {
				stringToSign: head + hash("sha256", encodeWireText(canonicalRequest)),
				canonicalRequest,
			};
		}
	}
}
