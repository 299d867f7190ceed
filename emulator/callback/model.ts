/**
 * The types of callbacks: the request of an upload, the request that is sent for it, its answer, and the record.
 *
 * All other files of this folder import it; it imports only the types of findings.
 *
 * Pure. Source: docs «Callback».
 */
import type { KeyObject } from "node:crypto";
import type { Finding } from "./advice/finding.ts";

export const FORM = "application/x-www-form-urlencoded";
export const JSON_TYPE = "application/json";
export type BodyType = typeof FORM | typeof JSON_TYPE;

/** An address as DNS returns it. */
export type Address = { readonly address: string; readonly family: number };

/** One of the URLs of `callbackUrl`, split into its parts; nothing in it is normalised. */
export type CallbackUrl = {
	/** As the uploader wrote it. */
	readonly text: string;
	readonly secure: boolean;
	readonly hostname: string;
	readonly port: number;
	/** Percent-encoded, begins with `/`. */
	readonly path: string;
	/** Percent-encoded, without the `?`; '' when the URL has no query. */
	readonly query: string;
};

/** A URL whose host has been looked up; `addresses` is empty when none was found. */
export type ResolvedUrl = CallbackUrl & {
	readonly addresses: readonly Address[];
	readonly lookupMs: number;
};

/** The text of callbackBody, split at its variables. */
export type Template = {
	/** As the uploader wrote it. */
	readonly text: string;
	/** The text before, between and after the variables: one more than `names`. */
	readonly constants: readonly string[];
	/** In order of appearance, repeated names included. */
	readonly names: readonly string[];
};

/** The callback that an upload requests: the URLs to call, and the body. */
export type Callback<Url extends CallbackUrl = CallbackUrl> = {
	/** One to five, tried in this order; empty when no URL is called, for the reason in `findings`. */
	readonly urls: readonly Url[];
	/** The Host header to send; '' for the URL's own. */
	readonly host: string;
	/** The template of the body. */
	readonly template: Template;
	readonly bodyType: BodyType;
	readonly sni: boolean;
	readonly additionalHeaders: readonly (readonly [string, string])[];
	/** Custom variables, by name; names begin with `x:`. */
	readonly variables: ReadonlyMap<string, string>;
	/** The callback JSON, decoded, for the record. */
	readonly json: string;
	/** Findings made while the callback was read. */
	readonly findings: readonly Finding[];
	/** The fault that the upload itself requests. */
	readonly fault: Fault | undefined;
};

export type ResolvedCallback = Callback<ResolvedUrl>;

/** A callback that is not sent. */
export const skippedCallback = (
	json: string,
	...findings: readonly Finding[]
): Callback<never> => ({
	urls: [],
	host: "",
	template: { text: "", constants: [""], names: [] },
	bodyType: FORM,
	sni: false,
	additionalHeaders: [],
	variables: new Map(),
	json,
	findings,
	fault: undefined,
});

/** The operations that send callbacks. */
export const CALLBACK_OPERATIONS = [
	"PutObject",
	"PostObject",
	"CompleteMultipartUpload",
] as const;

/** The facts about a stored upload that its callback may report. */
export type UploadFacts = {
	readonly bucket: string;
	readonly key: string;
	/** Without quotes. */
	readonly etag: string;
	/** Size of the whole object in bytes. */
	readonly size: number;
	readonly contentType: string;
	/** Decimal, unsigned: `x-oss-hash-crc64ecma`. */
	readonly crc64: string;
	/** Base64; '' for CompleteMultipartUpload. */
	readonly contentMd5: string;
	readonly operation: (typeof CALLBACK_OPERATIONS)[number];
	readonly requestId: string;
	readonly clientIp: string;
	/** The uploader's uid; '' for an anonymous uploader. */
	readonly requester: string;
	/** The uid of the bucket's owner. */
	readonly owner: string;
	/** URL of the public key, with the host name under which the upload reached the emulator; '' if unknown. */
	readonly publicKeyUrl: string;
	/** Whether an uploader waits for the application server's answer. */
	readonly uploader: () => UploaderState;
	/** Reads the object's content, both ends included. */
	readonly read: ReadContent;
};

/** `none`: the callback was sent by the admin API, without an upload. */
export type UploaderState = "waiting" | "disconnected" | "none";

export type ReadContent = (first: number, last: number) => Promise<Buffer>;

/** The upload that a callback belongs to: the facts in its request and its record. */
export type UploadReference = Pick<
	UploadFacts,
	| "bucket"
	| "key"
	| "owner"
	| "publicKeyUrl"
	| "requester"
	| "requestId"
	| "uploader"
> & { readonly operation: string };

/** Headers in the order and spelling of the wire. */
export type HeaderList = readonly (readonly [name: string, value: string])[];

/** @param name in lower case */
export const findHeader = (
	headers: HeaderList,
	name: string,
): string | undefined =>
	headers.find(([given]) => given.toLowerCase() === name)?.[1];

export type Signer = {
	readonly privateKey: KeyObject;
	readonly publicKeyUrl: string;
};

/** The request to one URL. */
export type CallbackRequest = {
	readonly url: ResolvedUrl;
	/** Path and query, as on the wire. */
	readonly target: string;
	readonly headers: HeaderList;
	readonly body: Buffer;
	readonly stringToSign: Buffer;
	readonly sni: boolean;
};

/** 1 MiB according to step 5 and «HTTP 203 status code»; the table of step 1 says 3 MB. */
export const ANSWER_BYTES_MAX = 1024 * 1024;

/** Docs «Callback», 2026: the head of the answer. */
export const ANSWER_HEAD_BYTES_MAX = 3 * 1024 * 1024;

/** OSS limits bytes only, but 3 MB may hold a million headers, each of which is an object here. */
export const ANSWER_HEAD_LINES_MAX = 20_000;

/** Milliseconds since the attempt began; undefined for steps that were not reached. */
export type Timing = {
	/** The look-up before the upload was stored; 0 for an address. */
	readonly lookupMs: number;
	readonly connectedMs: number | undefined;
	/** For https only. */
	readonly securedMs: number | undefined;
	/** When the whole request had been passed to the connection. */
	readonly sentMs: number | undefined;
	/** When the head of the answer arrived. */
	readonly answeredMs: number | undefined;
	readonly totalMs: number;
};

/** The timing of an attempt that did not begin. */
export const NO_TIME: Timing = {
	lookupMs: 0,
	connectedMs: undefined,
	securedMs: undefined,
	sentMs: undefined,
	answeredMs: undefined,
	totalMs: 0,
};

export type Answer = {
	readonly status: number;
	readonly headers: HeaderList;
	/** At most `ANSWER_BYTES_MAX`. */
	readonly body: Buffer;
	/** Why the body ended: it is complete, the time limit, a lost connection, or its size. */
	readonly ended: "complete" | "time" | "cut" | "size";
};

/** Why there is no answer. */
export type NoAnswer =
	| "unresolved"
	| "refused"
	| "unreachable"
	| "tls"
	| "notTls"
	| "certificate"
	| "time"
	| "lost"
	| "contentLength"
	| "lengthTooLarge"
	| "headTooLong"
	| "interim"
	| "malformed";

export type Outcome = { readonly timing: Timing } & (
	| { readonly answer: Answer }
	| { readonly noAnswer: NoAnswer; readonly detail: string }
);

/** Why a callback counts as failed: the error that the uploader gets, and an explanation for the developer. */
export type Failure = {
	readonly message: string;
	readonly ec: string;
	/** A sentence without its subject, the application server. */
	readonly why: string;
};

export type Verdict = { readonly answer: Answer } | Failure;

/** An injected fault. */
export type Fault = {
	/** The fault as its author wrote it. */
	readonly text: string;
	readonly delayMs: number;
	/** How many times the application server is called. */
	readonly sent: 0 | 1 | 2;
	/** The outcome to report for a call, regardless of what happened. */
	readonly outcome?: Outcome;
	/** The uploader's reply, regardless of the real outcome. */
	readonly failure?: (url: ResolvedUrl) => Failure;
	readonly forged?: "signature" | "key url";
};

/** One POST to one URL. */
export type Attempt = {
	readonly url: string;
	readonly sentAt: Date;
	/** The request target, as on the wire. */
	readonly target: string;
	readonly headers: HeaderList;
	readonly stringToSign: string;
	/** undefined until the application server has answered. */
	readonly outcome: Outcome | undefined;
	/** The outcome, in a sentence. */
	readonly why: string;
};

/** The uploader's reply: the application server's body, an error, or 500 because the emulator itself failed. */
export type UploaderReply =
	| { readonly status: 200; readonly body: Buffer }
	| { readonly status: 203; readonly message: string; readonly ec: string }
	| { readonly status: 500 };

/** The record of one callback: the request, the answer, and the reason for the uploader's reply. */
export type Delivery = {
	/** The request id of the upload. */
	readonly id: string;
	/** uid of the account that the callback belongs to: the uploader's, or the bucket owner's for an anonymous upload. */
	readonly account: string;
	readonly operation: string;
	readonly bucket: string;
	readonly key: string;
	/** The callback JSON as the uploader sent it, decoded. */
	readonly asked: string;
	/** The custom variables. */
	readonly variables: Readonly<Record<string, string>>;
	readonly body: string;
	readonly bodyType: BodyType;
	readonly startedAt: Date;
	readonly attempts: readonly Attempt[];
	/** Mistakes that work here but not at OSS, or that are rarely intended. */
	readonly findings: readonly Finding[];
	/** The injected fault; '' for none. */
	readonly fault: string;
	/** undefined while the delivery is under way. */
	readonly completedAt: Date | undefined;
	/** undefined while the delivery is under way, and for a callback that was not sent. */
	readonly told: UploaderReply | undefined;
	/** The reason for the uploader's reply, in a sentence. */
	readonly why: string;
};

/** Where deliveries are recorded. */
export type DeliveryRecord = {
	/**
	 * Called before the first URL is called, and before the uploader gets its reply; replaces the record with the same
	 * id.
	 *
	 * @returns once it is recorded
	 */
	readonly save: (delivery: Delivery) => Promise<void>;
};

export const NO_RECORD: DeliveryRecord = { save: async () => {} };
