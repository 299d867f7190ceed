/**
 * The types for tests: an emulator, in the process of the test or elsewhere.
 *
 * Pure.
 */

/** Isolation for one test: its keys work at once, and everything can be asked for by its `uid`. */
export type Account = {
	/** Numeric id, as `account` of every list. */
	readonly uid: string;
	readonly accessKeyId: string;
	readonly accessKeySecret: string;
	/** A display name; `""` for none. */
	readonly name: string;
};

export type NewAccount = Partial<Account>;

/** A canned ACL of a bucket. */
export type BucketAcl = "private" | "public-read" | "public-read-write";

/** A document of a bucket: JSON with the elements of OSS's XML, or the XML as text. */
export type Document = string | object;

/** An object of a seed, with at most one of `text`, `base64` and `file`. */
export type SeedObject = {
	readonly key: string;
	readonly text?: string;
	readonly base64?: string;
	/** A path on the emulator's machine. */
	readonly file?: string;
	/** Default: the type that fits the end of the key. */
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
	readonly versioning?: "Enabled" | "Suspended";
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
	/** Objects that were not there already as declared. */
	readonly written: number;
};

/** The faults of a callback. */
export type CallbackFault =
	| "never-sent"
	| "refused"
	| "too-many"
	| "image-info"
	| "time-out"
	| "reply-lost"
	| "no-content-length"
	| "bad-content-length"
	| "too-long"
	| "not-json"
	| "old-time-out"
	| "old-failure"
	| "sent-twice"
	| "bad-signature"
	| "wrong-key-url"
	/** Any status but 200. */
	| `status-${number}`;

/** Answers an error and does nothing. */
export type ErrorAction = {
	/** 400 to 599. */
	readonly status: number;
	/** `SlowDown`; default: a code that fits the status. */
	readonly code?: string;
	readonly message?: string;
	readonly ec?: string;
};

/** Breaks the connection. */
export type CutAction = {
	/** After this many bytes of the body; 0 of a response: the client gets no answer. */
	readonly cutAfterBytes: number;
	/** The message whose body is cut. Default: the response, which is a download. */
	readonly direction?: "request" | "response" | "upload" | "download";
};

/** Spoils the callback of an upload. */
export type CallbackAction = { readonly callback: CallbackFault };

/** Waits before anything is done; may go with each of the others. */
export type DelayAction = { readonly delayMs: number };

type Without<T> = { readonly [name in keyof T]?: never };

/** The effect of a fault. */
export type FaultAction =
	| (ErrorAction & Partial<DelayAction> & Without<CutAction & CallbackAction>)
	| (CutAction & Partial<DelayAction> & Without<ErrorAction & CallbackAction>)
	| (CallbackAction & Partial<DelayAction> & Without<ErrorAction & CutAction>)
	| (DelayAction & Without<ErrorAction & CutAction & CallbackAction>);

export type FaultRule = {
	/** An operation of OSS, `PutObject`; `*` for all of them; `callback` for callbacks. */
	readonly operation: string;
	readonly bucket?: string;
	/** A pattern: `*` is any text, `/` included; `?` is one character. */
	readonly key?: string;
	/** uid of an account. */
	readonly account?: string;
	/** This many that match pass first. */
	readonly after?: number;
	/** Strikes this often at most. Default: without limit. */
	readonly times?: number;
	/** Strikes every Nth matching request. */
	readonly every?: number;
	/** 0 to 1, drawn from `seed`: the same requests have the same faults. */
	readonly probability?: number;
	readonly seed?: number;
	readonly do: FaultAction;
};

export type Fault = FaultRule & {
	readonly id: string;
	/** How many have matched. */
	readonly seen: number;
	/** How often it struck. */
	readonly struck: number;
};

export type CallbackStatus =
	| "sending"
	| "succeeded"
	| "failed"
	| "skipped"
	| "interrupted";

/** One POST of a callback to one URL. */
export type CallbackAttempt = {
	readonly url: string;
	readonly sentAt: string;
	/** Path and query, as on the wire. */
	readonly target: string;
	readonly headers: readonly (readonly [name: string, value: string])[];
	readonly stringToSign: string;
	/** undefined or null if there is no value. */
	readonly answer: {
		readonly status: number;
		readonly body: string;
	} | null;
	readonly why: string;
	/** The same request for a shell. */
	readonly curl: string;
};

/** The callback of an upload: the request, the answer, and the reason for the uploader's result. */
export type Callback = {
	/** The request id of the upload. */
	readonly id: string;
	/** uid of the account that it belongs to. */
	readonly account: string;
	readonly operation: string;
	readonly bucket: string;
	readonly key: string;
	readonly status: CallbackStatus;
	readonly startedAt: string;
	readonly completedAt: string | null;
	/** In a sentence, its outcome. */
	readonly why: string;
	/** The suggested remedy; `""` if there is none. */
	readonly advice: string;
	/** The filled-in body that was sent. */
	readonly body: string;
	readonly bodyType: string;
	/** The custom variables. */
	readonly variables: Readonly<Record<string, string>>;
	readonly attempts: readonly CallbackAttempt[];
	/** Where OSS would behave differently, or fail. */
	readonly findings: readonly {
		readonly id: string;
		readonly sentence: string;
	}[];
};

/** A request to OSS, as it is on record. */
export type Request = {
	readonly id: string;
	/** uid of the account that it belongs to, or `""`. */
	readonly account: string;
	readonly receivedAt: string;
	readonly method: string;
	readonly host: string;
	/** As on the wire, query included. */
	readonly url: string;
	readonly clientIp: string;
	readonly bucket: string;
	readonly key: string;
	/** `PutObject`; `""` when no operation was found. */
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
	readonly status?: CallbackStatus;
	/** Only callbacks that began then or later. */
	readonly since?: Date;
};

export type RequestFilter = {
	/** uid of an account. */
	readonly account?: string;
	readonly bucket?: string;
	readonly key?: string;
	readonly operation?: string;
	readonly method?: string;
	/** `404`, or `"4xx"` for all that begin with 4. */
	readonly status?: number | `${1 | 2 | 3 | 4 | 5}xx`;
	/** Of the error: `NoSuchKey`. */
	readonly code?: string;
	/** Only requests that came then or later. */
	readonly since?: Date;
};

export type Waiting = {
	/** Default: 5000. */
	readonly timeoutMs?: number;
};

export type ClockState = {
	readonly now: Date;
	readonly frozen: boolean;
	/** By how much it is ahead of the real time. */
	readonly aheadSeconds: number;
	/** The times that it affects. */
	readonly scope: "all" | "expiry";
};

export type Scope = {
	/** `expiry` moves only expirations; requests are judged by the real clock. Default: as it is, at first `all`. */
	readonly scope?: "all" | "expiry";
};

/** The emulator's clock. */
export type Clock = {
	/** The time, and how it differs from the real one. */
	get(): Promise<ClockState>;
	/** Moves it by this many seconds, and carries out the lifecycle rules that are due then. */
	advance(seconds: number, options?: Scope): Promise<ClockState>;
	/** Puts it to a moment. */
	set(now: Date, options?: Scope): Promise<ClockState>;
	/** Stops it, at a moment if one is given. */
	freeze(now?: Date): Promise<ClockState>;
	/** Puts it back to the real time. */
	reset(): Promise<ClockState>;
};

export type NewBucket = {
	readonly acl?: BucketAcl;
	readonly versioning?: "Enabled" | "Suspended";
	readonly storageClass?: string;
	/** uid of an account. */
	readonly owner?: string;
};

export type PutOptions = {
	/** Default: `application/octet-stream`. */
	readonly contentType?: string;
	/** Names without `x-oss-meta-`. */
	readonly metadata?: Readonly<Record<string, string>>;
	/** Further headers of PutObject, `x-oss-object-acl` or `x-oss-callback`. */
	readonly headers?: Readonly<Record<string, string>>;
};

export type Stored = {
	/** 200; 203 when a callback failed. */
	readonly status: number;
	readonly etag: string;
	readonly versionId: string;
	/** Of the application server, or why the callback failed; `""` without a callback. */
	readonly answer: string;
};

export type StoredContent = {
	readonly body: Uint8Array;
	/** The body as UTF-8. */
	readonly text: string;
	readonly contentType: string;
};

/**
 * An emulator, in the process of a test or elsewhere. Promises reject with an `AdminApiError` if the admin API
 * refuses.
 */
export type EmulatorControl = {
	/** `http://127.0.0.1:PORT`, for an SDK's endpoint. */
	readonly endpoint: string;
	/** Of the admin API and of the console. */
	readonly adminUrl: string;
	/** Of the first account. */
	readonly accessKeyId: string;
	/** Of the first account; `""` for an emulator elsewhere whose secret is not the default one. */
	readonly accessKeySecret: string;
	/** Without prefix, `cn-hangzhou`. */
	readonly region: string;
	/** Resets everything, or everything of one account, to the state after a start. */
	reset(options?: { readonly account?: string }): Promise<void>;
	/** Makes an account with keys that work at once. Default: generated ids and keys. */
	createAccount(account?: NewAccount): Promise<Account>;
	/** Removes an account with everything it owns. */
	deleteAccount(uid: string): Promise<void>;
	/** Creates the declared content, completely or not at all. */
	seed(seed: Seed, options?: { readonly account?: string }): Promise<Seeded>;
	/** Keeps everything as it is now, under a name. */
	snapshot(name: string): Promise<void>;
	/** Makes everything as it was in a snapshot. */
	restore(name: string): Promise<void>;
	/** Makes requests or callbacks fail on purpose. */
	fault(rule: FaultRule): Promise<Fault>;
	/** The faults, and how often each struck. */
	faults(filter?: { readonly account?: string }): Promise<Fault[]>;
	/** Ends a fault, by its id. */
	removeFault(id: string): Promise<void>;
	/** Callbacks on record, the latest first. */
	callbacks(filter?: CallbackFilter): Promise<Callback[]>;
	/** The latest callback that matches and is complete, or the next one. Rejects after the time-out. */
	waitForCallback(filter?: CallbackFilter & Waiting): Promise<Callback>;
	/** Requests on record, the latest first. */
	requests(filter?: RequestFilter): Promise<Request[]>;
	/** The latest request that matches and is answered, or the next one. Rejects after the time-out. */
	waitForRequest(filter?: RequestFilter & Waiting): Promise<Request>;
	/** Of tokens, signed URLs, lifecycle rules and everything else that depends on the time. */
	readonly clock: Clock;
	/** Makes a bucket, as PutBucket does. */
	createBucket(name: string, options?: NewBucket): Promise<void>;
	/** Stores an object, as PutObject does. */
	put(
		bucket: string,
		key: string,
		body: string | Uint8Array,
		options?: PutOptions,
	): Promise<Stored>;
	/** An object's content. */
	get(bucket: string, key: string): Promise<StoredContent>;
	/** Ends an emulator in this process; lets go of one elsewhere. */
	close(): Promise<void>;
};
