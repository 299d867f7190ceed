/**
 * Requests as the admin API shows them.
 *
 * Pure.
 */
import type { LoggedRequest } from "../records/request-log.ts";
import { record, type Schema } from "./route-schema.ts";

export const viewRequestLine = ({
	why,
	headers: _,
	stringToSign: __,
	...request
}: LoggedRequest) => ({ ...request, refusal: why ?? null });

export const viewRequest = (request: LoggedRequest) => ({
	...viewRequestLine(request),
	headers: Object.entries(request.headers).map(([name, value = ""]) => [
		name,
		SECRET.has(name) ? "(not shown)" : value,
	]),
	stringToSign: request.stringToSign,
});

/** While they are valid, they allow requests in the name of their owner. */
const SECRET: ReadonlySet<string> = new Set([
	"cookie",
	"proxy-authorization",
	"x-acs-security-token",
	"x-amz-security-token",
	"x-oss-security-token",
]);

const text: Schema = { type: "string" };
const integer: Schema = { type: "integer" };

const accessRefusal = record({
	rule: text,
	verdict: { enum: ["explicit deny", "implicit deny"] },
	action: text,
	resource: text,
	caller: text,
	statements: {
		type: "array",
		items: record({
			policy: text,
			statement: { ...integer, description: "Counts from 1." },
		}),
	},
	sentence: { ...text, description: "The whole explanation." },
});

const line = {
	id: { ...text, description: "x-oss-request-id; also its callback's id." },
	account: {
		...text,
		description:
			"uid of the account it belongs to: the caller's, or the bucket owner's when the caller is anonymous or unknown; '' without an account.",
	},
	receivedAt: { ...text, format: "date-time" },
	method: text,
	host: text,
	url: { ...text, description: "As on the wire, query included." },
	clientIp: text,
	bucket: { ...text, description: "'' for the service" },
	key: { ...text, description: "'' for a bucket" },
	protocol: {
		enum: ["OSS", "S3"],
		description: "S3 for a request that is signed as for Amazon S3.",
	},
	operation: { ...text, description: "'' when no operation was found" },
	status: { ...integer, description: "0 while it is being handled" },
	code: { ...text, description: "Of the error; '' for success." },
	message: { ...text, description: "Of the error; '' for success." },
	ec: { ...text, description: "Of the error; '' for success." },
	refusal: {
		description: "Which rule refused access, if one did.",
		oneOf: [accessRefusal, { type: "null" }],
	},
	diagnosis: {
		...text,
		description:
			"The cause of a refusal, or what works here and OSS refuses; '' when it is not known.",
	},
	fault: {
		...text,
		description: "The fault that was made on purpose, or ''.",
	},
	durationMs: { type: "number" },
} as const;

export const requestSchema: Schema = record(line);

export const requestDetail: Schema = record({
	...line,
	headers: {
		type: "array",
		description:
			"Names in lower case, and values; security tokens and cookies are not shown.",
		items: {
			type: "array",
			prefixItems: [text, text],
			minItems: 2,
			maxItems: 2,
		},
	},
	stringToSign: {
		...text,
		description:
			"What the emulator signed, when the signature did not match; '' otherwise.",
	},
});
