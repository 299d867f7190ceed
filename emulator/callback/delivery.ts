/**
 * What is kept of a callback: the inbox of every delivery, to see what was sent, what came back, and why the uploader
 * was told what it was told.
 *
 * Pure. Source: docs «Callback» for the limits.
 */
import type { Finding } from "./finding.ts";
import type { BodyType } from "./substitute.ts";

/** 1 MiB, say step 5 and «HTTP 203 status code»; the table of step 1 says 3 MB. */
export const ANSWER_BYTES_MAX = 1024 * 1024;

/** Docs «Callback», 2026: the head of the answer. */
export const ANSWER_HEAD_BYTES_MAX = 3 * 1024 * 1024;

/** OSS's own limit is one of bytes only: 3 MB may hold a million headers, each an object here. */
export const ANSWER_HEAD_LINES_MAX = 20_000;

/** Names as they are on the wire, in their order. */
export type HeaderList = readonly (readonly [name: string, value: string])[];

/** @param name in lower case */
export const findHeader = (
	headers: HeaderList,
	name: string,
): string | undefined =>
	headers.find(([given]) => given.toLowerCase() === name)?.[1];

/** Milliseconds since the attempt began; undefined for what it did not come to. */
export type Timing = {
	/** Of the look-up before the upload was stored; 0 for an address. */
	readonly lookupMs: number;
	readonly connectedMs: number | undefined;
	/** Of https. */
	readonly securedMs: number | undefined;
	/** The head of the answer was there. */
	readonly answeredMs: number | undefined;
	readonly totalMs: number;
};

/** Of what never began. */
export const NO_TIME: Timing = {
	lookupMs: 0,
	connectedMs: undefined,
	securedMs: undefined,
	answeredMs: undefined,
	totalMs: 0,
};

export type Answer = {
	readonly status: number;
	readonly headers: HeaderList;
	/** At most `ANSWER_BYTES_MAX`. */
	readonly body: Buffer;
	/** What ended the body: its end, the time limit, a lost connection, or its size. */
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
	| "headTooLong"
	| "interim"
	| "malformed";

export type Outcome = { readonly timing: Timing } & (
	| { readonly answer: Answer }
	| { readonly noAnswer: NoAnswer; readonly detail: string }
);

/** One POST to one URL. */
export type Attempt = {
	readonly url: string;
	readonly sentAt: Date;
	/** The request target, as on the wire. */
	readonly target: string;
	readonly headers: HeaderList;
	readonly stringToSign: string;
	/** undefined while the answer is waited for. */
	readonly outcome: Outcome | undefined;
	/** In a sentence, what became of it. */
	readonly why: string;
};

/** What the uploader got: the application server's body, an error, or that the emulator itself failed. */
export type Told =
	| { readonly status: 200; readonly body: Buffer }
	| { readonly status: 203; readonly message: string; readonly ec: string }
	| { readonly status: 500 };

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
	/** What works here and would not at OSS, or is seldom what was meant. */
	readonly findings: readonly Finding[];
	/** The fault that was made on purpose; '' for none. */
	readonly fault: string;
	/** undefined while it is under way. */
	readonly completedAt: Date | undefined;
	/** undefined while it is under way; once it is complete, of an upload after which nobody was called. */
	readonly told: Told | undefined;
	/** In a sentence, why the uploader was told that. */
	readonly why: string;
};

/** Where deliveries are kept. */
export type DeliveryRecord = {
	/**
	 * Called before a URL is called, and before the uploader is told; the latest of an id counts.
	 *
	 * @returns when it is kept
	 */
	readonly save: (delivery: Delivery) => Promise<void>;
};

export const NO_RECORD: DeliveryRecord = { save: async () => {} };
