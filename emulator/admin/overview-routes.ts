/**
 * Requests, operations, settings, and the way back to an empty emulator.
 */
import { table } from "../operations/table.ts";
import { AdminError } from "./admin-error.ts";
import type { Routes } from "./context.ts";
import { answers, listOf, parameters, record, refer } from "./route-schema.ts";

type RequestsQuery = {
	readonly operation?: string;
	readonly method?: string;
	readonly status?: string;
	readonly url?: string;
	readonly limit: number;
};

export const overviewRoutes: Routes = (app, context) => {
	const { emulator, requests, endpoint, version, authority } = context;

	app.get("/health", { schema: health }, async () => ({
		status: "ok",
		endpoint,
	}));

	app.get<{ Querystring: RequestsQuery }>(
		"/api/requests",
		{ schema: listRequests },
		async ({ query: { operation, method, status, url, limit } }) => ({
			requests: requests
				.list()
				.filter(
					(request) =>
						(operation === undefined || request.operation === operation) &&
						(method === undefined || request.method === method) &&
						(url === undefined || request.url.includes(url)) &&
						(status === undefined || isOfStatus(request.status, status)),
				)
				.slice(0, limit)
				.map(({ why, ...request }) => ({ ...request, refusal: why ?? null })),
		}),
	);

	app.get("/api/operations", { schema: listOperations }, async () => ({
		operations: table.map(({ name, requestLine, action, state }) => ({
			...{ name, requestLine, action, state },
		})),
	}));

	app.get("/api/settings", { schema: getSettings }, async () => ({
		version,
		endpoint,
		region: emulator.region,
		publicKey: emulator.callbacks.publicPem,
		settings: context.settings,
	}));

	app.get("/ca.pem", { schema: getAuthority }, async (_, outgoing) => {
		if (authority !== undefined)
			return outgoing.type("application/x-pem-file").send(authority);
		throw new AdminError(
			404,
			"NoAuthority",
			"there is no port for https: start with --tls-port",
		);
	});

	app.post("/api/reset", { schema: reset }, async () => {
		await emulator.store.clear();
		emulator.callbacks.faults.clear();
		emulator.ram.reset();
		requests.clear();
		return { status: "ok" };
	});
};

/** `404`, or `4xx` for all that begin with 4. */
const isOfStatus = (status: number, wanted: string): boolean =>
	wanted.endsWith("xx")
		? Math.floor(status / 100) === Number(wanted[0])
		: status === Number(wanted);

const health = {
	operationId: "health",
	tags: ["emulator"],
	summary: "Answers as soon as the emulator does",
	response: answers(
		"It is ready.",
		record({ status: { const: "ok" }, endpoint: { type: "string" } }),
	),
} as const;

const listRequests = {
	operationId: "listRequests",
	tags: ["emulator"],
	summary: "The latest requests to OSS, the latest first",
	querystring: parameters({
		operation: { type: "string", description: "PutObject and the like." },
		method: { type: "string" },
		status: {
			type: "string",
			pattern: "^[1-5]([0-9]{2}|xx)$",
			description: "404, or 4xx",
		},
		url: { type: "string", description: "A part of it, as on the wire." },
		limit: { type: "integer", minimum: 1, maximum: 1000, default: 100 },
	}),
	response: answers(
		"The requests that match.",
		record({ requests: listOf(refer("Request")) }),
	),
} as const;

const listOperations = {
	operationId: "listOperations",
	tags: ["emulator"],
	summary: "The operations of OSS, and what the emulator makes of each",
	response: answers(
		"All operations, in the order of the API reference.",
		record({ operations: listOf(refer("Operation")) }),
	),
} as const;

const getSettings = {
	operationId: "getSettings",
	tags: ["emulator"],
	summary: "How the emulator was started; no secrets",
	response: answers(
		"The settings.",
		record({
			version: { type: "string" },
			endpoint: { type: "string" },
			region: { type: "string" },
			publicKey: {
				type: "string",
				description: "PEM: what callbacks are signed with.",
			},
			settings: { type: "object", additionalProperties: true },
		}),
	),
} as const;

const getAuthority = {
	operationId: "getAuthority",
	tags: ["emulator"],
	summary: "The certificate that clients of the https port are to trust",
	response: answers("PEM.", { type: "string" }, "application/x-pem-file"),
} as const;

const reset = {
	operationId: "reset",
	tags: ["emulator"],
	summary: "Empties the emulator: for tests, between cases",
	description:
		"All buckets with all that is in them, all callbacks and requests on record, all faults on purpose, all users and roles that are not of --ram.",
	response: answers("It is empty.", record({ status: { const: "ok" } })),
} as const;
