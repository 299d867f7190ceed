/**
 * The types of an emulator for tests, in the process of the test or in another one.
 *
 * Pure.
 */

import type {
	CallbackAction,
	CutAction,
	DelayAction,
	ErrorAction,
	Progress,
	RuleOf,
} from "../faults/rule.ts";
import type { BucketAcl } from "../oss/acl.ts";
import type { ClockScope } from "../oss/clock.ts";
import type { DeliveryStatus, Versioning } from "../storage/types.ts";

export type {
	CallbackAction,
	CallbackFault,
	CutAction,
	DelayAction,
	ErrorAction,
} from "../faults/rule.ts";
export type { BucketAcl, DeliveryStatus as CallbackStatus };

/** An account isolates a test: its keys can be used immediately, and all lists can be filtered by its `uid`. */
export type Account = {
	/** Numeric id; the value for `account` in filters. */
	readonly uid: string;
	readonly accessKeyId: string;
	readonly accessKeySecret: string;
	/** A display name; `""` for none. */
	readonly name: string;
};

export type NewAccount = Partial<Account>;

/** A document of a bucket: JSON with the elements of OSS's XML, or the XML as text. */
export type Document = string | object;

/** An object of a seed, with at most one of `text`, `base64` and `file`. */
export type SeedObject = {
	readonly key: string;
	readonly text?: string;
	readonly base64?: string;
	/** A path on the emulator's machine. */
	readonly file?: string;
	/** Default: derived from the key's extension. */
	readonly contentType?: string;
	readonly acl?: BucketAcl | "default";
	readonly storageClass?: string;
	/** Names without `x-oss-meta-`. */
	readonly metadata?: Readonly<Record<string, string>>;
	readonly tags?: Readonly<Record<string, string>>;
};

export type SeedBucket = {
	readonly name: string;
	readonly acl?: BucketAcl;
	readonly versioning?: Exclude<Versioning, "">;
	/** uid of an account. */
	readonly owner?: string;
	readonly objects?: readonly SeedObject[];
	readonly cors?: Document;
	readonly lifecycle?: Document;
	readonly policy?: Document;
	readonly website?: Document;
	readonly callbackPolicy?: Document;
	readonly encryption?: Document;
	readonly logging?: Document;
	readonly referer?: Document;
	readonly tagging?: Document;
	readonly publicAccessBlock?: Document;
};

/** The content that an emulator must have. */
export type Seed = {
	readonly buckets?: readonly SeedBucket[];
	/** Users and roles, as in the file of `--ram`. */
	readonly ram?: {
		readonly users?: readonly object[];
		readonly roles?: readonly object[];
	};
	readonly faults?: readonly FaultRule[];
};

export type Seeded = {
	readonly buckets: number;
	readonly objects: number;
	/** Number of objects that did not already exist as declared. */
	readonly written: number;
};

type Without<T> = { readonly [name in keyof T]?: never };

/** The effect of a fault. */
export type FaultAction =
	| (ErrorAction & Partial<DelayAction> & Without<CutAction & CallbackAction>)
	| (CutAction & Partial<DelayAction> & Without<ErrorAction & CallbackAction>)
	| (CallbackAction & Partial<DelayAction> & Without<ErrorAction & CutAction>)
	| (DelayAction & Without<ErrorAction & CutAction & CallbackAction>);

export type FaultRule = RuleOf<FaultAction>;

export type Fault = FaultRule & Progress & { readonly id: string };

/** One POST of a callback to one URL. */
export type CallbackAttempt = {
	readonly url: string;
	readonly sentAt: string;
	/** Path and query, as on the wire. */
	readonly target: string;
	readonly headers: readonly (readonly [name: string, value: string])[];
	readonly stringToSign: string;
	/** undefined or null while there is no answer. */
	readonly answer: {
		readonly status: number;
		readonly body: string;
	} | null;
	readonly why: string;
	/** The same request for a shell. */
	readonly curl: string;
};

/** The callback of an upload: the request, the answer, and the reason for the reply to the uploader. */
export type Callback = {
	/** The request id of the upload. */
	readonly id: string;
	/** uid of the account that it belongs to. */
	readonly account: string;
	readonly operation: string;
	readonly bucket: string;
	readonly key: string;
	readonly status: DeliveryStatus;
	readonly startedAt: string;
	readonly completedAt: string | null;
	/** The reason for the outcome, in a sentence. */
	readonly why: string;
	/** What to do about it; `""` if nothing. */
	readonly advice: string;
	/** The filled-in body that was sent. */
	readonly body: string;
	readonly bodyType: string;
	/** The custom variables. */
	readonly variables: Readonly<Record<string, string>>;
	readonly attempts: readonly CallbackAttempt[];
	/** Findings: where OSS would behave differently, or fail. */
	readonly findings: readonly {
		readonly id: string;
		readonly sentence: string;
	}[];
};

/** A recorded request to OSS. */
export type Request = {
	readonly id: string;
	/** uid of the request's account; `""` if there is none. */
	readonly account: string;
	readonly receivedAt: string;
	readonly method: string;
	readonly host: string;
	/** As on the wire, including the query. */
	readonly url: string;
	readonly clientIp: string;
	readonly bucket: string;
	readonly key: string;
	/** The operation's name, like `PutObject`; `""` when no operation was found. */
	readonly operation: string;
	readonly status: number;
	/** Code, message and EC of the error; `""` for success. */
	readonly code: string;
	readonly message: string;
	readonly ec: string;
	/** The cause of a refusal; `""` when it is not known. */
	readonly diagnosis: string;
	/** The injected fault; `""` for none. */
	readonly fault: string;
	readonly durationMs: number;
};

export type CallbackFilter = {
	/** uid of an account. */
	readonly account?: string;
	readonly bucket?: string;
	readonly key?: string;
	readonly status?: DeliveryStatus;
	/** Only callbacks that began at this time or later. */
	readonly since?: Date;
};

export type RequestFilter = {
	/** uid of an account. */
	readonly account?: string;
	readonly bucket?: string;
	readonly key?: string;
	readonly operation?: string;
	readonly method?: string;
	/** `404`, or `"4xx"` for every status that begins with 4. */
	readonly status?: number | `${1 | 2 | 3 | 4 | 5}xx`;
	/** The error code, like `NoSuchKey`. */
	readonly code?: string;
	/** Only requests received at this time or later. */
	readonly since?: Date;
};

export type Waiting = {
	/** Default: 5000. */
	readonly timeoutMs?: number;
};

export type ClockState = {
	readonly now: Date;
	readonly frozen: boolean;
	/** By how much the clock is ahead of the real time. */
	readonly aheadSeconds: number;
	/** The times that it affects. */
	readonly scope: ClockScope;
};

export type Scope = {
	/**
	 * `expiry` affects only expirations; the times of requests are compared with the real clock. Default: unchanged,
	 * initially `all`.
	 */
	readonly scope?: ClockScope;
};

/** The emulator's clock. */
export type Clock = {
	/** The time, and its difference from the real time. */
	get(): Promise<ClockState>;
	/** Moves the clock by this many seconds, and carries out the lifecycle rules that are due at the new time. */
	advance(seconds: number, options?: Scope): Promise<ClockState>;
	/** Sets the clock to a time. */
	set(now: Date, options?: Scope): Promise<ClockState>;
	/** Freezes the clock, at a given time if any. */
	freeze(now?: Date): Promise<ClockState>;
	/** Sets the clock back to the real time. */
	reset(): Promise<ClockState>;
};

export type NewBucket = {
	readonly acl?: BucketAcl;
	readonly versioning?: Exclude<Versioning, "">;
	readonly storageClass?: string;
	/** uid of an account. */
	readonly owner?: string;
};

export type PutOptions = {
	/** Default: `application/octet-stream`. */
	readonly contentType?: string;
	/** Names without `x-oss-meta-`. */
	readonly metadata?: Readonly<Record<string, string>>;
	/** Other headers of PutObject, like `x-oss-object-acl` or `x-oss-callback`. */
	readonly headers?: Readonly<Record<string, string>>;
};

export type Stored = {
	/** 200; 203 when a callback failed. */
	readonly status: number;
	readonly etag: string;
	readonly versionId: string;
	/** The answer of the application server, or why the callback failed; `""` without a callback. */
	readonly answer: string;
};

export type StoredContent = {
	readonly body: Uint8Array;
	/** The body as UTF-8. */
	readonly text: string;
	readonly contentType: string;
};

/**
 * An emulator, in the process of a test or in another one. Promises reject with an `AdminApiError` if the admin API
 * refuses a request.
 */
export type EmulatorControl = {
	/** `http://127.0.0.1:PORT`, the endpoint for SDKs. */
	readonly endpoint: string;
	/** The URL of the admin API and the console. */
	readonly adminUrl: string;
	/** The key id of the first account. */
	readonly accessKeyId: string;
	/** The secret of the first account; `""` for an emulator in another process whose secret is not the default one. */
	readonly accessKeySecret: string;
	/** Without prefix: `cn-hangzhou`. */
	readonly region: string;
	/** Resets everything, or everything of one account, to the state after a start. */
	reset(options?: { readonly account?: string }): Promise<void>;
	/** Creates an account whose keys can be used immediately. Default: generated ids and keys. */
	createAccount(account?: NewAccount): Promise<Account>;
	/** Removes an account with everything it owns. */
	deleteAccount(uid: string): Promise<void>;
	/** Creates the declared content, completely or not at all. */
	seed(seed: Seed, options?: { readonly account?: string }): Promise<Seeded>;
	/** Saves the whole state under a name. */
	snapshot(name: string): Promise<void>;
	/** Restores the state of a snapshot. */
	restore(name: string): Promise<void>;
	/** Injects a fault into requests or callbacks. */
	fault(rule: FaultRule): Promise<Fault>;
	/** The faults, and how often each was applied. */
	faults(filter?: { readonly account?: string }): Promise<Fault[]>;
	/** Removes a fault, by its id. */
	removeFault(id: string): Promise<void>;
	/** Recorded callbacks, latest first. */
	callbacks(filter?: CallbackFilter): Promise<Callback[]>;
	/** The latest callback that matches and is complete; otherwise the next one. Rejects after the time-out. */
	waitForCallback(filter?: CallbackFilter & Waiting): Promise<Callback>;
	/** Recorded requests, latest first. */
	requests(filter?: RequestFilter): Promise<Request[]>;
	/** The latest request that matches and is answered; otherwise the next one. Rejects after the time-out. */
	waitForRequest(filter?: RequestFilter & Waiting): Promise<Request>;
	/** The clock for tokens, signed URLs, lifecycle rules and everything else that depends on the time. */
	readonly clock: Clock;
	/** Creates a bucket, as PutBucket does. */
	createBucket(name: string, options?: NewBucket): Promise<void>;
	/** Stores an object, like PutObject. */
	put(
		bucket: string,
		key: string,
		body: string | Uint8Array,
		options?: PutOptions,
	): Promise<Stored>;
	/** An object's content. */
	get(bucket: string, key: string): Promise<StoredContent>;
	/** Ends an emulator in this process; does nothing to an emulator that runs elsewhere. */
	close(): Promise<void>;
};
