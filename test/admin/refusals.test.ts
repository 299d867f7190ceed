/**
 * Tests the refusals of every route of the admin API, which are derived from the OpenAPI document: unknown names,
 * values of other types, bodies that are not JSON, pages of other sites and host names that an attacker could register.
 */
import assert from "node:assert/strict";
import { request } from "node:http";
import { text } from "node:stream/consumers";
import { suite, type TestContext, test } from "node:test";
import { type Admin, startWithAdmin } from "./admin.ts";
import {
	resolve,
	type Schema,
	type Schemas,
	type Wrong,
	wrongMembers,
} from "./wrong-values.ts";

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

type Described = {
	readonly routes: readonly Route[];
	readonly schemas: Schemas;
};

async function describe(admin: Admin): Promise<Described> {
	const { json } = await admin.get("/api/openapi.json");
	const schemas: Schemas = json.components.schemas;
	const routes = Object.entries<Record<string, Record<string, unknown>>>(
		json.paths,
	).flatMap(([path, operations]) =>
		Object.entries(operations).map(([method, operation]) => {
			const { parameters = [], requestBody } = operation as {
				parameters?: Parameter[];
				requestBody?: { content: Record<string, { schema: Schema }> };
			};
			const schema = requestBody?.content["application/json"]?.schema;
			const body = schema && resolve(schema, schemas);
			return { method: method.toUpperCase(), path, parameters, body };
		}),
	);
	return { routes, schemas };
}

const keyOf = ({ method, path }: Route): string => `${method} ${path}`;

/** Valid values for a path; no resource has these names. */
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

/** @returns the fault of a refusal; '' if the refusal is correct */
function judge(
	{ status, json, text: refusal }: Awaited<ReturnType<Admin["send"]>>,
	name: string,
): string {
	if (status < 400 || status > 499) return `${status} ${refusal.slice(0, 200)}`;
	const message = String(json?.message ?? "");
	if (!message.includes(name)) return `does not name ${name}: ${message}`;
	return message.includes("\n") ? `has several lines: ${message}` : "";
}

async function failuresOf(
	t: TestContext,
	attempts: (
		admin: Admin,
		route: Route,
		schemas: Schemas,
	) => AsyncGenerator<readonly [what: string, failure: string]>,
): Promise<{ failures: string[]; count: number }> {
	const { admin, oss } = await startWithAdmin(t);
	await oss.put("/photos/cat", "meow");
	const before = await stateOf(admin);
	const failures: string[] = [];
	let count = 0;
	const { routes, schemas } = await describe(admin);
	for (const route of routes)
		for await (const [what, failure] of attempts(admin, route, schemas)) {
			count++;
			if (failure)
				failures.push(`${route.method} ${route.path}, ${what}: ${failure}`);
		}
	assert.equal(await stateOf(admin), before);
	return { failures, count };
}

/** These routes simulate OSS's interfaces, and accept any body. */
const TAKES_ANY_QUERY = ["/health", "/ca.pem", "/api/openapi.json"];

/** The body is the content of an object. */
const TAKES_ANY_BODY = ["PUT /api/buckets/{bucket}/content"];

/** Bodies with all required members, so that an added invalid member is the only mistake. */
const SAMPLES: Readonly<Record<string, object>> = {
	"PUT /api/buckets/{bucket}/documents/{name}": { document: {} },
	"POST /api/presign": { bucket: "photos", key: "cat" },
	"POST /api/callbacks": {
		...{ bucket: "photos", key: "cat" },
		callback: { callbackUrl: "http://127.0.0.1:1/", callbackBody: "a=1" },
	},
	"POST /api/faults": { operation: "PutObject", do: { status: 503 } },
	"POST /api/callback-faults": { fault: "refused" },
	"PUT /api/ram/users/{name}": { accessKeys: [{ id: "a", secret: "b" }] },
	"PUT /api/seed": {
		buckets: [{ name: "films", objects: [{ key: "a", text: "b" }] }],
		faults: [{ operation: "PutObject", do: { status: 503 } }],
	},
};

const bodyFor = (route: Route): string | undefined =>
	route.body && JSON.stringify(SAMPLES[keyOf(route)] ?? {});

/** Texts that the routes validate in addition to the schema: times, durations, URLs. */
const FORMS: Readonly<Record<string, string>> = {
	since: "yesterday",
	wait: "soon",
	now: "soon",
	publicKeyUrl: "key.pem",
	fault: "none",
};

function* wrongParameters(parameter: Parameter): Generator<Wrong> {
	const { name, schema, required } = parameter;
	const { type, minimum, maximum, minLength, pattern } = schema;
	const isText = type === "string" && !schema.enum;
	if (!isText) yield { how: "another type", name, value: "/none" };
	if (type === "integer")
		for (const value of [1.5, "0x10", "1e1", "+1", " 1", "Infinity"])
			yield { how: `${value} is not whole`, name, value };
	if (minimum !== undefined)
		yield { how: "too little", name, value: minimum - 1 };
	if (maximum !== undefined)
		yield { how: "too much", name, value: maximum + 1 };
	if (pattern) yield { how: "no match", name, value: "!" };
	if (minLength) yield { how: "empty", name, value: "" };
	if (name in FORMS) yield { how: "no form", name, value: FORMS[name] };
	if (required) yield { how: "missing", name, value: undefined };
	if (type !== "array") yield { how: "twice", name, value: ["1", "1"] };
}

/** The path with this parameter instead of the correct one. */
function targetWith(route: Route, { name, value }: Wrong): string {
	const [path = "", query = ""] = targetOf(route).split("?");
	const search = new URLSearchParams(query);
	search.delete(name);
	for (const one of value === undefined ? [] : [value].flat())
		search.append(name, String(one));
	return search.size > 0 ? `${path}?${search}` : path;
}

suite("Every route of the admin API refuses with a sentence, and changes nothing:", () => {
	test("an unknown parameter", async (t) => {
		const { failures, count } = await failuresOf(
			t,
			async function* (admin, route) {
				if (TAKES_ANY_QUERY.includes(route.path)) return;
				const target = targetOf(route, "misspelt=1");
				const answer = await send(admin, route, target, bodyFor(route));
				yield ["misspelt", judge(answer, "misspelt")];
			},
		);
		assert.deepEqual(failures, []);
		assert.ok(count > 15, `${count}`);
	});

	test("a body, unless it is empty, on a route that has none", async (t) => {
		const { failures, count } = await failuresOf(
			t,
			async function* (admin, route) {
				if (route.method === "GET" || TAKES_ANY_BODY.includes(keyOf(route)))
					return;
				if (route.body) return;
				for (const body of ['{"account":"1"}', "[]", '"a"', "1"]) {
					const answer = await send(admin, route, targetOf(route), body);
					const name = body.includes("account") ? "account" : "body";
					yield [body, judge(answer, name)];
				}
			},
		);
		assert.deepEqual(failures, []);
		assert.ok(count > 40, `${count}`);
		const { admin } = await startWithAdmin(t);
		for (const body of ["", "{}", "null"]) {
			const cleared = { body, headers: { "Content-Type": "application/json" } };
			const { status } = await admin.send("DELETE", "/api/faults", cleared);
			assert.equal(status, 200, body);
		}
	});

	test("a parameter of another type, out of range, malformed, missing, or given twice", async (t) => {
		const { failures, count } = await failuresOf(
			t,
			async function* (admin, route) {
				for (const parameter of route.parameters) {
					if (parameter.in !== "query") continue;
					for (const wrong of wrongParameters(parameter)) {
						const target = targetWith(route, wrong);
						const answer = await send(admin, route, target);
						const what = `${wrong.name} ${wrong.how}`;
						yield [what, judge(answer, wrong.name)];
					}
				}
			},
		);
		assert.deepEqual(failures, []);
		assert.ok(count > 80, `${count}`);
	});

	test("a name in its path that is invalid or does not exist", async (t) => {
		const { failures, count } = await failuresOf(
			t,
			async function* (admin, route) {
				const names = route.parameters.filter((one) => one.in === "path");
				for (const { name } of names)
					for (const value of ["a!b", "%0A", "x".repeat(2000)]) {
						const path = route.path.replace(`{${name}}`, value);
						const target = targetOf({ ...route, path });
						const answer = await send(admin, route, target, bodyFor(route));
						yield [`${name} ${value.slice(0, 9)}`, judge(answer, "")];
					}
			},
		);
		assert.deepEqual(failures, []);
		assert.ok(count > 50, `${count}`);
	});

	test("a member of a body, at any depth, that is unknown, missing, of another type, out of range or not a choice", async (t) => {
		const { failures, count } = await failuresOf(
			t,
			async function* (admin, route, schemas) {
				const { body } = route;
				if (!body) return;
				const sample = SAMPLES[keyOf(route)];
				for (const wrong of wrongMembers(body, "", sample, schemas)) {
					const json = JSON.stringify(wrong.value);
					const answer = await send(admin, route, targetOf(route), json);
					yield [json.slice(0, 200), judge(answer, wrong.name)];
				}
				for (const [name, value] of Object.entries(FORMS)) {
					if (!body.properties?.[name]) continue;
					const json = JSON.stringify({ ...sample, [name]: value });
					const answer = await send(admin, route, targetOf(route), json);
					yield [json, judge(answer, name)];
				}
			},
		);
		assert.deepEqual(failures, []);
		assert.ok(count > 400, `${count}`);
	});

	test("a body that is not JSON, not an object, or too deeply nested", async (t) => {
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
					`{"name":"\\"","a":${"[".repeat(65)}${"]".repeat(65)}}`,
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

test("The admin API does not count brackets in a text as nesting, and refuses a body beyond its route's limit", async (t) => {
	const { admin } = await startWithAdmin(t);
	const text = `\\"${"[{".repeat(100_000)}`;
	const objects = [{ key: "k", text }];
	const seed = { buckets: [{ name: "photos", objects }] };
	assert.equal((await admin.put("/api/seed", seed)).status, 200);
	const { json } = await admin.get(
		"/api/buckets/photos/objects?limit=1&prefix=k",
	);
	assert.equal(json.objects[0].size, text.length);

	const nested = JSON.parse(`${"[".repeat(63)}${"]".repeat(63)}`);
	const { json: shallow } = await admin.post("/api/settings", { a: nested });
	assert.equal(shallow.error, "InvalidArgument");
	const { json: deep } = await admin.post("/api/settings", { a: [nested] });
	assert.equal(deep.error, "NestedTooDeep");

	const long = { publicKeyUrl: "x".repeat(65_536) };
	assert.equal((await admin.post("/api/settings", long)).status, 413);
	const document = { document: "x".repeat(65_536) };
	const path = "/api/buckets/photos/documents/cors";
	assert.equal((await admin.put(path, document)).status, 400);
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
			const refusal = await text(answer);
			const [, error = ""] = /"error":"(\w+)"/.exec(refusal) ?? [];
			resolve(`${answer.statusCode} ${error}`);
		});
		outgoing.end();
		return promise;
	};

	test("requests from a page of another site, except for reading", async (t) => {
		const { failures, count } = await failuresOf(
			t,
			async function* (admin, route) {
				if (route.method === "GET") return;
				const url = admin.url + targetOf(route);
				const headers = { Origin: "http://evil.example" };
				const refusal = await statusOf(url, route.method, headers);
				yield ["Origin", refusal === "403 UntrustedOrigin" ? "" : refusal];
			},
		);
		assert.deepEqual(failures, []);
		assert.ok(count > 25, `${count}`);
	});

	test("requests to a host name that an attacker can resolve to this machine", async (t) => {
		const { failures, count } = await failuresOf(
			t,
			async function* (admin, route) {
				if (route.path === "/health") return;
				const url = admin.url + targetOf(route);
				const headers = { Host: "evil.example" };
				const refusal = await statusOf(url, route.method, headers);
				yield ["Host", refusal === "403 UntrustedHost" ? "" : refusal];
			},
		);
		assert.deepEqual(failures, []);
		assert.ok(count > 45, `${count}`);
	});
});
