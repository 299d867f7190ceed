/**
 * The schemas of deliveries of callbacks.
 *
 * Pure.
 */
import { FINDING_IDS } from "../callback/advice/finding.ts";
import { DELIVERY_STATUSES } from "../storage/types.ts";
import {
	listOf,
	type ObjectSchema,
	record,
	type Schema,
} from "./route-schema.ts";

const text: Schema = { type: "string" };
const number: Schema = { type: "number" };
const time: Schema = { type: "string", format: "date-time" };
const orNull = (schema: Schema): Schema => ({
	oneOf: [schema, { type: "null" }],
});

const encoding: Schema = {
	enum: ["utf-8", "base64"],
	description: "base64 for bytes that are not UTF-8",
};

const headers: Schema = {
	type: "array",
	description: "Names and values as on the wire, in their order.",
	items: {
		type: "array",
		prefixItems: [text, text],
		minItems: 2,
		maxItems: 2,
	},
};

const timing = record(
	{
		lookupMs: number,
		connectedMs: orNull(number),
		securedMs: orNull(number),
		sentMs: {
			...orNull(number),
			description: "When the whole request had been passed to the connection.",
		},
		answeredMs: orNull(number),
		totalMs: number,
	},
	"Milliseconds since the attempt began; null for a step that was not reached.",
);

const answer = record({
	status: { type: "integer" },
	headers,
	body: text,
	bodyEncoding: encoding,
	ended: { enum: ["complete", "time", "cut", "size"] },
});

const attempt = record(
	{
		url: text,
		sentAt: time,
		target: { ...text, description: "Path and query, as on the wire." },
		headers,
		stringToSign: text,
		timing: orNull(timing),
		answer: orNull(answer),
		noAnswer: orNull(record({ reason: text, detail: text })),
		why: text,
		curl: { ...text, description: "The same request for a shell." },
	},
	"One POST to one URL.",
);

const told: Schema = {
	description:
		"The response to the uploader; null while the delivery is under way, and if no application server was called.",
	oneOf: [
		record({ status: { const: 200 }, body: text, bodyEncoding: encoding }),
		record({ status: { const: 203 }, message: text, ec: text }),
		record({ status: { const: 500 } }, "The emulator itself failed."),
		{ type: "null" },
	],
};

const finding = record(
	{
		id: { enum: FINDING_IDS, description: "The kind of finding." },
		refused: {
			type: "boolean",
			description: "Whether OSS refuses the callback, or may refuse it.",
		},
		sentence: { ...text, description: "What OSS does, and how to correct it." },
		link: { ...text, description: "The page of OSS's documentation." },
	},
	"A mistake that works here but not at OSS, or that is rarely intended.",
);

const common = {
	id: { ...text, description: "The request id of the upload." },
	account: {
		...text,
		description:
			"uid of the callback's account: the uploader's, or the bucket owner's for an anonymous upload.",
	},
	operation: text,
	bucket: text,
	key: text,
	status: { enum: DELIVERY_STATUSES },
	startedAt: time,
	completedAt: orNull(time),
	why: { ...text, description: "The reason for the outcome, in a sentence." },
	advice: { ...text, description: "What to do about it; '' if nothing." },
	fault: {
		...text,
		description: "The injected fault, or ''.",
	},
	repeats: orNull({
		...text,
		description: "The id of the delivery that this one repeats.",
	}),
} as const;

export const deliverySummary: ObjectSchema = record(
	{
		...common,
		urls: listOf(text),
		durationMs: orNull(number),
		bodyStart: { ...text, description: "The first 200 characters sent." },
		answerStatus: {
			...orNull({ type: "integer" }),
			description:
				"The HTTP status of the last answer; null if there is no answer.",
		},
		answerStart: { ...text, description: "Its first 200 characters." },
		findings: listOf({ enum: FINDING_IDS }),
	},
	"The summary of a delivery.",
);

export const delivery: ObjectSchema = record(
	{
		...common,
		asked: {
			...text,
			description: "The callback's JSON as the uploader sent it, decoded.",
		},
		variables: { type: "object", additionalProperties: text },
		body: { ...text, description: "The filled-in body that was sent." },
		bodyType: text,
		attempts: listOf(attempt),
		findings: listOf(finding),
		told,
	},
	"An upload's callback: the request, the response, the response to the uploader, and the reason.",
);
