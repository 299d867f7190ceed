/**
 * Faults of callbacks on purpose: the rules that say which.
 */
import { FAULT_DELAY_MS_MAX, FAULT_KINDS } from "../callback/fault.ts";
import { FAULT_RULES_MAX, type FaultRule } from "../callback/faults.ts";
import { AdminError } from "./admin-error.ts";
import type { Routes } from "./context.ts";
import {
	answers,
	listOf,
	parameters,
	record,
	refer,
	type Schema,
} from "./route-schema.ts";

export const faultRoutes: Routes = (app, { emulator }) => {
	const { faults } = emulator.callbacks;

	app.get("/api/callback-faults", { schema: listFaults }, async () => ({
		faults: faults.list(),
	}));

	app.post<{ Body: Omit<FaultRule, "id"> }>(
		"/api/callback-faults",
		{ schema: addFault },
		async ({ body }) => {
			const added = faults.add(body);
			if (added) return added;
			const message = `there are ${FAULT_RULES_MAX} faults already: remove some first`;
			throw new AdminError(409, "TooManyFaults", message);
		},
	);

	app.delete<{ Params: { id: string } }>(
		"/api/callback-faults/:id",
		{ schema: removeFault },
		async ({ params: { id } }) => {
			if (faults.remove(id)) return { deleted: 1 };
			const message = `there is no fault ${id}: it may have done its work`;
			throw new AdminError(404, "NoSuchFault", message);
		},
	);

	app.delete("/api/callback-faults", { schema: clearFaults }, async () => ({
		deleted: faults.clear(),
	}));
};

const text: Schema = { type: "string" };

const match = {
	bucket: { ...text, minLength: 1 },
	prefix: { ...text, description: "What keys begin with." },
	operation: {
		enum: ["PutObject", "PostObject", "CompleteMultipartUpload"],
	},
} as const;

const order = {
	skip: {
		type: "integer",
		minimum: 0,
		maximum: 1_000_000_000,
		default: 0,
		description: "So many uploads that fit are let pass first.",
	},
	times: {
		type: "integer",
		minimum: 1,
		maximum: 1_000_000_000,
		default: 1,
		description: "So many are spoilt then; after that the fault is gone.",
	},
} as const;

const fault: Schema = {
	...text,
	description: `${FAULT_KINDS.join(", ")}, or status-NNN; then perhaps «; delay=MILLISECONDS», ${FAULT_DELAY_MS_MAX} at most.`,
};

export const faultRule: Schema = {
	...record(
		{ id: text, fault, ...match, ...order },
		"Callbacks that are to go wrong; skip and times are what is left of them.",
	),
	required: ["id", "fault", "skip", "times"],
};

const listFaults = {
	operationId: "listCallbackFaults",
	tags: ["callbacks"],
	summary: "The faults that callbacks are going to have",
	response: answers(
		"In the order in which they are looked through: the first that fits decides.",
		record({ faults: listOf(refer("CallbackFault")) }),
	),
} as const;

const addFault = {
	operationId: "addCallbackFault",
	tags: ["callbacks"],
	summary: "Lets callbacks go wrong on purpose",
	description:
		"For one upload alone, its header x-emulator-callback-fault does the same, and so does a query parameter or, before the file, a form's field of that name. None of them is signed by V1, nor the header by V4.",
	body: parameters({ fault, ...match, ...order }, "fault"),
	response: answers("The fault as it is kept.", refer("CallbackFault")),
} as const;

const removeFault = {
	operationId: "removeCallbackFault",
	tags: ["callbacks"],
	summary: "Forgets one fault",
	params: parameters({ id: text }, "id"),
	response: answers("It is gone.", record({ deleted: { const: 1 } })),
} as const;

const clearFaults = {
	operationId: "clearCallbackFaults",
	tags: ["callbacks"],
	summary: "Forgets all faults",
	response: answers(
		"How many there were.",
		record({ deleted: { type: "integer" } }),
	),
} as const;
