/**
 * Schemas of the fault routes and their answers.
 *
 * Pure.
 */
import { FAULT_KINDS } from "../callback/faults/fault.ts";
import { CUT_BYTES_MAX, DELAY_MS_MAX, DIRECTIONS } from "../faults/action.ts";
import { ANY_OPERATION, CALLBACK } from "../faults/faults.ts";
import { table } from "../operations/table.ts";
import {
	answers,
	created,
	listOf,
	OF_ACCOUNT,
	parameters,
	record,
	refer,
	type Schema,
	uid,
} from "./route-schema.ts";

const text: Schema = { type: "string" };
const COUNT_MAX = 1_000_000_000;
const count = (minimum: number, description: string): Schema => ({
	type: "integer",
	minimum,
	maximum: COUNT_MAX,
	description,
});

const OPERATIONS = [
	CALLBACK,
	ANY_OPERATION,
	...new Set(table.map(({ name }) => name)),
];

const callbackKind: Schema = {
	...text,
	anyOf: [
		{ enum: FAULT_KINDS },
		{ pattern: "^status-[1-5][0-9]{2}$" },
		{ pattern: "^[a-z0-9-]+ *; *delay *= *[0-9]+$" },
	],
	description: `The fault of the callback: ${FAULT_KINDS.join(", ")} or status-NNN.`,
};

export const faultAction = parameters({
	status: {
		type: "integer",
		minimum: 400,
		maximum: 599,
		description:
			"Answers an error with this status without carrying out the operation.",
	},
	code: {
		...text,
		pattern: "^[A-Za-z][A-Za-z0-9.]{0,99}$",
		description:
			"An error code like SlowDown; default: a code that fits the status.",
	},
	message: { ...text, maxLength: 1000 },
	ec: { ...text, pattern: "^[0-9]{4}-[0-9]{8}$" },
	delayMs: {
		type: "integer",
		minimum: 0,
		maximum: DELAY_MS_MAX,
		description:
			"Waits before the request is handled; alone, or together with another action.",
	},
	cutAfterBytes: {
		type: "integer",
		minimum: 0,
		maximum: CUT_BYTES_MAX,
		description:
			"Closes the connection after this many bytes of the body; a shorter body is transferred completely. 0 for a response: the operation is carried out, but the client gets no answer.",
	},
	direction: {
		enum: DIRECTIONS,
		description:
			"The message whose body is cut: the request (an upload) or the response (a download). Default: response.",
	},
	callback: callbackKind,
});

const rule = {
	operation: {
		enum: OPERATIONS,
		description:
			"An operation of OSS, `*` for all operations, or `callback` for callbacks.",
	},
	bucket: { ...text, minLength: 1, maxLength: 63 },
	key: {
		...text,
		minLength: 1,
		maxLength: 1023,
		description:
			"A pattern: * matches any text, including /; ? matches one character.",
	},
	account: uid("uid: only requests of this account."),
	after: count(0, "Number of matching requests that succeed first."),
	times: count(1, "Maximum number of times; default: no limit."),
	every: count(1, "Applies to every Nth matching request after `after`."),
	probability: {
		type: "number",
		minimum: 0,
		maximum: 1,
		description:
			"Probability, drawn from `seed`: the same requests get the same faults.",
	},
	seed: { type: "integer", minimum: 0, maximum: 0xffff_ffff },
	do: faultAction,
} as const;

export const faultRule = parameters(rule, "operation", "do");

export const fault: Schema = {
	...record(
		{
			id: text,
			...rule,
			seen: {
				type: "integer",
				description: "Number of requests that matched.",
			},
			struck: {
				type: "integer",
				description: "Number of times the fault was applied.",
			},
		},
		"A rule, and its current state.",
	),
	required: ["id", "operation", "do", "seen", "struck"],
};

const withId = parameters({ id: text }, "id");
const deleted = (description: string, schema: Schema) =>
	answers(description, record({ deleted: schema }));

export const listFaults = {
	operationId: "listFaults",
	tags: ["faults"],
	summary: "The injected faults, and how often each was applied",
	querystring: parameters({
		account: uid("Only the rules of this account."),
	}),
	response: answers(
		"The rules in the order in which they are tried; the first that applies is used.",
		record({ faults: listOf(refer("Fault")) }),
	),
} as const;

export const addFault = {
	operationId: "addFault",
	tags: ["faults"],
	summary: "Injects a fault into requests or callbacks",
	description:
		"For a single request, the header or query parameter `x-emulator-fault: status=503;code=SlowDown` does the same, with the names of `do`. It is not signed, so it may be added to a signed URL.",
	body: faultRule,
	response: created("The fault.", refer("Fault")),
} as const;

export const getFault = {
	operationId: "getFault",
	tags: ["faults"],
	summary: "One fault, and how often it was applied",
	params: withId,
	response: answers("The fault.", refer("Fault")),
} as const;

export const removeFault = {
	operationId: "removeFault",
	tags: ["faults"],
	summary: "Removes one fault",
	params: withId,
	response: deleted("The fault was removed.", { const: 1 }),
} as const;

export const clearFaults = {
	operationId: "clearFaults",
	tags: ["faults"],
	summary: "Removes all faults, or the faults of one account",
	querystring: OF_ACCOUNT,
	response: deleted("Number of removed faults.", { type: "integer" }),
} as const;
