/**
 * The way back to an emulator as it was freshly started.
 */
import { reset } from "./clean-up.ts";
import type { Routes } from "./context.ts";
import { ACCOUNT, noContent, parameters } from "./route-schema.ts";

export const resetRoutes: Routes = (app, context) => {
	app.post<{ Body: { readonly account?: string } | null }>(
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
		"All buckets with their objects, uploads and documents, all callbacks and requests on record, all faults, users and roles that are not of --ram. Without an account also the accounts made by POST /api/accounts, and the clock follows the real time again. Snapshots and settings stay.",
	body: {
		...parameters({ account: { ...ACCOUNT, description: "Only this one's." } }),
		type: ["object", "null"],
	},
	response: noContent("It is as freshly started."),
} as const;
