/**
 * The latest requests, for the console and for whoever wonders what his client really sent. Bounded.
 */
import type { Explanation, OssError } from "../oss/errors.ts";
import type { Reply } from "../oss/reply.ts";
import type { Arrival } from "../oss/request.ts";

export type LoggedRequest = {
	readonly id: string;
	readonly receivedAt: Date;
	readonly method: string;
	readonly host: string;
	/** As on the wire, query included. */
	readonly url: string;
	readonly clientIp: string;
	/** '' when no operation was found. */
	operation: string;
	/** 0 while it is under way. */
	status: number;
	/** Of the error; '' for success. */
	ec: string;
	/** Which rule refused access, if one did. */
	why: Explanation | undefined;
	/** What is behind a refusal, says the signature doctor; '' for most. */
	diagnosis: string;
	durationMs: number;
};

/** Of a request that is under way. */
export type Entry = {
	is(operation: string): void;
	failed(error: Pick<OssError, "why" | "diagnosis">): void;
	end(reply: Reply): void;
};

const URL_CHARACTERS_MAX = 2048;

export class RequestLog {
	readonly #latest: LoggedRequest[] = [];
	readonly #max: number;
	#next = 0;
	readonly #listeners = new Set<() => void>();

	constructor(max = 1000) {
		this.#max = max;
	}

	begin(arrival: Arrival): Entry {
		const started = performance.now();
		const { id, receivedAt, method, host, clientIp, rawPath, rawQuery } =
			arrival;
		const url = (rawQuery === "" ? rawPath : `${rawPath}?${rawQuery}`).slice(
			0,
			URL_CHARACTERS_MAX,
		);
		const entry: LoggedRequest = {
			...{ id, receivedAt, method, host, url, clientIp },
			...{ operation: "", status: 0, ec: "", durationMs: 0 },
			...{ why: undefined, diagnosis: "" },
		};
		this.#latest[this.#next] = entry;
		this.#next = (this.#next + 1) % this.#max;
		return {
			is: (operation) => {
				entry.operation = operation;
			},
			failed: ({ why, diagnosis }) => {
				entry.why = why;
				entry.diagnosis = diagnosis;
			},
			end: ({ status, headers }) => {
				entry.status = status;
				entry.ec = headers["x-oss-ec"] ?? "";
				entry.durationMs = performance.now() - started;
				for (const listener of this.#listeners) listener();
			},
		};
	}

	/**
	 * @param listener is called whenever a request has been answered, and must be quick
	 * @returns ends it
	 */
	watch(listener: () => void): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	clear(): void {
		this.#latest.length = 0;
		this.#next = 0;
	}

	/** The latest first. */
	list(): LoggedRequest[] {
		return [
			...this.#latest.slice(this.#next),
			...this.#latest.slice(0, this.#next),
		].reverse();
	}
}
