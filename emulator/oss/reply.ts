/**
 * What an operation answers. The port adds the headers every answer has.
 *
 * Pure.
 */
import type { Readable } from "node:stream";

/** Names as OSS spells them; an undefined one is left out, a Content-Length too, which is added otherwise. */
export type ReplyHeaders = Readonly<Record<string, string | undefined>>;

export type Reply = {
	readonly status: number;
	readonly headers: ReplyHeaders;
	/** The bytes of a stream are given away: they are gone once they are sent. */
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
