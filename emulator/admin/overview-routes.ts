/**
 * Health, the list of operations, and the certificate authority of the https port.
 */
import { table } from "../operations/table.ts";
import { AdminError } from "./admin-error.ts";
import type { Routes } from "./context.ts";
import { describeHealth, HEALTH_PATH } from "./health-app.ts";
import { answers, listOf, record, refer } from "./route-schema.ts";

export const overviewRoutes: Routes = (app, context) => {
	const { endpoint, authority } = context;

	app.get(HEALTH_PATH, { schema: health }, async () =>
		describeHealth(endpoint),
	);

	app.get("/api/operations", { schema: listOperations }, async () => ({
		operations: table.map(({ name, requestLine, action, state }) => ({
			name,
			requestLine,
			action,
			state,
		})),
	}));

	app.get("/ca.pem", { schema: getAuthority }, async (_, outgoing) => {
		if (authority !== undefined)
			return outgoing.type("application/x-pem-file").send(authority);
		throw new AdminError(
			404,
			"NoAuthority",
			"there is no https port: start with --tls-port",
		);
	});
};

const health = {
	operationId: "health",
	tags: ["emulator"],
	summary: "Answers as soon as the emulator is ready",
	response: answers(
		"The emulator is ready.",
		record({ status: { const: "ok" }, endpoint: { type: "string" } }),
	),
} as const;

const listOperations = {
	operationId: "listOperations",
	tags: ["emulator"],
	summary: "The operations of OSS, and how the emulator supports each",
	response: answers(
		"All operations, in the order of the API reference.",
		record({ operations: listOf(refer("Operation")) }),
	),
} as const;

const getAuthority = {
	operationId: "getAuthority",
	tags: ["emulator"],
	summary: "The certificate that clients of the https port must trust",
	response: answers("PEM.", { type: "string" }, "application/x-pem-file"),
} as const;
