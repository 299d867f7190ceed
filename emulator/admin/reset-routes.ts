/**
 * The way back to an emulator as it was freshly started.
 */
import { reset } from "./clean-up.ts";
import type { Routes } from "./context.ts";
import { noContent, parameters } from "./route-schema.ts";

export const resetRoutes: Routes = (app, context) => {
	app.post("/api/reset", { schema: resetAll }, async (_, outgoing) => {
		await reset(context);
		return outgoing.code(204).send();
	});
};

const resetAll = {
	operationId: "reset",
	tags: ["emulator"],
	summary: "Empties the emulator: for tests, between cases",
	description:
		"All buckets with their objects, uploads and documents, all callbacks and requests on record, all faults, users and roles that are not of --ram, the accounts made by POST /api/accounts. The clock follows the real time again. Settings stay.",
	body: { ...parameters({}), type: ["object", "null"] },
	response: noContent("It is as freshly started."),
} as const;
