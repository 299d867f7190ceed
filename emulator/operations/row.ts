/**
 * A row of THE TABLE: an operation, its request line as the API reference prints it, and every fact about it on which
 * other parts of the emulator depend.
 *
 * Pure.
 */
import type { Emulator } from "../emulator.ts";
import type { Reply } from "../oss/reply.ts";
import type { OssRequest } from "../oss/request.ts";
import type { StoredBucket } from "../storage/types.ts";

/**
 * Takes the bucket that access was checked to, so that it is looked up once; operations on an account get none. Written
 * as a method because those of a bucket may then demand one: `access` in their row says that they get it.
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
	 * Where access is checked. `bucket`: to the bucket or the object, before the operation runs. `account`: to the
	 * account. `account for a new bucket`: to the account if the bucket does not exist. `by the operation`: by itself,
	 * because the bucket or the object, or the caller of a form, is named in the body. `none`: it is not checked, since
	 * the request does nothing yet.
	 */
	readonly access?:
		| "bucket"
		| "account"
		| "account for a new bucket"
		| "by the operation"
		| "none";
	/** The error for a bucket that does not exist. */
	readonly withoutBucket?: "NoSuchBucket" | "MalformedXML";
	/** `sent`: by the operation. `announced`: SDKs send the header with it, as a step of an upload. `ignored`: by OSS. */
	readonly callback?: "sent" | "announced" | "ignored";
	/** Whether it changes something although it is no GET, or nothing although it is a POST. */
	readonly changes?: boolean;
	/** Whether the request must say how long its body is. */
	readonly lengthRequired?: boolean;
	/** Whether it removes the bucket, or makes OSS write into another bucket, which its document names. */
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
	/** As the reference prints it. */
	readonly requestLine: string;
	/** null for an operation of the OSS API that the emulator does not have; it answers NotImplemented with the name. */
	readonly run: Operation | null;
	/** The action that policies must allow, `oss:PutObject`. */
	readonly action: string;
	/** Whether it may make the bucket, whose name must then be one that OSS accepts for new buckets. */
	readonly makesBucket: boolean;
	/** How far the emulator implements it; `stored only`: it stores and returns the document, which has no effect. */
	readonly state: "enforced" | "stored only" | "not there";
};

const REQUEST_LINE =
	/^([A-Z]+) +(\/(?:bucket(?:\/object)?)?)(?:\?(\S+))?(?: +([a-z-]+):)?$/;

/**
 * Reads a row written as the API reference writes a request line:
 * `PUT /bucket/object?partNumber&uploadId  x-oss-copy-source:`.
 *
 * @param facts the action alone, if that is the only one
 * @throws TypeError on a line of another form, at start-up, so that a typing error never reaches a request
 */
export function row(
	name: string,
	requestLine: string,
	run: Operation | null = null,
	facts: string | Facts = {},
): Row {
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
		...{ name, method, target, header, run },
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

/** As `row`; the emulator behaves as OSS does. */
export const enforced: (
	name: string,
	requestLine: string,
	run: Operation,
	facts?: string | Facts,
) => Row = row;

/** As `row`; the document is stored and returned, and has no effect. */
export const keptOnly = (...given: Parameters<typeof enforced>): Row => ({
	...row(...given),
	state: "stored only",
});

/** As `row`; OSS has the operation and the emulator does not. */
export const notThere: (name: string, requestLine: string) => Row = row;
