/**
 * The subcommands' client of the admin port.
 */
import { encodeWireText } from "../oss/encoding.ts";
import { CommandError } from "./command-error.ts";

/** Undefined values are omitted. */
export type Query = Readonly<Record<string, string | undefined>>;

export type Sending = {
	readonly query?: Query;
	readonly headers?: Readonly<Record<string, string>>;
	/** Sent as JSON unless it is bytes. */
	readonly body?: unknown;
	readonly signal?: AbortSignal;
};

/** fetch expects one character per byte. */
const toWire = (
	headers: Readonly<Record<string, string>>,
): Record<string, string> =>
	Object.fromEntries(
		Object.entries(headers).map(([name, value]) => [
			name,
			encodeWireText(value).toString("latin1"),
		]),
	);

export class AdminClient {
	readonly url: string;

	/** @throws CommandError for a text that is not a URL */
	constructor(url: string) {
		if (!/^https?:\/\//.test(url) || !URL.canParse(url))
			throw new CommandError(
				2,
				`the admin URL must be like http://127.0.0.1:6771, not ${url}`,
			);
		this.url = url.replace(/\/+$/, "");
	}

	/**
	 * @throws CommandError: 1 when the resource does not exist, 2 when there is no emulator, or it refuses the request
	 */
	async send(
		method: string,
		path: string,
		{ query = {}, headers = {}, body, signal }: Sending = {},
	): Promise<Response> {
		const search = new URLSearchParams();
		for (const [name, value] of Object.entries(query))
			if (value !== undefined) search.set(name, value);
		const isBytes =
			body instanceof ReadableStream || body instanceof Uint8Array;
		const answer = await this.#fetch(`${this.url}${path}?${search}`, {
			method,
			...(signal ? { signal } : {}),
			headers: {
				// fetch would decode an object that is stored compressed.
				"accept-encoding": "identity",
				...(body === undefined || isBytes
					? {}
					: { "content-type": "application/json" }),
				...toWire(headers),
			},
			...(body === undefined
				? {}
				: {
						body: isBytes ? body : JSON.stringify(body),
						duplex: "half",
					}),
		});
		if (answer.ok) return answer;
		const refusal: unknown = this.#parse(await answer.text());
		if (!isRefusal(refusal)) throw this.#notAdminPort();
		throw new CommandError(answer.status === 404 ? 1 : 2, refusal.message);
	}

	get(
		path: string,
		query: Query = {},
		signal?: AbortSignal,
	): Promise<Response> {
		return this.send("GET", path, { query, ...(signal ? { signal } : {}) });
	}

	/** Sends a request; the response is described in /api/openapi.json. */
	async json<Shape>(path: string, query: Query = {}): Promise<Shape> {
		return this.sendJson("GET", path, { query });
	}

	/** Like `send`, with the JSON of the answer; undefined for an answer without a body. */
	async sendJson<Shape>(
		method: string,
		path: string,
		sending: Sending = {},
	): Promise<Shape> {
		const answer = await this.send(method, path, sending);
		const text = await answer.text();
		return this.#parse(text === "" ? "null" : text);
	}

	async #fetch(url: string, init: RequestInit): Promise<Response> {
		try {
			return await fetch(url, init);
		} catch (error) {
			if (!(error instanceof TypeError)) throw error; // fetch reports connection errors as TypeError
			throw new CommandError(
				2,
				`no emulator answers at ${this.url}: start one, or give its address with --admin URL`,
			);
		}
	}

	#parse<Shape>(text: string): Shape {
		try {
			const shape: Shape = JSON.parse(text);
			return shape;
		} catch {
			throw this.#notAdminPort();
		}
	}

	#notAdminPort(): CommandError {
		return new CommandError(
			2,
			`the server at ${this.url} is not the admin port of an oss-emulator`,
		);
	}
}

const isRefusal = (value: unknown): value is { readonly message: string } =>
	typeof value === "object" &&
	value !== null &&
	"message" in value &&
	typeof value.message === "string";
