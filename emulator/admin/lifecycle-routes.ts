/**
 * Lifecycle rules on demand, so that a test does not wait for the hourly run.
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
	summary: "Carries out what lifecycle rules have due by now",
	description:
		"They run every hour too, and whenever the clock is moved. Answers when all is done.",
	response: answers(
		"What was done.",
		record({
			count: { type: "integer", description: "How many deeds there were." },
			deeds: {
				...listOf(
					record({
						bucket: text,
						key: text,
						versionId: { ...text, description: "Of an upload: its id." },
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
				description: "The first thousand.",
			},
		}),
	),
} as const;
