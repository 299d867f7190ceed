/**
 * Resets the emulator to the state after a start.
 */
import { reset } from "./clean-up.ts";
import type { Routes } from "./context.ts";
import { noContent, type OfAccount, parameters, uid } from "./route-schema.ts";

export const resetRoutes: Routes = (app, context) => {
	app.post<{ Body: OfAccount | null }>(
		"/api/reset",
		{ schema: resetAll },
		async ({ body }, outgoing) => {
			await reset(context, body?.account);
			return outgoing.code(204).send();
		},
	);
};

const resetAll = {
	operationId: "reset",
	tags: ["emulator"],
	summary: "Empties the emulator, or one account: for tests, between cases",
	description:
		"Removes all buckets with their objects, uploads and documents, all recorded callbacks and requests, all faults, and users and roles that are not from --ram. Without an account, it also removes the accounts made by POST /api/accounts, and the clock follows the real time again. Snapshots and settings stay.",
	body: {
		...parameters({
			account: uid("uid: only the data of this account."),
		}),
		type: ["object", "null"],
	},
	response: noContent("The emulator was reset."),
} as const;
