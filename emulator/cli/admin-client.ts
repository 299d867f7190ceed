/**
 * The admin port of a running emulator, as the subcommands use it.
 */
import { CommandError } from "./command-error.ts";

/** What is undefined is left out. */
export type Query = Readonly<Record<string, string | undefined>>;

export class AdminClient {
	readonly url: string;

	/** @throws CommandError for what is no URL */
	constructor(url: string) {
		if (!/^https?:\/\//.test(url) || !URL.canParse(url))
			throw new CommandError(
				2,
				`the admin URL must be like http://127.0.0.1:6771, not ${url}`,
			);
		this.url = url.replace(/\/+$/, "");
	}

	/** @throws CommandError: 1 when it is not there, 2 when there is no emulator, or it refuses */
	async get(
		path: string,
		query: Query = {},
		signal?: AbortSignal,
	): Promise<Response> {
		const search = new URLSearchParams();
		for (const [name, value] of Object.entries(query))
			if (value !== undefined) search.set(name, value);
		const answer = await this.#fetch(`${this.url}${path}?${search}`, signal);
		if (answer.ok) return answer;
		const refusal: unknown = this.#parse(await answer.text());
		if (!isRefusal(refusal)) throw this.#stranger();
		throw new CommandError(answer.status === 404 ? 1 : 2, refusal.message);
	}

	/** What it answers, as /api/openapi.json describes it. */
	async json<Shape>(path: string, query?: Query): Promise<Shape> {
		const answer = await this.get(path, query);
		return this.#parse(await answer.text());
	}

	async #fetch(url: string, signal?: AbortSignal): Promise<Response> {
		try {
			return await fetch(url, signal ? { signal } : {});
		} catch (error) {
			if (!(error instanceof TypeError)) throw error; // fetch has no other way to say it
			throw new CommandError(
				2,
				`no emulator answers at ${this.url}: start one, or say where it is with --admin URL`,
			);
		}
	}

	#parse<Shape>(text: string): Shape {
		try {
			const shape: Shape = JSON.parse(text);
			return shape;
		} catch {
			throw this.#stranger();
		}
	}

	#stranger(): CommandError {
		return new CommandError(
			2,
			`what answers at ${this.url} is not the admin port of an oss-emulator`,
		);
	}
}

const isRefusal = (value: unknown): value is { readonly message: string } =>
	typeof value === "object" &&
	value !== null &&
	"message" in value &&
	typeof value.message === "string";
