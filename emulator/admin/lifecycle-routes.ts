/**
 * Runs lifecycle rules on demand, so that a test does not have to wait for the hourly run.
 */
import type { Routes } from "./context.ts";
import { answers, listOf, record } from "./route-schema.ts";

export const lifecycleRoutes: Routes = (app, { lifecycle }) => {
	app.post("/api/lifecycle/run", { schema: runLifecycle }, async () =>
		lifecycle.run(),
	);
};

const text = { type: "string" } as const;

const runLifecycle = {
	operationId: "runLifecycle",
	tags: ["emulator"],
	summary: "Carries out the lifecycle actions that are due",
	description:
		"The rules also run every hour, and whenever the clock is moved. Answers when all actions are finished.",
	response: answers(
		"The actions that were carried out.",
		record({
			count: { type: "integer", description: "Number of actions." },
			deeds: {
				...listOf(
					record({
						bucket: text,
						key: text,
						versionId: { ...text, description: "For an upload, its id." },
						what: {
							enum: ["expired", "version deleted", "transitioned", "aborted"],
						},
						rule: { ...text, description: "The rule's id." },
						storageClass: {
							...text,
							description: "'' except for a transition",
						},
					}),
				),
				description: "The first thousand actions.",
			},
		}),
	),
} as const;
