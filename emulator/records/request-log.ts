/**
 * The latest requests, for the console and for tests that check the requests of a client. The log is limited by
 * number and by size.
 */
import type { Explanation, OssError } from "../oss/errors.ts";
import type { Reply } from "../oss/reply.ts";
import type { Arrival, Headers } from "../oss/request.ts";
import { waitForEntries } from "../oss/waiting.ts";

export type LoggedRequest = {
	/**
	 * At a gateway, the cloud's request id once it has responded: the client's response and the callback have the same
	 * id.
	 */
	id: string;
	readonly receivedAt: Date;
	readonly method: string;
	readonly host: string;
	/** The URL as on the wire, query included. */
	readonly url: string;
	readonly clientIp: string;
	/** The headers as they arrived, secrets included. */
	readonly headers: Headers;
	/** The uid of the account that the request belongs to; '' if it belongs to no account. */
	account: string;
	/** Empty for the service, and until the bucket is known. */
	bucket: string;
	/** Empty for a bucket. */
	key: string;
	protocol: Protocol;
	/** Empty if no operation was found. */
	operation: string;
	/** 0 while the request is being handled. */
	status: number;
	/** Code, message and EC of the error; '' for success. */
	code: string;
	message: string;
	ec: string;
	/** The emulator's string to sign if the signature did not match; '' otherwise. */
	stringToSign: string;
	/** The rule that refused access, if any. */
	why: Explanation | undefined;
	/** The doctor's diagnosis of a refusal, or what OSS would refuse or ignores; usually ''. */
	diagnosis: string;
	/** Whether the request must be logged because of its diagnosis. */
	isWarning: boolean;
	/** The injected fault; '' if there is none. */
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
	/** The request's own id until the request has ended. */
	readonly id: string;
	setOperation(operation: string): void;
	setProtocol(protocol: Protocol): void;
	/** Records why OSS would refuse a request that is accepted here. */
	addFinding(finding: string): void;
	/** Like `addFinding`, for a finding that is logged at any level; an error takes its place. */
	addWarning(finding: string): void;
	setOwner(owned: Owned): void;
	setFault(fault: string): void;
	setError(error: Refusal): void;
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
	/** The maximum size of URLs and headers together, in characters. */
	readonly sizeMax: number;
};

const LIMITS: LogLimits = { countMax: 5000, sizeMax: 8 * 1024 * 1024 };
const URL_CHARACTERS_MAX = 2048;
/** Removing the first of many entries would move all others. */
const REMOVED_TOGETHER = 128;

export type RequestTest = (request: LoggedRequest) => boolean;

export class RequestLog {
	/** The entries, oldest first. Those before `#first` have been dropped and are removed together later. */
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
		this.#evictOldest();
		return entry;
	}

	readonly #answered = (entry: LoggedRequest): void => {
		for (const listener of this.#listeners) listener(entry);
	};

	#evictOldest(): void {
		const { countMax, sizeMax } = this.#limits;
		while (this.#count > countMax || this.#size > sizeMax) {
			this.#size -= this.#entries[this.#first]?.size ?? 0;
			this.#first += 1;
		}
		if (this.#first < REMOVED_TOGETHER) return;
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
	 * @param listener called for every request that has been answered; it must be quick
	 * @returns a function that ends the subscription
	 */
	watch(listener: (request: LoggedRequest) => void): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	/** The id of the latest request; '' if there is none. */
	get latestId(): string {
		return this.#present().at(-1)?.id ?? "";
	}

	/** Removes the requests after the one with this id; all of them if it is no longer recorded. */
	clearAfter(id: string): void {
		const present = this.#present();
		this.#keep(
			present.slice(0, present.findLastIndex((entry) => entry.id === id) + 1),
		);
	}

	find(id: string): LoggedRequest | undefined {
		return this.#present().findLast((entry) => entry.id === id);
	}

	/**
	 * Lists the latest requests first.
	 *
	 * @param before the id of a request; only earlier requests are listed
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

	/** Resolves with `list` as soon as there are `count` answered requests, or when `signal` fires. */
	async wait(
		test: RequestTest,
		count: number,
		max: number,
		signal: AbortSignal,
	): Promise<LoggedRequest[]> {
		const isAnswered: RequestTest = (one) => one.status !== 0 && test(one);
		const found = await waitForEntries(
			{
				list: () => this.list(isAnswered, Math.max(count, max)),
				watch: (listener) => this.watch(listener),
			},
			isAnswered,
			count,
			signal,
		);
		return found.slice(0, max);
	}

	/**
	 * @param account undefined removes the requests of all accounts
	 * @returns the number of removed requests
	 */
	clear(account?: string): number {
		const before = this.#count;
		this.#keep(
			this.#present().filter(
				(entry) => account !== undefined && entry.account !== account,
			),
		);
		return before - this.#count;
	}
}

/**
 * The methods are on the prototype: an object of closures for every request would cost more than the record itself.
 */
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
	isWarning = false;
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

	/** The size in the sense of `LogLimits.sizeMax`. */
	get size(): number {
		return this.#size;
	}

	setOperation(operation: string): void {
		this.operation = operation;
	}

	setProtocol(protocol: Protocol): void {
		this.protocol = protocol;
	}

	addFinding(finding: string): void {
		this.diagnosis = [this.diagnosis, finding].filter(Boolean).join("; ");
	}

	addWarning(finding: string): void {
		this.addFinding(finding);
		this.isWarning = true;
	}

	setOwner({ account, bucket, key }: Owned): void {
		this.account = account;
		this.bucket = bucket;
		this.key = key;
	}

	setFault(fault: string): void {
		this.fault = fault;
	}

	setError(error: Refusal): void {
		this.code = error.code ?? "";
		this.message = error.message ?? "";
		this.why = error.why;
		this.diagnosis = error.diagnosis ?? "";
		this.isWarning = false;
		this.stringToSign = error.details?.StringToSign ?? "";
	}

	end({ status, headers }: Pick<Reply, "status" | "headers">): void {
		this.id =
			headers["x-oss-request-id"] ?? headers["x-amz-request-id"] ?? this.id;
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

/** Names of headers are shared between requests; values are not. */
function sizeOf({ url, headers }: LoggedRequest): number {
	let size = url.length;
	for (const name in headers) size += headers[name]?.length ?? 0;
	return size;
}
