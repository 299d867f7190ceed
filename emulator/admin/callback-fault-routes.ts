/**
 * Faults of callbacks under the route of version 0.1, which was replaced by the one in `fault-routes.ts`.
 */
import { FAULT_DELAY_MS_MAX, FAULT_KINDS } from "../callback/faults/fault.ts";
import type { UploadFacts } from "../callback/model.ts";
import { CALLBACK_OPERATIONS } from "../callback/model.ts";
import { ANY_OPERATION, type Faults } from "../faults/faults.ts";
import { globOfPrefix } from "../faults/glob.ts";
import type { Routes } from "./context.ts";
import { noSuchFault, requireAction, tooManyFaults } from "./fault-routes.ts";
import {
	answers,
	listOf,
	parameters,
	record,
	refer,
	type Schema,
} from "./route-schema.ts";

type CallbackFault = {
	readonly fault: string;
	readonly bucket?: string;
	readonly prefix?: string;
	readonly operation?: UploadFacts["operation"];
	readonly skip: number;
	readonly times: number;
};

export const callbackFaultRoutes: Routes = (app, { emulator: { faults } }) => {
	/** Faults by id. */
	const added = new Map<string, CallbackFault>();
	const list = () =>
		Array.from(added, ([id, given]) => left(faults, id, given)).filter(
			(rule) => rule !== undefined,
		);

	app.get("/api/callback-faults", { schema: listFaults }, async () => ({
		faults: list(),
	}));

	app.post<{ Body: CallbackFault }>(
		"/api/callback-faults",
		{ schema: addFault },
		async ({ body }) => {
			for (const [id, given] of added)
				if (!left(faults, id, given)) added.delete(id);
			const { id } = add(faults, body);
			added.set(id, body);
			return left(faults, id, body);
		},
	);

	app.delete<{ Params: { id: string } }>(
		"/api/callback-faults/:id",
		{ schema: removeFault },
		async ({ params: { id } }) => {
			const given = added.get(id);
			const isThere = given && left(faults, id, given) !== undefined;
			added.delete(id);
			if (faults.remove(id) && isThere) return { deleted: 1 };
			throw noSuchFault(id);
		},
	);

	app.delete("/api/callback-faults", { schema: clearFaults }, async () => {
		const deleted = list().length;
		for (const id of added.keys()) faults.remove(id);
		added.clear();
		return { deleted };
	});
};

/** @throws AdminError 400, 409 */
function add(faults: Faults, given: CallbackFault) {
	const { fault, bucket, prefix, operation = ANY_OPERATION } = given;
	const action = { callback: fault };
	requireAction(action, operation, "fault");
	const rule = faults.add({
		operation,
		do: action,
		after: given.skip,
		times: given.times,
		...(bucket === undefined ? {} : { bucket }),
		...(prefix === undefined ? {} : { key: globOfPrefix(prefix) }),
	});
	if (rule) return rule;
	throw tooManyFaults();
}

/** A rule with its remaining counts; undefined when it has been applied as often as it may be. */
function left(faults: Faults, id: string, given: CallbackFault) {
	const found = faults.find(id);
	if (!found || found.struck >= given.times) return undefined;
	return {
		id,
		...given,
		skip: Math.max(0, given.skip - found.seen),
		times: given.times - found.struck,
	};
}

const text: Schema = { type: "string" };

const match = {
	bucket: { ...text, minLength: 1 },
	prefix: { ...text, description: "Only keys that begin with this." },
	operation: { enum: CALLBACK_OPERATIONS },
} as const;

const order = {
	skip: {
		type: "integer",
		minimum: 0,
		maximum: 1_000_000_000,
		default: 0,
		description: "Number of matching uploads that succeed first.",
	},
	times: {
		type: "integer",
		minimum: 1,
		maximum: 1_000_000_000,
		default: 1,
		description:
			"Number of uploads that then fail; after that the fault is removed.",
	},
} as const;

const fault: Schema = {
	...text,
	description: `${FAULT_KINDS.join(", ")}, or status-NNN; optionally followed by «; delay=MILLISECONDS», at most ${FAULT_DELAY_MS_MAX}.`,
};

export const callbackFault: Schema = {
	...record(
		{ id: text, fault, ...match, ...order },
		"A fault of callbacks; skip and times are the remaining numbers.",
	),
	required: ["id", "fault", "skip", "times"],
};

const DEPRECATED = {
	tags: ["faults"],
	deprecated: true,
	description:
		"Use /api/faults; this route will be removed in the next release.",
} as const;

const listFaults = {
	...DEPRECATED,
	operationId: "listCallbackFaults",
	summary: "The faults of future callbacks",
	response: answers(
		"The faults in the order in which they are tried; the first that matches is applied.",
		record({ faults: listOf(refer("CallbackFault")) }),
	),
} as const;

const addFault = {
	...DEPRECATED,
	operationId: "addCallbackFault",
	summary: "Injects a fault into callbacks",
	body: parameters({ fault, ...match, ...order }, "fault"),
	response: answers("The fault as it is stored.", refer("CallbackFault")),
} as const;

const removeFault = {
	...DEPRECATED,
	operationId: "removeCallbackFault",
	summary: "Removes one fault of callbacks",
	params: parameters({ id: text }, "id"),
	response: answers(
		"The fault was removed.",
		record({ deleted: { const: 1 } }),
	),
} as const;

const clearFaults = {
	...DEPRECATED,
	operationId: "clearCallbackFaults",
	summary: "Removes all faults that were added here",
	response: answers(
		"Number of removed faults.",
		record({ deleted: { type: "integer" } }),
	),
} as const;
