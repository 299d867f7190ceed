/**
 * Requests in the format of the admin API.
 *
 * Pure.
 */
import type { LoggedRequest } from "../records/request-log.ts";
import { record, type Schema } from "./route-schema.ts";

export const viewRequestLine = ({
	why,
	headers: _,
	stringToSign: __,
	isWarning: ___,
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

/** Headers that are not shown, because while valid they allow requests in the name of their owner. */
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
	sentence: { ...text, description: "The explanation in one sentence." },
});

const line = {
	id: {
		...text,
		description: "x-oss-request-id, which is also the id of its callback.",
	},
	account: {
		...text,
		description:
			"uid of the request's account: the caller's, or the bucket owner's if the caller is anonymous or unknown; '' if there is none.",
	},
	receivedAt: { ...text, format: "date-time" },
	method: text,
	host: text,
	url: { ...text, description: "As on the wire, including the query." },
	clientIp: text,
	bucket: { ...text, description: "'' for the service" },
	key: { ...text, description: "'' for a bucket" },
	protocol: {
		enum: ["OSS", "S3"],
		description: "S3 for a request with a signature of Amazon S3.",
	},
	operation: { ...text, description: "'' when no operation was found" },
	status: { ...integer, description: "0 while it is being handled" },
	code: { ...text, description: "The error code; '' for success." },
	message: { ...text, description: "The error message; '' for success." },
	ec: { ...text, description: "The error's EC; '' for success." },
	refusal: {
		description: "The rule that refused access, if any.",
		oneOf: [accessRefusal, { type: "null" }],
	},
	diagnosis: {
		...text,
		description:
			"The cause of a refusal, or what OSS would refuse or ignores; '' when it is not known.",
	},
	fault: {
		...text,
		description: "The injected fault, or ''.",
	},
	durationMs: { type: "number" },
} as const;

export const requestSchema: Schema = record(line);

export const requestDetail: Schema = record({
	...line,
	headers: {
		type: "array",
		description:
			"Lower-case names and values; security tokens and cookies are not shown.",
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
			"The string that the emulator signed, if the signature did not match; '' otherwise.",
	},
});
