/**
 * Refusals of every route of the admin API, derived from its own description: unknown names, values of other
 * types, bodies that are not JSON, other sites' pages and names that an attacker could register.
 */
import assert from "node:assert/strict";
import { request } from "node:http";
import { text } from "node:stream/consumers";
import { suite, type TestContext, test } from "node:test";
import { type Admin, startWithAdmin } from "./admin.ts";

type Schema = {
	readonly type?: string | readonly string[];
	readonly enum?: readonly unknown[];
	readonly properties?: Readonly<Record<string, Schema>>;
	readonly required?: readonly string[];
	readonly additionalProperties?: unknown;
	readonly $ref?: string;
};
type Parameter = {
	readonly name: string;
	readonly in: "path" | "query";
	readonly required?: boolean;
	readonly schema: Schema;
};
type Route = {
	readonly method: string;
	readonly path: string;
	readonly parameters: readonly Parameter[];
	readonly body: Schema | undefined;
};

const started = startWithAdmin;

async function routesOf(admin: Admin): Promise<Route[]> {
	const { json } = await admin.get("/api/openapi.json");
	const schemas: Readonly<Record<string, Schema>> = json.components.schemas;
	return Object.entries<Record<string, Record<string, unknown>>>(
		json.paths,
	).flatMap(([path, operations]) =>
		Object.entries(operations).map(([method, operation]) => {
			const { parameters = [], requestBody } = operation as {
				parameters?: Parameter[];
				requestBody?: { content: Record<string, { schema: Schema }> };
			};
			const schema = requestBody?.content["application/json"]?.schema;
			const name = schema?.$ref?.split("/").at(-1) ?? "";
			return {
				...{ method: method.toUpperCase(), path, parameters },
				body: schema?.$ref ? schemas[name] : schema,
			};
		}),
	);
}

/** Values that are right for a path; there is nothing of these names. */
const targetOf = ({ path, parameters }: Route, more = ""): string => {
	const query = parameters
		.filter((one) => one.in === "query" && one.required)
		.map(({ name }) => `${name}=a`);
	const joined = [...query, ...(more ? [more] : [])].join("&");
	return path.replaceAll(/\{\w+\}/g, "aaa") + (joined && `?${joined}`);
};

const send = (
	admin: Admin,
	route: Route,
	target: string,
	body?: string,
): ReturnType<Admin["send"]> =>
	admin.send(route.method, target, {
		...(body === undefined
			? {}
			: { body, headers: { "Content-Type": "application/json" } }),
	});

/** Everything that a request could have changed. */
async function stateOf(admin: Admin): Promise<string> {
	const paths = [
		...["accounts", "buckets", "faults", "callback-faults", "snapshots"],
		...["ram/users", "ram/roles", "settings", "buckets/photos/objects"],
	];
	const texts = await Promise.all(
		paths.map(async (path) => (await admin.get(`/api/${path}`)).text),
	);
	const { json: clock } = await admin.get("/api/clock");
	return [...texts, clock.frozen, Math.round(clock.aheadSeconds)].join("\n");
}

/** @returns the mistake in a refusal; '' if it is correct */
function judge(
	{ status, json, text: said }: Awaited<ReturnType<Admin["send"]>>,
	name: string,
): string {
	if (status < 400 || status > 499) return `${status} ${said.slice(0, 200)}`;
	const message = String(json?.message ?? "");
	if (!message.includes(name)) return `does not name ${name}: ${message}`;
	return message.includes("\n") ? `has several lines: ${message}` : "";
}

async function failuresOf(
	t: TestContext,
	attempts: (
		admin: Admin,
		route: Route,
	) => AsyncGenerator<readonly [what: string, failure: string]>,
): Promise<{ failures: string[]; count: number }> {
	const { admin, oss } = await started(t);
	await oss.put("/photos/cat", "meow");
	const before = await stateOf(admin);
	const failures: string[] = [];
	let count = 0;
	for (const route of await routesOf(admin))
		for await (const [what, failure] of attempts(admin, route)) {
			count++;
			if (failure)
				failures.push(`${route.method} ${route.path}, ${what}: ${failure}`);
		}
	assert.equal(await stateOf(admin), before);
	return { failures, count };
}

/** These routes are for other programs, and accept any body. */
const TAKES_ANY_QUERY = ["/health", "/ca.pem", "/api/openapi.json"];

const WRONG: Readonly<Record<string, unknown>> = {
	string: 7,
	integer: "seven",
	number: "seven",
	boolean: "yes",
	object: "none",
	array: "none",
};

suite("Every route of the admin API refuses in a sentence, and changes nothing:", () => {
	test("a parameter that it does not know", async (t) => {
		const { failures, count } = await failuresOf(
			t,
			async function* (admin, route) {
				if (TAKES_ANY_QUERY.includes(route.path)) return;
				if (!route.parameters.some((one) => one.in === "query")) return;
				const answer = await send(admin, route, targetOf(route, "misspelt=1"));
				yield ["misspelt", judge(answer, "misspelt")];
			},
		);
		assert.deepEqual(failures, []);
		assert.ok(count > 15, `${count}`);
	});

	test("a parameter of another type", async (t) => {
		const { failures, count } = await failuresOf(
			t,
			async function* (admin, route) {
				for (const { name, schema, in: place } of route.parameters) {
					const isNumber =
						schema.type === "integer" || schema.type === "boolean";
					if (place !== "query" || !(isNumber || schema.enum)) continue;
					const target = targetOf(route, `${name}=%2Fnone`);
					yield [name, judge(await send(admin, route, target), name)];
				}
			},
		);
		assert.deepEqual(failures, []);
		assert.ok(count >= 8, `${count}`);
	});

	test("a member of a body that it does not know, or of another type, or missing", async (t) => {
		const { failures, count } = await failuresOf(
			t,
			async function* (admin, route) {
				const { body } = route;
				if (!body?.properties) return;
				const attempt = async (name: string, value: object) => {
					const json = JSON.stringify(value);
					return judge(await send(admin, route, targetOf(route), json), name);
				};
				if (!body.required?.length)
					yield ["misspelt", await attempt("misspelt", { misspelt: 1 })];
				for (const [name, { type, enum: choices }] of Object.entries(
					body.properties,
				)) {
					const [first = "object"] = [
						type ?? (choices ? "boolean" : "any"),
					].flat();
					if (!(first in WRONG)) continue;
					const others = (body.required ?? []).filter((one) => one !== name);
					// Another missing property may be named instead.
					if (others.length > 0) continue;
					yield [name, await attempt(name, { [name]: WRONG[first] })];
				}
				for (const name of body.required?.slice(0, 1) ?? [])
					yield [`no ${name}`, await attempt(name, {})];
			},
		);
		assert.deepEqual(failures, []);
		assert.ok(count > 40, `${count}`);
	});

	test("a body that is no JSON, no object, or too deep for it", async (t) => {
		const { failures, count } = await failuresOf(
			t,
			async function* (admin, route) {
				if (!route.body) return;
				for (const body of [
					"{",
					"[]",
					"7",
					'"text"',
					'{"__proto__":{"a":1}}',
				]) {
					const answer = await send(admin, route, targetOf(route), body);
					yield [body, judge(answer, "")];
				}
			},
		);
		assert.deepEqual(failures, []);
		assert.ok(count > 50, `${count}`);
	});
});

suite("Every route of the admin API refuses", () => {
	const statusOf = async (
		url: string,
		method: string,
		headers: Record<string, string>,
	): Promise<string> => {
		const { promise, resolve, reject } = Promise.withResolvers<string>();
		const outgoing = request(url, { method, headers, agent: false });
		outgoing.on("error", reject).on("response", async (answer) => {
			const said = await text(answer);
			const [, error = ""] = /"error":"(\w+)"/.exec(said) ?? [];
			resolve(`${answer.statusCode} ${error}`);
		});
		outgoing.end();
		return promise;
	};

	test("requests from another site's page, except for reading", async (t) => {
		const { failures, count } = await failuresOf(
			t,
			async function* (admin, route) {
				if (route.method === "GET") return;
				const url = admin.url + targetOf(route);
				const headers = { Origin: "http://evil.example" };
				const said = await statusOf(url, route.method, headers);
				yield ["Origin", said === "403 UntrustedOrigin" ? "" : said];
			},
		);
		assert.deepEqual(failures, []);
		assert.ok(count > 25, `${count}`);
	});

	test("requests to a name that another party can resolve to this machine", async (t) => {
		const { failures, count } = await failuresOf(
			t,
			async function* (admin, route) {
				if (route.path === "/health") return;
				const url = admin.url + targetOf(route);
				const headers = { Host: "evil.example" };
				const said = await statusOf(url, route.method, headers);
				yield ["Host", said === "403 UntrustedHost" ? "" : said];
			},
		);
		assert.deepEqual(failures, []);
		assert.ok(count > 45, `${count}`);
	});
});
