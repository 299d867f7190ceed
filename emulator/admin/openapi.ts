/**
 * The description of the admin API as an OpenAPI 3.1 document, made from the routes themselves.
 *
 * Pure. Source: OpenAPI Specification 3.1.1.
 */
import type { ObjectSchema, RouteSchema, Schema } from "./route-schema.ts";

export type Route = {
	readonly method: string;
	/** As Fastify has it: `/api/buckets/:bucket`. */
	readonly url: string;
	readonly schema: RouteSchema;
};

export function writeOpenApi(
	routes: readonly Route[],
	components: Readonly<Record<string, Schema>>,
	version: string,
): object {
	const paths: Record<string, Record<string, object>> = {};
	for (const route of routes) {
		const path = route.url.replaceAll(/:(\w+)/g, "{$1}");
		paths[path] = {
			...paths[path],
			[route.method.toLowerCase()]: writeOperation(route.schema),
		};
	}
	return {
		openapi: "3.1.1",
		info: {
			title: "oss-emulator admin API",
			version,
			description:
				"What is in the emulator, and what happened: for tests and for the curious.",
			license: { name: "MIT", identifier: "MIT" },
		},
		servers: [{ url: "/" }],
		paths,
		components: { schemas: components },
	};
}

function writeOperation({
	params,
	querystring,
	body,
	documentedBody = body,
	response,
	...rest
}: RouteSchema): object {
	return {
		...rest,
		parameters: [
			...writeParameters("path", params),
			...writeParameters("query", querystring),
		],
		...(documentedBody
			? { requestBody: { content: json(documentedBody) } }
			: {}),
		responses: {
			...Object.fromEntries(
				Object.entries(response).map(([status, { description, content }]) => [
					status,
					{ description, content },
				]),
			),
			default: {
				description: "What is wrong, in one line.",
				content: json({ $ref: "#/components/schemas/Error" }),
			},
		},
	};
}

const writeParameters = (
	place: "path" | "query",
	{ properties, required = [] }: ObjectSchema = { properties: {} },
): object[] =>
	Object.entries(properties).map(([name, { description, ...schema }]) => ({
		name,
		in: place,
		required: place === "path" || required.includes(name),
		description,
		schema,
	}));

const json = (schema: Schema): object => ({ "application/json": { schema } });
