/**
 * Uses an emulator in another process, installed or in a container, in every way that is available to its users: each
 * route of the OpenAPI document, each command, each page of the console, an upload with a callback.
 */
import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { COMMAND_NAMES } from "../../emulator/cli/manual.ts";
import { callbackHeaders } from "../admin/admin.ts";
import type { ApplicationServer } from "../application-server.ts";
import type { OpenPage } from "../browser/browser.ts";
import { readViewNames } from "../browser/views.ts";
import type { Client } from "../client.ts";

type Schema = {
	readonly $ref?: string;
	readonly type?: string | readonly string[];
	readonly properties?: Readonly<Record<string, Schema>>;
	readonly required?: readonly string[];
	readonly enum?: readonly unknown[];
	readonly default?: unknown;
	readonly minimum?: number;
};
type Operation = {
	readonly operationId: string;
	readonly parameters?: readonly {
		readonly name: string;
		readonly in: "path" | "query";
		readonly required?: boolean;
		readonly schema: Schema;
	}[];
	readonly requestBody?: {
		readonly content: { readonly "application/json"?: { schema: Schema } };
	};
};
type Description = {
	readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
};

/** The emulator under test. Its addresses can differ inside and outside of a container. */
export type Used = {
	readonly oss: Client;
	/** The URL of the admin port, as seen from this process. */
	readonly adminUrl: string;
	readonly application: ApplicationServer;
	/** The URL of the application server, as seen from the emulator. */
	readonly applicationUrl: string;
};

/** Stores /photos/cat.txt with a callback to the application server. */
export async function uploadWithCallback(used: Used): Promise<void> {
	const { oss, application, applicationUrl } = used;
	await oss.put("/photos");
	const callback = {
		callbackUrl: applicationUrl,
		callbackBody: "object=${object}&size=${size}",
	};
	const put = await oss.put("/photos/cat.txt", "meow", {
		"content-type": "text/plain",
		...callbackHeaders(callback),
	});
	assert.deepEqual([put.status, put.text], [200, '{"Status":"OK"}']);
	const received = application.received.at(-1);
	assert.equal(received?.body, "object=cat.txt&size=4");
	assert.ok(received.isSigned);
}

/**
 * Sends each request that the OpenAPI document describes, with parameters and a body that its schemas accept. Routes
 * that read come first, because the others remove their data.
 */
export async function callEveryRoute(used: Used): Promise<void> {
	const { adminUrl, applicationUrl } = used;
	const description: Description = JSON.parse(
		await getText(`${adminUrl}/api/openapi.json`),
	);
	const { callbacks } = JSON.parse(await getText(`${adminUrl}/api/callbacks`));
	const values: Record<string, unknown> = {
		...{ bucket: "photos", key: "cat.txt", id: callbacks[0].id },
		...{ now: "2030-01-01T00:00:00Z", fault: "status-500" },
		callback: { callbackUrl: applicationUrl, callbackBody: "a=b" },
	};
	const routes = Object.entries(description.paths).flatMap(
		([path, operations]) =>
			Object.entries(operations).map(([method, operation]) => ({
				...{ path, method: method.toUpperCase(), operation },
			})),
	);
	const readers = routes.filter(({ method }) => method === "GET");
	const writers = routes.filter(({ method }) => method !== "GET");
	assert.ok(readers.length > 10 && writers.length > 5);
	const failures: string[] = [];
	for (const { path, method, operation } of [...readers, ...writers]) {
		const failure = await call(adminUrl, path, method, operation, values);
		if (failure) failures.push(`${method} ${path}: ${failure}`);
	}
	assert.deepEqual(failures, []);
}

/**
 * Operations that may return 404: without TLS there is no CA; the id is of a request, and the bucket has no documents.
 */
const MAY_BE_ABSENT = ["getAuthority", "getFault", "getDocument"];

/** @returns the failure, or an empty string */
async function call(
	adminUrl: string,
	path: string,
	method: string,
	{ operationId, parameters = [], requestBody }: Operation,
	values: Readonly<Record<string, unknown>>,
): Promise<string> {
	const query = new URLSearchParams();
	let target = path;
	for (const { name, in: place, required, schema } of parameters) {
		const value = String(values[name] ?? example(schema, values));
		if (place === "path")
			target = target.replace(`{${name}}`, encodeURIComponent(value));
		else if (required || name in values) query.set(name, value);
	}
	const schema = requestBody?.content["application/json"]?.schema;
	const aborting = new AbortController();
	const answer = await fetch(`${adminUrl}${target}?${query}`, {
		method,
		signal: aborting.signal,
		...(schema
			? {
					headers: { "Content-Type": "application/json" },
					body: JSON.stringify(example(schema, values)),
				}
			: {}),
	});
	const { status, headers } = answer;
	const isStream = headers.get("content-type")?.includes("event-stream");
	const text = isStream ? "" : await answer.text();
	if (isStream) aborting.abort();
	if (status >= 500 || text.includes("NoSuchRoute")) return `${status} ${text}`;
	const mustSucceed = method === "GET" && !MAY_BE_ABSENT.includes(operationId);
	return mustSucceed && status !== 200 ? `${status} ${text}` : "";
}

function example(
	schema: Schema,
	values: Readonly<Record<string, unknown>>,
): unknown {
	if (schema.enum) return schema.enum[0];
	if (schema.default !== undefined) return schema.default;
	const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
	if (type === "integer" || type === "number") return schema.minimum ?? 1;
	if (type === "boolean") return true;
	if (type === "array") return [];
	if (type !== "object") return "a";
	return Object.fromEntries(
		Object.entries(schema.properties ?? {})
			.filter(([name]) => schema.required?.includes(name))
			.map(([name, one]) => [name, values[name] ?? example(one, values)]),
	);
}

async function getText(url: string): Promise<string> {
	const answer = await fetch(url);
	const text = await answer.text();
	assert.equal(answer.status, 200, `${url}: ${text}`);
	return text;
}

/** The arguments of each command, and the expected output. */
const COMMANDS: Readonly<Record<string, readonly [string, RegExp]>> = {
	ls: ["photos --recursive", /cat\.txt/],
	cat: ["photos/cat.txt", /^meow$/],
	stat: ["photos/cat.txt", /text\/plain/],
	put: ["package.json photos/made/", /made\/package\.json/],
	get: ["photos/cat.txt /tmp/oss-emulator-cat.txt", /cat\.txt/],
	cp: ["oss://photos/cat.txt oss://photos/made/copy.txt", /1 copied/],
	rm: ["photos/made/ --recursive", /2 deleted/],
	mb: ["made-by-command", /made-by-command/],
	rb: ["made-by-command", /made-by-command/],
	presign: ["photos/cat.txt", /^http:.*ignature=/],
	callbacks: ["--limit 1 --json", /cat\.txt/],
	requests: ["--limit 1 --json", /"operation"/],
	resend: ["--help", /^usage: oss-emulator resend/],
	reset: ["--help", /^usage: oss-emulator reset/],
	seed: ["--help", /^usage: oss-emulator seed/],
	snapshot: ["save by-command", /^$/],
	export: ["/tmp/oss-emulator-export.tar", /objects/],
	import: ["/tmp/oss-emulator-export.tar", /objects/],
	clock: ["", /^\d{4}-/],
	fault: ["clear", /^$/],
	account: ["", /oss-emulator/],
	doctor: ["", /node: v/],
	openapi: ["", /"openapi"/],
	completion: ["bash", /complete -F/],
	help: ["ls", /^usage: oss-emulator ls/],
	version: ["", /^\d+\.\d+\.\d+/],
	check: ["--help", /^usage: oss-emulator check/],
};

/**
 * @param command runs `oss-emulator` with these arguments and returns its output; rejects if it fails
 * @param folder the data folder of the running emulator, which `check` must refuse
 */
export async function runEveryCommand(
	command: (args: string) => Promise<string>,
	folder: string,
): Promise<void> {
	await assert.rejects(
		command(`check ${folder}`),
		/is used by another oss-emulator/,
	);
	for (const name of COMMAND_NAMES) {
		const [args, expected] = COMMANDS[name] ?? [];
		assert.ok(expected, `«${name}» has no example in this file`);
		assert.match(await command(`${name} ${args}`), expected, name);
	}
}

/** Opens each page, which must show its heading; the browser must not report errors. */
export async function openEveryPage(
	t: TestContext,
	open: OpenPage,
	adminUrl: string,
): Promise<void> {
	const script = await getText(`${adminUrl}/console/console.js`);
	const { callbacks } = JSON.parse(await getText(`${adminUrl}/api/callbacks`));
	const { requests } = JSON.parse(await getText(`${adminUrl}/api/requests`));
	const queries: Readonly<Record<string, string>> = {
		bucket: "?name=photos",
		documents: "?name=photos",
		request: `?id=${requests[0].id}`,
		object: "?bucket=photos&key=cat.txt",
		callback: `?id=${callbacks[0].id}`,
	};
	const { page, complaints } = await open(t, adminUrl);
	const names = readViewNames(script);
	assert.ok(names.length >= 7, names.join());
	for (const name of names) {
		await page.goto(`${adminUrl}/#/${name}${queries[name] ?? ""}`);
		await page.reload();
		await page.getByRole("heading", { level: 1 }).waitFor();
		assert.equal(await page.getByRole("alert").count(), 0, name);
	}
	assert.deepEqual(complaints, []);
}
