/**
 * The reply of an operation. The server adds the common headers.
 *
 * Pure.
 */
import type { Readable } from "node:stream";

/** Header names in OSS's spelling. Undefined headers are omitted, even Content-Length, which is otherwise added. */
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

/** @param document the XML, from `xml/write.ts` */
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
