/**
 * The reply of an operation. The port adds the headers that every reply has.
 *
 * Pure.
 */
import type { Readable } from "node:stream";

/** Names as OSS spells them. Undefined ones are omitted, also a Content-Length, which is otherwise added. */
export type ReplyHeaders = Readonly<Record<string, string | undefined>>;

export type Reply = {
	readonly status: number;
	readonly headers: ReplyHeaders;
	/** The memory of a stream's chunks is freed when they have been sent. */
	readonly body: Buffer | Readable | null;
};

/** An answer without a body; OSS gives it no Content-Type. */
export function empty(status: number, headers: ReplyHeaders = {}): Reply {
	return { status, headers, body: null };
}

/** @param document as `xml/write.ts` makes it */
export function xml(
	document: string,
	headers: ReplyHeaders = {},
	status = 200,
): Reply {
	return {
		status,
		headers: { ...headers, "Content-Type": "application/xml" },
		body: Buffer.from(document),
	};
}
