/**
 * A request to OSS, as the server passes it on: decoded once, not normalised.
 *
 * Pure.
 */
import type { Readable } from "node:stream";

/** Decoded parameters; of a repeated parameter the first value is used, as at OSS. */
export type Query = ReadonlyMap<string, string>;

/** Headers by lower-case name; values are decoded as UTF-8 if valid, otherwise as latin1. */
export type Headers = Readonly<Record<string, string | undefined>>;

/** The caller of a request. */
export type Caller = {
	/** '' for an anonymous request. */
	readonly accessKeyId: string;
	/** The account's numeric id; '' for an anonymous request. */
	readonly uid: string;
	/** The user or session within the account; absent for the account itself and for anonymous callers. */
	readonly identity?: Identity;
};

/** The names in OSS's `AuthPrincipalType`: a RAM user, or a session of a role. */
export type Identity =
	| {
			readonly kind: "SubUser";
			readonly name: string;
			/** The numeric id. */
			readonly id: string;
	  }
	| {
			readonly kind: "AssumedRoleUser";
			readonly role: string;
			readonly session: string;
			/** The session policy as JSON; absent if the session has all rights of the role. */
			readonly policy?: string;
	  };

export const ANONYMOUS: Caller = { accessKeyId: "", uid: "" };

/** One part of a `multipart/form-data` body. */
export type FormPart =
	| { readonly kind: "field"; readonly name: string; readonly value: string }
	| {
			readonly kind: "file";
			readonly name: string;
			/** '' if the part has no filename. */
			readonly filename: string;
			/** '' if the part has no Content-Type. */
			readonly contentType: string;
			readonly content: AsyncIterable<Buffer>;
	  }
	/** The parts after the file, which OSS does not read. */
	| { readonly kind: "late"; readonly name: string };

/** Whether a Content-Type is the type of a form. */
export const isFormType = (contentType: string | undefined): boolean =>
	/^multipart\/form-data\b/i.test(contentType ?? "");

export const isForm = ({ headers }: Pick<OssRequest, "headers">): boolean =>
	isFormType(headers["content-type"]);

/** The target of a request: without a bucket the service, without a key the bucket. */
export type Target = { readonly bucket: string; readonly key: string };

/** One reading of a request. */
export type Reading = Target & {
	/** Whether the Host names the bucket; otherwise the path does. */
	readonly isInHost: boolean;
};

export type OssRequest = Reading & {
	/** 24 upper-case hex digits: `x-oss-request-id`. */
	readonly id: string;
	readonly method: string;
	readonly query: Query;
	/** As on the wire, without the `?`. */
	readonly rawQuery: string;
	/** As on the wire, without the query. */
	readonly rawPath: string;
	readonly headers: Headers;
	/** The Host header, port included. */
	readonly host: string;
	readonly scheme: "http" | "https";
	readonly clientIp: string;
	readonly receivedAt: Date;
	/** The time at which expiration is checked; by default `receivedAt`. */
	readonly expiryTime?: Date;
	readonly caller: Caller;
	/** The protocol from which the request was translated, if any. */
	readonly protocol?: "S3";
	/** Whether the client has closed the connection and cannot get an answer. */
	readonly isDisconnected: () => boolean;
	readonly body: Readable;
	/** Reads the body, or the given one, as a form; may be called once, instead of reading `body`. */
	readonly form: (body?: AsyncIterable<Buffer>) => AsyncIterable<FormPart>;
};

/** A request as the port receives it, before its caller and its target are known. */
export type Arrival = Omit<OssRequest, keyof Reading | "caller">;

export const expiryTimeOf = ({
	expiryTime,
	receivedAt,
}: Pick<Arrival, "expiryTime" | "receivedAt">): Date =>
	expiryTime ?? receivedAt;

/** Whether the caller uses the account's own key; users and sessions of the account do not. */
export const isAccount = ({ uid, identity }: Caller, owner: string): boolean =>
	uid === owner && identity === undefined;
