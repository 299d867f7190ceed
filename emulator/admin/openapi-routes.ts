/**
 * Serves the description of the admin API as an OpenAPI 3.1 document, made from the routes by @fastify/swagger, which
 * is loaded by the first request for it, into an application that has the schemas of the routes but serves no requests.
 *
 * Source: OpenAPI Specification 3.1.1.
 */
import { fastify, type RouteOptions } from "fastify";
import { NO_SCHEMA_COMPILERS } from "../server/schema-compilers.ts";
import type { Routes } from "./context.ts";
import { answers, type RouteSchema, type Schema } from "./route-schema.ts";
import { components } from "./schemas.ts";

export const openApiRoutes: Routes = (app, { version }) => {
	const routes: Route[] = [];
	app.addHook("onRoute", ({ method, url, schema }: RouteOptions) => {
		if (method === "HEAD" || !isDescribed(schema)) return;
		routes.push({ method: String(method), url, schema });
	});

	app.get("/api/openapi.json", { schema: getOpenApi }, () => {
		document ??= writeOpenApi(routes, components, version);
		return document;
	});
};

/** Cached: all emulators of a process have the same routes. */
let document: Promise<object> | undefined;

/** The routes that are described; the console's files are not. */
const isDescribed = (schema: unknown): schema is RouteSchema =>
	typeof schema === "object" && schema !== null && "operationId" in schema;

const getOpenApi = {
	operationId: "getOpenApi",
	tags: ["emulator"],
	summary: "This description",
	response: answers("An OpenAPI 3.1 document.", { type: "object" }),
} as const;

type Route = {
	readonly method: string;
	/** In Fastify's notation: `/api/buckets/:bucket`. */
	readonly url: string;
	readonly schema: RouteSchema;
};

async function writeOpenApi(
	routes: readonly Route[],
	components: Readonly<Record<string, Schema>>,
	version: string,
): Promise<object> {
	const { default: swagger } = await import("@fastify/swagger");
	const app = fastify({ schemaController: NO_SCHEMA_COMPILERS });
	app.setValidatorCompiler(() => () => true);
	app.setSerializerCompiler(() => () => "");
	await app.register(swagger, {
		openapi: {
			openapi: "3.1.1",
			info: {
				title: "oss-emulator admin API",
				version,
				description:
					"The content of the emulator, and a record of what happened.",
				license: { name: "MIT", identifier: "MIT" },
			},
			servers: [{ url: "/" }],
			components: { schemas: copy(components) },
		},
	});
	for (const { method, url, schema } of routes)
		app.route({
			method,
			url,
			schema: described(schema),
			handler: async () => {},
		});
	await app.ready();
	return withoutAdditions(copy(app.swagger()));
}

/** Untyped JSON, because the types of @fastify/swagger cover OpenAPI 3.1 only in part. */
const copy = (value: object) => JSON.parse(JSON.stringify(value));

/**
 * Removes two additions of @fastify/swagger: that every body is required, and that an answer without a body is JSON.
 * The schemas state which bodies are required.
 */
function withoutAdditions(document: Document): object {
	for (const path of Object.values(document.paths ?? {}))
		for (const operation of Object.values(path ?? {})) {
			if (operation.requestBody) delete operation.requestBody.required;
			if (operation.responses?.[204]) delete operation.responses[204].content;
		}
	return document;
}

type Document = {
	readonly paths?: Readonly<
		Record<string, Readonly<Record<string, Operation>> | undefined>
	>;
};
type Operation = {
	readonly requestBody?: { required?: boolean };
	readonly responses?: Record<string, { content?: object }>;
};

const described = ({
	body,
	documentedBody = body,
	response,
	...rest
}: RouteSchema): object => ({
	...rest,
	...(documentedBody ? { body: documentedBody } : {}),
	response: {
		...response,
		default: {
			description: "The error, in one line.",
			content: {
				"application/json": { schema: { $ref: "#/components/schemas/Error" } },
			},
		},
	},
});
