/**
 * Reads request bodies, and recognises clients that disconnect in the middle of one.
 *
 * Pure.
 */
import type { Readable } from "node:stream";
import { codeOf } from "./code-of.ts";
import { OssError } from "./errors.ts";
import type { Headers } from "./request.ts";

/** Reads a whole body.
 *
 * @returns undefined when it is larger than `bytesMax`; the rest stays unread then
 * @throws OssError IncompleteBody
 */
export async function readBody(
	body: Readable,
	bytesMax: number,
): Promise<Buffer | undefined> {
	const chunks: Buffer[] = [];
	let size = 0;
	try {
		// The rest of a refused body must not prevent the client from reading the answer.
		for await (const chunk of body.iterator({ destroyOnReturn: false })) {
			size += chunk.length;
			if (size > bytesMax) return undefined;
			chunks.push(chunk);
		}
	} catch (error) {
		rethrowStreamError(error);
	}
	return Buffer.concat(chunks, size);
}

/**
 * @param error a stream's error
 * @throws the error that `streamError` returns
 */
export function rethrowStreamError(error: unknown): never {
	throw streamError(error);
}

/** @returns OssError IncompleteBody when the client disconnected; otherwise `error` itself */
export function streamError(error: unknown): unknown {
	const code = codeOf(error);
	return code === "ECONNRESET" || code === "ERR_STREAM_PREMATURE_CLOSE"
		? new OssError("IncompleteBody")
		: error;
}

/** Whether the framing headers of a request announce a body. */
export const hasBody = (headers: Headers): boolean =>
	headers["transfer-encoding"] !== undefined ||
	Number(headers["content-length"] ?? 0) > 0;
