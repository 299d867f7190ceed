/**
 * Starts emulators with an admin port. Every response of the admin API is validated against /api/openapi.json by a
 * validator of JSON Schema.
 */
import assert from "node:assert/strict";
import { after, type TestContext } from "node:test";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import { startWithBucket, type TestEmulator } from "../emulator.ts";

type Json = Readonly<Record<string, unknown>>;

type Described = {
	readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
	readonly components: Json;
};
type Operation = {
	readonly responses: Readonly<
		Record<string, { readonly content: Readonly<Record<string, Content>> }>
	>;
};
type Content = { readonly schema: object };

export type AdminAnswer = {
	readonly status: number;
	readonly headers: Headers;
	readonly text: string;
	// biome-ignore lint/suspicious/noExplicitAny: JSON, whose shape /api/openapi.json describes
	readonly json: any;
};

export class Admin {
	readonly url: string;
	readonly #description: Described;

	constructor(url: string, description: Described) {
		this.url = url;
		this.#description = description;
	}

	get(path: string, init: RequestInit = {}): Promise<AdminAnswer> {
		return this.send("GET", path, init);
	}

	post(path: string, body?: unknown): Promise<AdminAnswer> {
		return this.#sendJson("POST", path, body);
	}

	put(path: string, body?: unknown): Promise<AdminAnswer> {
		return this.#sendJson("PUT", path, body);
	}

	delete(path: string): Promise<AdminAnswer> {
		return this.send("DELETE", path);
	}

	#sendJson(method: string, path: string, body: unknown): Promise<AdminAnswer> {
		if (body === undefined) return this.send(method, path);
		const headers = { "Content-Type": "application/json" };
		return this.send(method, path, { headers, body: JSON.stringify(body) });
	}

	async send(
		method: string,
		path: string,
		init: RequestInit = {},
	): Promise<AdminAnswer> {
		const answer = await fetch(this.url + path, { ...init, method });
		const { status, headers } = answer;
		const text = await answer.text();
		const isJson = /json/.test(headers.get("content-type") ?? "");
		const json = isJson ? JSON.parse(text) : undefined;
		if (isJson) this.#requireDescribed(method, path, status, json);
		return { status, headers, text, json };
	}

	#requireDescribed(
		method: string,
		path: string,
		status: number,
		json: unknown,
	): void {
		const operation = this.#find(method, path.split("?")[0] ?? "");
		const responses = operation?.responses ?? ONLY_ERRORS;
		const answer = responses[status] ?? responses.default;
		const schema = answer?.content["application/json"]?.schema;
		assert.ok(schema, `${method} ${path} does not describe ${status}`);
		const fits = validatorOf(schema, this.#description.components);
		assert.ok(fits(json), `${method} ${path}: ${ajv.errorsText(fits.errors)}`);
	}

	#find(method: string, path: string): Operation | undefined {
		const found = Object.entries(this.#description.paths).find(([template]) =>
			new RegExp(`^${template.replaceAll(/\{\w+\}/g, "[^/]+")}$`).test(path),
		);
		return found?.[1][method.toLowerCase()];
	}
}

const ajv = new Ajv2020({ strict: false, validateFormats: false });
const validators = new Map<string, ValidateFunction>();
const found = new WeakMap<object, ValidateFunction>();

/** Compiled schemas, shared by all emulators, because compiling takes much longer than validating. */
function validatorOf(schema: object, components: Json): ValidateFunction {
	const validator = found.get(schema) ?? findValidator(schema, components);
	found.set(schema, validator);
	return validator;
}

function findValidator(schema: object, components: Json): ValidateFunction {
	const root = { ...schema, components };
	const text = JSON.stringify(root);
	const validator = validators.get(text) ?? ajv.compile(root);
	validators.set(text, validator);
	return validator;
}

const ONLY_ERRORS: Operation["responses"] = {
	default: {
		content: {
			"application/json": { schema: { $ref: "#/components/schemas/Error" } },
		},
	},
};

export async function openAdmin(adminUrl: string): Promise<Admin> {
	const answer = await fetch(`${adminUrl}/api/openapi.json`);
	const description: Described = JSON.parse(await answer.text());
	return new Admin(adminUrl, description);
}

type WithAdmin = TestEmulator & { readonly admin: Admin };
type Shared = WithAdmin & {
	/** The initial settings. */
	readonly settings: string;
};

/** An unused emulator without flags. It is reused, because a start takes longer than most tests. */
let idle: Shared | undefined;
const closeAtTheEnd: (() => Promise<void>)[] = [];
after(async () => {
	for (const close of closeAtTheEnd) await close();
});

/**
 * Starts an emulator with a bucket `photos`. Without flags, the emulator of an earlier test may be reset and reused.
 */
export async function startWithAdmin(
	t: Pick<TestContext, "after">,
	...flags: readonly string[]
): Promise<WithAdmin> {
	// A reset of a gateway does not remove the content of the cloud.
	const isGateway = (process.env.THROUGH_GATEWAY ?? "") !== "";
	if (flags.length > 0 || isGateway) return startOwn(t, ...flags);
	const taken = idle ?? (await startToShare());
	idle = undefined; // a test that starts two emulators must get two
	let isClosed = false;
	t.after(async () => {
		taken.oss.close();
		if (!isClosed && (await isClean(taken))) idle ??= taken;
	});
	await taken.admin.post("/api/reset");
	await taken.oss.put("/photos");
	const close = (): Promise<void> => {
		isClosed = true;
		return taken.close();
	};
	return { ...taken, close };
}

async function startOwn(
	t: Pick<TestContext, "after">,
	...flags: readonly string[]
): Promise<WithAdmin> {
	const emulator = await startWithBucket(t, "private", ...flags);
	return { ...emulator, admin: await openAdmin(emulator.adminUrl) };
}

async function startToShare(): Promise<Shared> {
	const ends: (() => unknown)[] = [];
	const emulator = await startOwn({
		after: (end: () => unknown) => ends.push(end),
	});
	closeAtTheEnd.push(async () => {
		for (const end of ends) await end();
	});
	const { text } = await emulator.admin.get("/api/settings");
	return { ...emulator, settings: text };
}

/** Whether a reset restores the initial state: callbacks in progress would be recorded later, and settings are kept. */
async function isClean({ admin, settings }: Shared): Promise<boolean> {
	const sending = await admin.get("/api/callbacks?status=sending&limit=1");
	const snapshots = await admin.get("/api/snapshots");
	const now = await admin.get("/api/settings");
	return (
		sending.json.callbacks.length === 0 &&
		snapshots.json.snapshots.length === 0 &&
		now.text === settings
	);
}

/** The headers that request a callback. */
export const callbackHeaders = (
	callback: object,
	variables?: object,
): Record<string, string> => ({
	"x-oss-callback": base64Json(callback),
	...(variables ? { "x-oss-callback-var": base64Json(variables) } : {}),
});

const base64Json = (value: object): string =>
	Buffer.from(JSON.stringify(value)).toString("base64");
