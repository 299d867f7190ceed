/**
 * Snapshots: the whole state, saved under a name for restoring it later.
 */
import { SNAPSHOTS_MAX } from "../storage/store.ts";
import { AdminError } from "./admin-error.ts";
import type { Routes } from "./context.ts";
import {
	answers,
	created,
	listOf,
	noContent,
	parameters,
	record,
	refer,
	type Schema,
} from "./route-schema.ts";
import { readState, writeState } from "./snapshot-state.ts";

type Named = { readonly name: string };

export const snapshotRoutes: Routes = (app, context) => {
	const { store } = context.emulator;

	app.get("/api/snapshots", { schema: listSnapshots }, async () => ({
		snapshots: (await store.listSnapshots()).map(view),
	}));

	app.put<{ Params: Named }>(
		"/api/snapshots/:name",
		{ schema: takeSnapshot },
		async ({ params: { name } }, outgoing) => {
			const state = writeState(context);
			// The emulator's own clock may have been moved.
			const taken = await store.snapshot(name, new Date(), state);
			if (taken) return outgoing.code(201).send(view(taken));
			const message = `there are already ${SNAPSHOTS_MAX} snapshots: remove some first`;
			throw new AdminError(409, "TooManySnapshots", message);
		},
	);

	app.post<{ Params: Named }>(
		"/api/snapshots/:name/restore",
		{ schema: restoreSnapshot },
		async ({ params: { name } }, outgoing) => {
			const restored = await store.restore(name);
			if (!restored) throw noSuchSnapshot(name);
			readState(context, restored.state);
			return outgoing.code(204).send();
		},
	);

	app.delete<{ Params: Named }>(
		"/api/snapshots/:name",
		{ schema: removeSnapshot },
		async ({ params: { name } }) => {
			if (await store.deleteSnapshot(name)) return { deleted: 1 };
			throw noSuchSnapshot(name);
		},
	);
};

const view = ({ name, created: at }: { name: string; created: Date }) => ({
	name,
	createdAt: at,
});

const noSuchSnapshot = (name: string): AdminError =>
	new AdminError(404, "NoSuchSnapshot", `there is no snapshot ${name}`);

export const snapshot: Schema = record({
	name: { type: "string" },
	createdAt: {
		type: "string",
		format: "date-time",
		description: "By the real clock.",
	},
});

const named = parameters(
	{
		name: {
			type: "string",
			pattern: "^[A-Za-z0-9._-]{1,100}$",
			description: "Letters, digits, dots, dashes and underscores.",
		},
	},
	"name",
);

const listSnapshots = {
	operationId: "listSnapshots",
	tags: ["snapshots"],
	summary: "The snapshots, in the order in which they were taken",
	response: answers(
		"The snapshots.",
		record({ snapshots: listOf(refer("Snapshot")) }),
	),
} as const;

const takeSnapshot = {
	operationId: "takeSnapshot",
	tags: ["snapshots"],
	summary: "Saves the whole state under a name",
	description:
		"Buckets, objects, uploads, documents, callbacks, accounts, users, roles, faults and the clock. Content is shared, not copied. Replaces a snapshot of that name. Snapshots survive a reset and, with --data, a restart.",
	params: named,
	response: created("The snapshot.", refer("Snapshot")),
} as const;

const restoreSnapshot = {
	operationId: "restoreSnapshot",
	tags: ["snapshots"],
	summary: "Restores a snapshot",
	description:
		"The snapshot stays. Requests received after it are removed from the record.",
	params: named,
	response: noContent("The state was restored."),
} as const;

const removeSnapshot = {
	operationId: "removeSnapshot",
	tags: ["snapshots"],
	summary: "Removes a snapshot",
	params: named,
	response: answers(
		"The snapshot was removed.",
		record({ deleted: { const: 1 } }),
	),
} as const;
