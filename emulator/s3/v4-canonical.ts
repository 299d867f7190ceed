/**
 * The canonical request of AWS Signature Version 4, and the string to sign that includes its hash.
 *
 * Differences from OSS's V4: the path is the one on the wire, which includes the bucket only in path style; a key
 * without a value is written `key=`; exactly the listed headers are signed.
 *
 * Pure. Source: AWS «Signature calculations for the Authorization header»; vectors of the same page.
 */
import { hash } from "node:crypto";
import { isEmulatorParameter } from "../auth/canonical.ts";
import type { Candidate } from "../auth/claim.ts";
import {
	encodeKey,
	encodeWireText,
	percentDecode,
	percentEncode,
} from "../oss/encoding.ts";
import type { Arrival } from "../oss/request.ts";
import { type Credential, writeScope } from "./v4-key.ts";

export const ALGORITHM = "AWS4-HMAC-SHA256";

export type Signing = {
	readonly credential: Credential;
	/** Lower-case names in the order they were listed. */
	readonly signedHeaders: readonly string[];
	/** The time of the request, `yyyyMMddTHHmmssZ`. */
	readonly date: string;
	/** The last line: a hash, `UNSIGNED-PAYLOAD`, or the value for a chunked body. */
	readonly payload: string;
};

/** SDKs differ in the characters they leave unescaped in the path, and in blanks within header values. */
export function* candidates(
	request: Arrival,
	{ credential, signedHeaders, date, payload }: Signing,
): Iterable<Candidate> {
	const head = `${ALGORITHM}\n${date}\n${writeScope(credential)}\n`;
	for (const query of canonicalQueries(request.rawQuery))
		for (const path of canonicalPaths(request.rawPath))
			for (const headers of canonicalHeaders(request, signedHeaders)) {
				const canonicalRequest = `${request.method}\n${path}\n${query}\n${headers}\n${signedHeaders.join(";")}\n${payload}`;
				yield {
					stringToSign: head + hash("sha256", encodeWireText(canonicalRequest)),
					canonicalRequest,
				};
			}
}

/** The emulator's own parameters may be added to a signed URL. */
function* canonicalQueries(rawQuery: string): Iterable<string> {
	yield canonicalQuery(rawQuery);
	const pairs = rawQuery.split("&");
	const others = pairs.filter((pair) => !isEmulatorParameter(pair));
	if (others.length < pairs.length) yield canonicalQuery(others.join("&"));
}

/** The path as on the wire, and as AWS encodes it, for clients that send `!` or `(` unescaped. */
function* canonicalPaths(rawPath: string): Iterable<string> {
	yield rawPath;
	if (/^[\w\-.~/]*$/.test(rawPath)) return;
	const encoded = encodeKey(percentDecode(rawPath) ?? "");
	if (encoded !== rawPath) yield encoded;
}

function* canonicalHeaders(
	{ headers }: Arrival,
	names: readonly string[],
): Iterable<string> {
	let lines = "";
	let isSpaced = false;
	for (const name of names) {
		const value = headers[name]?.trim() ?? "";
		isSpaced ||= value.includes("  ");
		lines += `${name}:${value}\n`;
	}
	yield lines;
	if (isSpaced) yield lines.replaceAll(/ {2,}/g, " ");
	// Node.js joins the values of a repeated header with a blank, S3 signs them without.
	if (lines.includes(", ")) yield lines.replaceAll(", ", ",");
}

/** All pairs except the signature, including repeated keys, sorted by encoded name and value. */
export function canonicalQuery(rawQuery: string): string {
	if (rawQuery === "") return "";
	return rawQuery
		.split("&")
		.filter((pair) => pair !== "")
		.map((pair) => {
			const equals = pair.indexOf("=");
			return equals < 0
				? [encoded(pair), ""]
				: [encoded(pair.slice(0, equals)), encoded(pair.slice(equals + 1))];
		})
		.filter(([name]) => name !== "X-Amz-Signature")
		.sort(byNameAndValue)
		.map(([name, value]) => `${name}=${value}`)
		.join("&");
}

/** A text with a malformed escape is not changed; no signature will match it. */
const encoded = (text: string): string =>
	/^[\w\-.~]*$/.test(text)
		? text
		: percentEncode(percentDecode(text.replaceAll("+", " ")) ?? text);

function byNameAndValue(a: readonly string[], b: readonly string[]): number {
	const [left, right] = a[0] === b[0] ? [a[1], b[1]] : [a[0], b[0]];
	return (left ?? "") < (right ?? "") ? -1 : left === right ? 0 : 1;
}
