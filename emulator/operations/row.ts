/**
 * A row of THE TABLE: an operation, its request line as in the API reference, and all facts about it that other parts
 * of the emulator depend on.
 *
 * Pure.
 */
import type { Emulator } from "../emulator.ts";
import type { Reply } from "../oss/reply.ts";
import type { OssRequest } from "../oss/request.ts";
import type { StoredBucket } from "../storage/types.ts";

/**
 * Receives the request's bucket, so that it is looked up once; undefined if it does not exist, or the request names no
 * bucket. It is written as a method so that operations on a bucket may declare the parameter as required: `access` in
 * their row guarantees it.
 */
export type Operation = {
	run(
		emulator: Emulator,
		request: OssRequest,
		bucket: StoredBucket | undefined,
	): Promise<Reply>;
}["run"];

/** The properties that have a default because most operations share them. */
type Facts = {
	/** The action that policies must allow, `PutObject`; by default the operation's name. */
	readonly action?: string;
	/**
	 * How access is checked. `bucket`: access to the bucket or object, before the operation runs. `account`: access to
	 * the account. `account for a new bucket`: access to the account if the bucket does not exist. `by the operation`:
	 * the operation checks it, because the body names the bucket, the object, or the caller of a form. `none`: not
	 * checked, because the request has no effect yet.
	 */
	readonly access?:
		| "bucket"
		| "account"
		| "account for a new bucket"
		| "by the operation"
		| "none";
	/** The error for a bucket that does not exist. */
	readonly withoutBucket?: "NoSuchBucket" | "MalformedXML";
	/**
	 * `sent`: the operation sends it. `sent from its form`: the operation sends the callback in its form, and OSS ignores
	 * the header. `announced`: SDKs send the header, because the operation is a step of an upload. `ignored`: OSS ignores
	 * it.
	 */
	readonly callback?: "sent" | "sent from its form" | "announced" | "ignored";
	/** Whether it changes data; by default every method except GET, HEAD and OPTIONS does. */
	readonly changes?: boolean;
	/** Whether the request must have a Content-Length. */
	readonly lengthRequired?: boolean;
	/** Whether it removes the bucket, or makes OSS write to another bucket named in its document. */
	readonly reachesFurther?: boolean;
	/** Returns why OSS refuses, or may refuse, a request that works here; '' for most requests. */
	readonly finding?: ((request: OssRequest) => string) | null;
};

export type Row = Required<Omit<Facts, "action">> & {
	/** The name in the OSS API reference; also the name in logs and in the admin API. */
	readonly name: string;
	readonly method: string;
	readonly target: "service" | "bucket" | "object";
	/** Sub-resources that must be present; `list-type=2` also fixes the value. */
	readonly query: readonly string[];
	/** Header that must be present, or ''. */
	readonly header: string;
	/** The request line as in the reference. */
	readonly requestLine: string;
	/** null for an operation that the emulator does not implement; it answers NotImplemented with the name. */
	readonly run: Operation | null;
	/** The action that policies must allow, `oss:PutObject`. */
	readonly action: string;
	/** Whether it may create the bucket, whose name must then be valid for new buckets. */
	readonly makesBucket: boolean;
	/** How far the emulator implements it; `stored only`: the document is stored and returned but has no effect. */
	readonly state: "enforced" | "stored only" | "not there";
};

/** A row whose name the compiler knows, so that it can check the names in other files. */
type Named<Name extends string> = Row & { readonly name: Name };

const REQUEST_LINE =
	/^([A-Z]+) +(\/(?:bucket(?:\/object)?)?)(?:\?(\S+))?(?: +([a-z-]+):)?$/;

/**
 * Reads a row written as the API reference writes a request line:
 * `PUT /bucket/object?partNumber&uploadId  x-oss-copy-source:`.
 *
 * @param facts a string if the action is the only fact
 * @throws TypeError for a malformed line, at start-up, so that a typo is found before any request
 */
export function row<const Name extends string>(
	name: Name,
	requestLine: string,
	run: Operation | null = null,
	facts: string | Facts = {},
): Named<Name> {
	const parts = REQUEST_LINE.exec(requestLine);
	if (!parts) throw new TypeError(`not a request line: ${requestLine}`);
	const [, method = "", path = "", query = "", header = ""] = parts;
	const target =
		path === "/" ? "service" : path === "/bucket" ? "bucket" : "object";
	const { action = name, ...others } =
		typeof facts === "string" ? { action: facts } : facts;
	const access = target === "service" ? "account" : "bucket";
	const known = { access, ...others } as const;
	return {
		name,
		method,
		target,
		header,
		run,
		query: query ? query.split("&") : [],
		requestLine: requestLine.replaceAll(/ +/g, " "),
		action: `oss:${action}`,
		withoutBucket: "NoSuchBucket",
		callback: "ignored",
		changes: !["GET", "HEAD", "OPTIONS"].includes(method),
		lengthRequired: false,
		finding: null,
		reachesFurther: target === "service",
		...known,
		makesBucket: target === "bucket" && known.access.startsWith("account"),
		state: run ? "enforced" : "not there",
	};
}

/** Like `row`; the emulator behaves as OSS does. */
export const enforced: <const Name extends string>(
	name: Name,
	requestLine: string,
	run: Operation,
	facts?: string | Facts,
) => Named<Name> = row;

/** Like `row`; the document is stored and returned but has no effect. */
export const storedOnly: typeof enforced = (...given) => ({
	...row(...given),
	state: "stored only",
});

/** Like `row`; the emulator does not implement the operation. */
export const notImplemented: <const Name extends string>(
	name: Name,
	requestLine: string,
) => Named<Name> = row;
