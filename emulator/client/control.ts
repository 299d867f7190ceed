/**
 * The methods of an emulator for tests, on top of its admin API.
 *
 * Pure.
 */

import { encodeWireText } from "../oss/encoding.ts";
import { onlyKnown } from "./known-options.ts";
import type {
	Account,
	Callback,
	CallbackFilter,
	Clock,
	ClockState,
	EmulatorControl,
	Fault,
	Request,
	RequestFilter,
	Scope,
	Seeded,
	Stored,
	Waiting,
} from "./types.ts";

/** A request that the admin API refused. */
export class AdminApiError extends Error {
	override readonly name = "AdminApiError";
	readonly status: number;
	/** A word that identifies the error: `NoSuchAccount`, `InvalidSeed`. */
	readonly code: string;

	constructor(status: number, code: string, message: string) {
		super(message);
		this.status = status;
		this.code = code;
	}
}

export type Sent = {
	readonly method: "GET" | "PUT" | "POST" | "DELETE";
	/** Path and query. */
	readonly path: string;
	readonly headers: Readonly<Record<string, string>>;
	readonly body: string | Uint8Array | undefined;
};

export type Received = {
	readonly status: number;
	readonly contentType: string;
	readonly body: Uint8Array;
};

/** Sends a request to the admin API. */
export type Transport = (sent: Sent) => Promise<Received>;

type Methods = Omit<
	EmulatorControl,
	| "endpoint"
	| "adminUrl"
	| "accessKeyId"
	| "accessKeySecret"
	| "region"
	| "close"
>;

export function makeControl(transport: Transport): Methods {
	const api = new Api(transport);
	return {
		...makeStateMethods(api),
		...makeRecordMethods(api),
		...makeObjectMethods(api),
		clock: makeClock(api),
	};
}

/** Sends and receives JSON. */
class Api {
	readonly #transport: Transport;

	constructor(transport: Transport) {
		this.#transport = transport;
	}

	get<T>(path: string, query: Query = {}): Promise<T> {
		return this.#json("GET", path + writeQuery(query), undefined);
	}

	put<T>(path: string, body?: unknown, query: Query = {}): Promise<T> {
		return this.#json("PUT", path + writeQuery(query), body);
	}

	post<T>(path: string, body?: unknown): Promise<T> {
		return this.#json("POST", path, body);
	}

	delete<T>(path: string): Promise<T> {
		return this.#json("DELETE", path, undefined);
	}

	/** @throws AdminApiError */
	async send(
		method: Sent["method"],
		path: string,
		headers: Sent["headers"] = {},
		body: Sent["body"] = undefined,
	): Promise<Received> {
		const received = await this.#transport({ method, path, headers, body });
		if (received.status < 400) return received;
		const { error = "", message = "" } = parse(received) ?? {};
		throw new AdminApiError(
			received.status,
			String(error),
			String(message) || `the admin API answered ${received.status}`,
		);
	}

	async #json<T>(
		method: Sent["method"],
		path: string,
		body: unknown,
	): Promise<T> {
		const received =
			body === undefined
				? await this.send(method, path)
				: await this.send(method, path, JSON_TYPE, JSON.stringify(body));
		// The API's schema guarantees this type.
		return parse(received) as T;
	}
}

const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

const JSON_TYPE = { "content-type": "application/json" };

const parse = ({
	body,
	contentType,
}: Received): Record<string, unknown> | undefined =>
	/json/.test(contentType) ? JSON.parse(textOf(body)) : undefined;

type Query = Readonly<Record<string, string | number | Date | undefined>>;

function writeQuery(query: Query): string {
	const parameters = new URLSearchParams();
	for (const [name, value] of Object.entries(query))
		if (value !== undefined)
			parameters.set(
				name,
				value instanceof Date ? value.toISOString() : String(value),
			);
	const text = parameters.toString();
	return text && `?${text}`;
}

const pathOf = (...segments: readonly string[]): string =>
	`/api/${segments.map(encodeURIComponent).join("/")}`;

const makeStateMethods = (api: Api) =>
	({
		reset: (options = {}) => api.post("/api/reset", options),
		createAccount: async (account = {}) => {
			const { uid, accessKeyId, accessKeySecret, name } =
				await api.post<Account>("/api/accounts", account);
			return { uid, accessKeyId, accessKeySecret, name };
		},
		deleteAccount: async (uid) => {
			await api.delete(pathOf("accounts", uid));
		},
		seed: async (seed, options = {}) => {
			const { account } = onlyKnown("seed", options, ["account"]);
			return api.put<Seeded>("/api/seed", seed, { account });
		},
		snapshot: async (name) => {
			await api.put(pathOf("snapshots", name));
		},
		restore: (name) => api.post(`${pathOf("snapshots", name)}/restore`),
		fault: (rule) => api.post<Fault>("/api/faults", rule),
		faults: async (options = {}) => {
			const query = { ...onlyKnown("faults", options, ["account"]) };
			return (await api.get<{ faults: Fault[] }>("/api/faults", query)).faults;
		},
		removeFault: async (id) => {
			await api.delete(pathOf("faults", id));
		},
	}) satisfies Partial<Methods>;

const LIMIT = 1000;

const makeRecordMethods = (api: Api) => {
	const callbacks = async (query: Query): Promise<Callback[]> =>
		(await api.get<{ callbacks: Callback[] }>("/api/callbacks", query))
			.callbacks;
	const requests = async (query: Query): Promise<Request[]> =>
		(await api.get<{ requests: Request[] }>("/api/requests", query)).requests;
	return {
		callbacks: (filter: CallbackFilter = {}) =>
			callbacks({ limit: LIMIT, ...filter }),
		waitForCallback: (given: CallbackFilter & Waiting = {}) =>
			waitFor("callback", given, callbacks),
		requests: (filter: RequestFilter = {}) =>
			requests({ limit: LIMIT, ...filter }),
		waitForRequest: (given: RequestFilter & Waiting = {}) =>
			waitFor("request", given, requests),
	} satisfies Partial<Methods>;
};

const TIMEOUT_MS = 5000;

/** The maximum time that the admin API waits. */
const WAIT_MS_MAX = 50_000;

async function waitFor<T>(
	what: string,
	{ timeoutMs = TIMEOUT_MS, ...filter }: Query & Waiting,
	list: (query: Query) => Promise<T[]>,
): Promise<T> {
	for (let left = timeoutMs; ; left -= WAIT_MS_MAX) {
		const wait = `${Math.max(0, Math.min(left, WAIT_MS_MAX))}ms`;
		const [found] = await list({ ...filter, wait, limit: 1 });
		if (found !== undefined) return found;
		if (left > WAIT_MS_MAX) continue;
		throw new Error(
			`no ${what} within ${timeoutMs} ms that matches ${JSON.stringify(filter)}: ${await describeLatest(what, list)}`,
		);
	}
}

/** Describes the latest callbacks or requests, which helps to find the cause. */
async function describeLatest<T>(
	what: string,
	list: (query: Query) => Promise<T[]>,
): Promise<string> {
	const latest = await list({ limit: 3 });
	if (latest.length === 0) return `there is no ${what} at all`;
	const lines = latest.map((item) => {
		const { operation, bucket, key, status, account }: Partial<Request> =
			Object(item);
		return `${operation} ${bucket}/${key} (${status}, account ${account})`;
	});
	return `the latest are ${lines.join("; ")}`;
}

const makeObjectMethods = (api: Api) =>
	({
		createBucket: async (name, options = {}) => {
			await api.put(pathOf("buckets", name), options);
		},
		put: async (bucket, key, body, options = {}) => {
			onlyKnown("put", options, ["contentType", "metadata", "headers"]);
			const { contentType, metadata = {}, headers = {} } = options;
			const own = Object.entries(metadata).map(([name, value]) => [
				`x-oss-meta-${name}`,
				value,
			]);
			const sent = Object.entries<string>({
				"content-type": contentType ?? "application/octet-stream",
				...Object.fromEntries(own),
				...headers,
			});
			const received = await api.send(
				"PUT",
				`${pathOf("buckets", bucket, "content")}${writeQuery({ key })}`,
				// fetch expects one character per byte.
				Object.fromEntries(
					sent.map(([name, value]) => [
						name,
						encodeWireText(value).toString("latin1"),
					]),
				),
				body,
			);
			const stored: Stored = JSON.parse(textOf(received.body));
			return stored;
		},
		get: async (bucket, key) => {
			const { body, contentType } = await api.send(
				"GET",
				`${pathOf("buckets", bucket, "content")}${writeQuery({ key })}`,
			);
			return { body, contentType, text: textOf(body) };
		},
	}) satisfies Partial<Methods>;

function makeClock(api: Api): Clock {
	const read = async (answer: Promise<{ readonly now: string }>) => {
		const { now, ...state } = await answer;
		const clock = { ...state, now: new Date(now) };
		return clock as ClockState;
	};
	const move = async (change: object, options: Scope = {}) => {
		const { scope } = onlyKnown("clock", options, ["scope"]);
		return read(
			api.put("/api/clock", { ...change, ...(scope ? { scope } : {}) }),
		);
	};
	return {
		get: () => read(api.get("/api/clock")),
		advance: (seconds, options) => move({ advance: seconds }, options),
		set: (now, options) => move({ now: now.toISOString() }, options),
		freeze: (now) =>
			move({ frozen: true, ...(now ? { now: now.toISOString() } : {}) }),
		reset: () => read(api.delete("/api/clock")),
	};
}
