/**
 * Finds the CORS rule that applies to a request, and the headers it adds to the reply.
 *
 * Source: docs «PutBucketCors», «OptionObject».
 */
import type { Emulator } from "../../emulator.ts";
import type { Reply, ReplyHeaders } from "../../oss/reply.ts";
import type { Arrival } from "../../oss/request.ts";
import { findDocument } from "../configurations/kind.ts";
import { CORS, type CorsRule, type CorsRules } from "./cors.ts";

/**
 * Adds CORS headers to the reply to an actual request, even if the request failed, so that a page can read the error.
 * A preflight has its own; like every reply it has `Vary` if the rules require it.
 *
 * @param bucket the bucket of the request
 */
export async function withCors(
	emulator: Emulator,
	{ method, headers }: Pick<Arrival, "method" | "headers">,
	bucket: string,
	reply: Reply,
): Promise<Reply> {
	if (bucket === "") return reply;
	const cors = await findCors(emulator, bucket);
	if (!cors) return reply;
	const { origin = "" } = headers;
	const allowed =
		origin === "" || method === "OPTIONS"
			? undefined
			: corsHeaders(cors.CORSRule, { origin, method, headers: "" });
	const vary = cors.ResponseVary ? { Vary: "Origin" } : {};
	return { ...reply, headers: { ...reply.headers, ...allowed, ...vary } };
}

/**
 * The bucket's own rules, or, under `--cors dev` and without its own, rules that let a page do anything. These cover a
 * missing bucket too, so that a page can read the error.
 */
export async function findCors(
	emulator: Pick<Emulator, "store" | "cors">,
	bucket: string,
): Promise<CorsRules | undefined> {
	const own = await findDocument(emulator, CORS, bucket);
	return own ?? (emulator.cors === "dev" ? ANY_PAGE : undefined);
}

/**
 * Lists the headers that OSS may return. The asterisk, which a bucket's own rule must not have here, covers
 * x-oss-meta-….
 */
const EXPOSED =
	`ETag Content-MD5 Date Content-Range Content-Disposition Content-Encoding
x-oss-request-id x-oss-server-time x-oss-ec x-oss-err x-oss-hash-crc64ecma x-oss-version-id x-oss-delete-marker
x-oss-object-type x-oss-storage-class x-oss-next-append-position x-oss-tagging-count x-oss-restore
x-oss-server-side-encryption x-oss-symlink-target *`.split(/\s+/);

const ANY_PAGE: CorsRules = {
	CORSRule: [
		{
			AllowedOrigin: ["*"],
			AllowedMethod: ["GET", "PUT", "DELETE", "POST", "HEAD"],
			AllowedHeader: ["*"],
			ExposeHeader: EXPOSED,
			MaxAgeSeconds: 0, // so that rules that are set later take effect immediately
		},
	],
	ResponseVary: false,
};

/** A cross-origin request from a page. */
export type CrossOrigin = {
	readonly origin: string;
	readonly method: string;
	/** The header names that a preflight announces, as written; '' without any. */
	readonly headers: string;
};

/** @returns the headers of the first rule that applies; undefined when no rule applies */
export function corsHeaders(
	rules: readonly CorsRule[],
	request: CrossOrigin,
): ReplyHeaders | undefined {
	const rule = rules.find((candidate) => matchesRequest(candidate, request));
	return rule && headersOf(rule, request);
}

const matchesRequest = (rule: CorsRule, wanted: CrossOrigin): boolean =>
	rule.AllowedMethod.some((allowed) => allowed === wanted.method) &&
	rule.AllowedOrigin.some((allowed) => matches(allowed, wanted.origin)) &&
	refusedHeader(rule, wanted) === undefined;

/** Returns the first announced header that the rule does not allow. */
function refusedHeader(
	{ AllowedHeader }: CorsRule,
	{ headers }: CrossOrigin,
): string | undefined {
	const names = headers
		.split(",")
		.map((name) => name.trim().toLowerCase())
		.filter((name) => name !== "");
	if (names.length > NAMES_MAX) return `the ${NAMES_MAX + 1}th`;
	return names.find(
		(name) => !AllowedHeader.some((allowed) => matches(allowed, name)),
	);
}

/** Explains to the developer of the page why no rule applies; the browser shows almost no details. */
export function explainCors(
	bucket: string,
	rules: readonly CorsRule[],
	wanted: CrossOrigin,
): string {
	const { origin, method } = wanted;
	if (rules.length === 0)
		return `bucket ${bucket} has no CORS rule: add one (PutBucketCors), or start the emulator with --cors dev`;
	const ofOrigin = rules.filter(({ AllowedOrigin }) =>
		AllowedOrigin.some((allowed) => matches(allowed, origin)),
	);
	if (ofOrigin.length === 0)
		return `no CORS rule of bucket ${bucket} allows the origin ${origin}: they allow ${list(rules.flatMap(({ AllowedOrigin }) => AllowedOrigin))}; the scheme and the port must match too`;
	const ofMethod = ofOrigin.filter(({ AllowedMethod }) =>
		AllowedMethod.some((allowed) => allowed === method),
	);
	if (ofMethod.length === 0)
		return `no CORS rule of bucket ${bucket} allows ${method} for the origin ${origin}: they allow ${list(ofOrigin.flatMap(({ AllowedMethod }) => AllowedMethod))}`;
	const [first] = ofMethod;
	return `no CORS rule of bucket ${bucket} allows the header ${first && refusedHeader(first, wanted)} for ${method} and the origin ${origin}: add it to AllowedHeader, or *`;
}

const SHOWN_MAX = 10;

const list = (values: readonly string[]): string => {
	const all = [...new Set(values)];
	return `${all.slice(0, SHOWN_MAX).join(", ")}${all.length > SHOWN_MAX ? ", …" : ""}`;
};

/** A limit of the emulator: comparing thousands of names with a rule of 16 KB would delay other requests. */
const NAMES_MAX = 200;

/** Compares the whole text with a pattern that has at most one `*` for any run of characters. */
function matches(pattern: string, text: string): boolean {
	const [start = "", end] = pattern.split("*");
	if (end === undefined) return pattern === text;
	return (
		text.length >= start.length + end.length &&
		text.startsWith(start) &&
		text.endsWith(end)
	);
}

/**
 * The answer to an actual request names all methods of the rule (A-406), like the answer to a preflight: py2's suite.
 */
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
