/**
 * A running emulator with its admin port. Every answer is held to the description that the emulator gives of itself at
 * /api/openapi.json, by a validator of JSON Schema.
 */
import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { Ajv2020 } from "ajv/dist/2020.js";
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
	// biome-ignore lint/suspicious/noExplicitAny: JSON, whose shape the description vouches for
	readonly json: any;
};

export class Admin {
	readonly url: string;
	readonly #description: Described;
	readonly #ajv = new Ajv2020({ strict: false, validateFormats: false });

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
		const { responses, components } = {
			responses: operation?.responses ?? ONLY_ERRORS,
			components: this.#description.components,
		};
		const answer = responses[status] ?? responses.default;
		const schema = answer?.content["application/json"]?.schema;
		assert.ok(schema, `${method} ${path} says nothing of ${status}`);
		const fits = this.#ajv.compile({ ...schema, components });
		assert.ok(
			fits(json),
			`${method} ${path}: ${this.#ajv.errorsText(fits.errors)}`,
		);
	}

	#find(method: string, path: string): Operation | undefined {
		const found = Object.entries(this.#description.paths).find(([template]) =>
			new RegExp(`^${template.replaceAll(/\{\w+\}/g, "[^/]+")}$`).test(path),
		);
		return found?.[1][method.toLowerCase()];
	}
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

/** With a bucket called `photos`. */
export async function startWithAdmin(
	t: Pick<TestContext, "after">,
	...flags: readonly string[]
): Promise<TestEmulator & { readonly admin: Admin }> {
	const emulator = await startWithBucket(t, "private", ...flags);
	return { ...emulator, admin: await openAdmin(emulator.adminUrl) };
}

/** The header that asks for a callback. */
export const asking = (
	callback: object,
	variables?: object,
): Record<string, string> => ({
	"x-oss-callback": base64Json(callback),
	...(variables ? { "x-oss-callback-var": base64Json(variables) } : {}),
});

const base64Json = (value: object): string =>
	Buffer.from(JSON.stringify(value)).toString("base64");
