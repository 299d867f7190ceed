/**
 * Which CORS rule fits a request, and what it makes the answer say.
 *
 * Pure. Source: docs «PutBucketCors», «OptionObject».
 */
import type { ReplyHeaders } from "../../oss/reply.ts";
import type { CorsRule } from "./cors.ts";

/** What a page wants to do. */
export type CrossOrigin = {
	readonly origin: string;
	readonly method: string;
	/** Those a preflight announces, as it wrote them; '' for none. */
	readonly headers: string;
};

/** @returns the headers of the first rule that fits; undefined when none does */
export function corsHeaders(
	rules: readonly CorsRule[],
	asked: CrossOrigin,
): ReplyHeaders | undefined {
	const rule = rules.find((candidate) => fits(candidate, asked));
	return rule && headersOf(rule, asked);
}

function fits(
	rule: CorsRule,
	{ origin, method, headers }: CrossOrigin,
): boolean {
	const names = headers
		.split(",")
		.map((name) => name.trim().toLowerCase())
		.filter((name) => name !== "");
	if (names.length > NAMES_MAX) return false;
	return (
		rule.AllowedMethod.some((one) => one === method) &&
		rule.AllowedOrigin.some((one) => matches(one, origin)) &&
		names.every((name) => rule.AllowedHeader.some((one) => matches(one, name)))
	);
}

/** A limit of ours: thousands of names against a rule of 16 KB would keep other requests waiting. */
const NAMES_MAX = 200;

/** The whole text, with at most one `*` for any run of characters. */
function matches(pattern: string, text: string): boolean {
	const [start = "", end] = pattern.split("*");
	if (end === undefined) return pattern === text;
	return (
		text.length >= start.length + end.length &&
		text.startsWith(start) &&
		text.endsWith(end)
	);
}

/** The answer to an actual request names all the rule's methods (A-406), as that to a preflight does: py2's suite. */
function headersOf(
	rule: CorsRule,
	{ origin, headers }: CrossOrigin,
): ReplyHeaders {
	const { AllowedOrigin, AllowedMethod, ExposeHeader, MaxAgeSeconds } = rule;
	return {
		"Access-Control-Allow-Origin": AllowedOrigin.includes("*") ? "*" : origin,
		"Access-Control-Allow-Methods": AllowedMethod.join(", "),
		"Access-Control-Allow-Headers": headers || undefined,
		"Access-Control-Expose-Headers": ExposeHeader.join(", ") || undefined,
		"Access-Control-Max-Age":
			MaxAgeSeconds === undefined ? undefined : String(MaxAgeSeconds),
	};
}
