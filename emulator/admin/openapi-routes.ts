/**
 * Serves the description of the admin API, made from its routes.
 */
import type { RouteOptions } from "fastify";
import type { Routes } from "./context.ts";
import { type Route, writeOpenApi } from "./openapi.ts";
import { answers, type RouteSchema } from "./route-schema.ts";
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
