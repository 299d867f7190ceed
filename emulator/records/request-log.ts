/**
 * The latest requests, for the console and for tests that check the requests of a client. Limited by number and by
 * size.
 */
import type { Explanation, OssError } from "../oss/errors.ts";
import type { Reply } from "../oss/reply.ts";
import type { Arrival, Headers } from "../oss/request.ts";

export type LoggedRequest = {
	/** The cloud's own once it has answered, at a gateway: the client's answer and the callback have that one. */
	id: string;
	readonly receivedAt: Date;
	readonly method: string;
	readonly host: string;
	/** As on the wire, query included. */
	readonly url: string;
	readonly clientIp: string;
	/** As they arrived, secrets included. */
	readonly headers: Headers;
	/** uid of the account that the request belongs to; '' for no account. */
	account: string;
	/** '' for the service, and until it is known. */
	bucket: string;
	/** '' for a bucket. */
	key: string;
	protocol: Protocol;
	/** '' when no operation was found. */
	operation: string;
	/** 0 while the request is being handled. */
	status: number;
	/** Code, message and EC of the error; '' for success. */
	code: string;
	message: string;
	ec: string;
	/** The emulator's string to sign, if the signature did not match; '' otherwise. */
	stringToSign: string;
	/** Which rule refused access, if one did. */
	why: Explanation | undefined;
	/** The doctor's diagnosis of a refusal, or the reason why OSS would refuse; '' for most. */
	diagnosis: string;
	/** The injected fault; '' for none. */
	fault: string;
	durationMs: number;
};

/** The protocol: how requests are signed, and which names they use. */
export type Protocol = "OSS" | "S3";

/** The account, bucket and key of a request, known once its signature has been checked. */
export type Owned = Pick<LoggedRequest, "account" | "bucket" | "key">;

/** The part of an error that is recorded. */
export type Refusal = Partial<
	Pick<OssError, "message" | "ec" | "why" | "diagnosis" | "details">
> & { readonly code?: string };

/** Writes the record of one request while it is handled. */
export type Entry = {
	/** The request's own until it has ended. */
	readonly id: string;
	is(operation: string): void;
	speaks(protocol: Protocol): void;
	/** Called for a request that works here and would fail at OSS. */
	found(finding: string): void;
	belongsTo(owned: Owned): void;
	faulty(fault: string): void;
	failed(error: Refusal): void;
	end(reply: Pick<Reply, "status" | "headers">): void;
};

/** The part of a request that is recorded. */
type Recordable = Pick<
	Arrival,
	| "id"
	| "receivedAt"
	| "method"
	| "host"
	| "clientIp"
	| "headers"
	| "rawPath"
	| "rawQuery"
>;

export type LogLimits = {
	readonly countMax: number;
	/** Of URLs and headers together, in characters. */
	readonly sizeMax: number;
};

const LIMITS: LogLimits = { countMax: 5000, sizeMax: 8 * 1024 * 1024 };
const URL_CHARACTERS_MAX = 2048;
/** Removing the first of many entries moves all others. */
const DROPPED_TOGETHER = 128;

export type RequestTest = (request: LoggedRequest) => boolean;

export class RequestLog {
	/** The oldest first. Those before `#first` have been dropped, and only wait to be removed together. */
	readonly #entries: LogEntry[] = [];
	#first = 0;
	readonly #limits: LogLimits;
	#size = 0;
	readonly #listeners = new Set<(request: LoggedRequest) => void>();

	constructor(limits = LIMITS) {
		this.#limits = limits;
	}

	begin(arrival: Recordable): Entry {
		const entry = new LogEntry(arrival, this.#answered);
		this.#entries.push(entry);
		this.#size += entry.size;
		this.#makeRoom();
		return entry;
	}

	readonly #answered = (entry: LoggedRequest): void => {
		for (const listener of this.#listeners) listener(entry);
	};

	#makeRoom(): void {
		const { countMax, sizeMax } = this.#limits;
		while (this.#count > countMax || this.#size > sizeMax) {
			this.#size -= this.#entries[this.#first]?.size ?? 0;
			this.#first += 1;
		}
		if (this.#first < DROPPED_TOGETHER) return;
		this.#entries.splice(0, this.#first);
		this.#first = 0;
	}

	get #count(): number {
		return this.#entries.length - this.#first;
	}

	#present(): LogEntry[] {
		return this.#entries.slice(this.#first);
	}

	#keep(entries: readonly LogEntry[]): void {
		this.#entries.splice(0, this.#entries.length, ...entries);
		this.#first = 0;
		this.#size = entries.reduce((sum, { size }) => sum + size, 0);
	}

	/**
	 * @param listener is called for every request that has been answered, and must be quick
	 * @returns ends it
	 */
	watch(listener: (request: LoggedRequest) => void): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	/** '' if there is none. */
	get latestId(): string {
		return this.#present().at(-1)?.id ?? "";
	}

	/** Removes the requests that came after the one of this id; all of them when it is no longer recorded. */
	clearAfter(id: string): void {
		const present = this.#present();
		this.#keep(
			present.slice(0, present.findLastIndex((one) => one.id === id) + 1),
		);
	}

	find(id: string): LoggedRequest | undefined {
		return this.#present().findLast((one) => one.id === id);
	}

	/**
	 * The latest first.
	 *
	 * @param before only requests that came before the one of this id
	 */
	list(test: RequestTest, max: number, before?: string): LoggedRequest[] {
		const all = this.#present().reverse();
		const from =
			before === undefined ? 0 : all.findIndex(({ id }) => id === before) + 1;
		const found: LoggedRequest[] = [];
		for (let i = from; i < all.length && found.length < max; i++) {
			const request = all[i];
			if (request && test(request)) found.push(request);
		}
		return before !== undefined && from === 0 ? [] : found;
	}

	/** As `list`, as soon as there are `count` answered requests; or the present ones when `signal` fires. */
	async wait(
		test: RequestTest,
		count: number,
		max: number,
		signal: AbortSignal,
	): Promise<LoggedRequest[]> {
		const isAnswered: RequestTest = (one) => one.status !== 0 && test(one);
		for (;;) {
			const found = this.list(isAnswered, Math.max(count, max));
			if (found.length >= count || signal.aborted) return found.slice(0, max);
			// No request can be answered between `list` and this: both happen in one turn.
			await this.#next(isAnswered, signal);
		}
	}

	#next(test: RequestTest, signal: AbortSignal): Promise<void> {
		const { promise, resolve } = Promise.withResolvers<void>();
		const unwatch = this.watch((request) => {
			if (test(request)) resolve();
		});
		const giveUp = (): void => resolve();
		signal.addEventListener("abort", giveUp);
		return promise.finally(() => {
			unwatch();
			signal.removeEventListener("abort", giveUp);
		});
	}

	/**
	 * @param account undefined for the requests of all accounts
	 * @returns how many there were
	 */
	clear(account?: string): number {
		const before = this.#count;
		this.#keep(
			this.#present().filter(
				(one) => account !== undefined && one.account !== account,
			),
		);
		return before - this.#count;
	}
}

/** The methods are on the prototype: an object of closures for every request costs more than the record itself. */
class LogEntry implements LoggedRequest, Entry {
	id: string;
	readonly receivedAt: Date;
	readonly method: string;
	readonly host: string;
	readonly url: string;
	readonly clientIp: string;
	readonly headers: Headers;
	account = "";
	bucket = "";
	key = "";
	protocol: Protocol = "OSS";
	operation = "";
	status = 0;
	code = "";
	message = "";
	ec = "";
	stringToSign = "";
	why: Explanation | undefined = undefined;
	diagnosis = "";
	fault = "";
	durationMs = 0;
	readonly #size: number;
	readonly #startedMs = performance.now();
	readonly #answered: (entry: LoggedRequest) => void;

	constructor(arrival: Recordable, answered: (entry: LoggedRequest) => void) {
		this.id = arrival.id;
		this.receivedAt = arrival.receivedAt;
		this.method = arrival.method;
		this.host = arrival.host;
		this.url = urlOf(arrival);
		this.clientIp = arrival.clientIp;
		this.headers = arrival.headers;
		this.#size = sizeOf(this);
		this.#answered = answered;
	}

	/** As `LogLimits.sizeMax` counts it. */
	get size(): number {
		return this.#size;
	}

	is(operation: string): void {
		this.operation = operation;
	}

	speaks(protocol: Protocol): void {
		this.protocol = protocol;
	}

	found(finding: string): void {
		this.diagnosis = finding;
	}

	belongsTo({ account, bucket, key }: Owned): void {
		this.account = account;
		this.bucket = bucket;
		this.key = key;
	}

	faulty(fault: string): void {
		this.fault = fault;
	}

	failed(error: Refusal): void {
		this.code = error.code ?? "";
		this.message = error.message ?? "";
		this.why = error.why;
		this.diagnosis = error.diagnosis ?? "";
		this.stringToSign = error.details?.StringToSign ?? "";
	}

	end({ status, headers }: Pick<Reply, "status" | "headers">): void {
		this.id = headers["x-oss-request-id"] ?? this.id;
		this.status = status;
		this.ec = headers["x-oss-ec"] ?? "";
		this.durationMs = performance.now() - this.#startedMs;
		this.#answered(this);
	}
}

const urlOf = ({ rawPath, rawQuery }: Recordable): string =>
	(rawQuery === "" ? rawPath : `${rawPath}?${rawQuery}`).slice(
		0,
		URL_CHARACTERS_MAX,
	);

/** Names are shared between requests; values are not. */
function sizeOf({ url, headers }: LoggedRequest): number {
	let size = url.length;
	for (const name in headers) size += headers[name]?.length ?? 0;
	return size;
}
