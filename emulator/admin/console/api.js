/**
 * The view of the admin API, made from its OpenAPI document.
 */
import { badge, code, entries, h, table } from "./page.js";
import { fetchJson } from "./server.js";

export async function api() {
	const description = await fetchJson("/api/openapi.json");
	const operations = Object.entries(description.paths).flatMap(
		([path, methods]) =>
			Object.entries(methods).map(([method, operation]) => ({
				...{ path, method: method.toUpperCase(), operation },
			})),
	);
	const groups = Object.groupBy(
		operations,
		({ operation }) => operation.tags?.[0] ?? "other",
	);
	return {
		title: "API",
		tab: "api",
		nodes: [
			h("h1", {}, "Admin API"),
			h(
				"p",
				{},
				"This console uses only this API. ",
				h("a", { href: "/api/openapi.json" }, "As an OpenAPI document"),
			),
			...Object.entries(groups).flatMap(([tag, list]) => [
				h("h2", {}, tag),
				entries(list.map(show)),
			]),
			h("h2", {}, "Schemas"),
			entries(Object.entries(description.components.schemas).map(schema)),
		],
	};
}

const show = ({ path, method, operation }) =>
	h(
		"details",
		{},
		h(
			"summary",
			{},
			badge("plain", method),
			" ",
			h("code", {}, path),
			` ${operation.summary ?? ""}`,
		),
		operation.description ? h("p", {}, operation.description) : "",
		parameters(operation.parameters ?? []),
		body(operation.requestBody),
		responses(operation.responses),
	);

const schema = ([title, definition]) =>
	h(
		"details",
		{},
		h("summary", {}, h("code", {}, title)),
		code(JSON.stringify(definition, null, 2)),
	);

const REFERENCE = "#/components/schemas/";

const responses = (all) =>
	table(
		"Responses",
		["Status", "Description", "Schema"],
		Object.entries(all).map(([status, { description, content = {} }]) => [
			status,
			description,
			h("code", {}, summarise(Object.values(content)[0]?.schema)),
		]),
	);

/** The name of a schema, or its properties. */
function summarise({ $ref, properties, type = "" } = {}) {
	if ($ref) return $ref.replace(REFERENCE, "");
	if (properties) return `{ ${Object.keys(properties).join(", ")} }`;
	return String(type);
}

const parameters = (list) =>
	list.length === 0
		? ""
		: table(
				"Parameters",
				["Name", "In", "Type", "Description"],
				list.map((parameter) => [
					h("code", {}, parameter.name),
					parameter.in,
					[]
						.concat(parameter.schema?.type ?? parameter.schema?.enum ?? "")
						.join(", "),
					parameter.description ?? parameter.schema?.description ?? "",
				]),
			);

function body(requestBody) {
	const [type, content] = Object.entries(requestBody?.content ?? {})[0] ?? [];
	if (!content) return "";
	return h(
		"div",
		{},
		h("h3", {}, `Body, ${type}`),
		code(JSON.stringify(content.schema ?? {}, null, 2)),
	);
}
