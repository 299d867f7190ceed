/**
 * Compresses text for clients that accept it. The reply then has no ETag, length or ranges, because those of the
 * object do not apply; it keeps the object's digests.
 *
 * Source: docs «How do I compress objects that I download from OSS in the GZIP format?».
 */
import { pipeline } from "node:stream";
import { createGzip } from "node:zlib";
import type { Reply, ReplyHeaders } from "../../oss/reply.ts";
import type { Headers } from "../../oss/request.ts";

const BYTES_MIN = 1024;

const TYPES = new Set([
	"text/cache-manifest",
	"text/xml",
	"text/css",
	"text/html",
	"text/plain",
	"application/javascript",
	"application/x-javascript",
	"application/rss+xml",
	"application/json",
	"text/json",
]);

/**
 * @param reply the reply to a GET or HEAD of a whole object
 * @param requestHeaders the headers of the request
 */
export function compressed(reply: Reply, requestHeaders: Headers): Reply {
	const { headers, body } = reply;
	if (!isCompressible(headers) || !wantsGzip(requestHeaders)) return reply;
	const changed = {
		...headers,
		ETag: undefined,
		"Content-Length": undefined,
		"Accept-Ranges": undefined,
		"Content-Encoding": "gzip",
		Vary: "Accept-Encoding",
	};
	return { ...reply, headers: changed, body: body && gzip(body) };
}

const isCompressible = (headers: ReplyHeaders): boolean =>
	headers["Content-Encoding"] === undefined &&
	Number(headers["Content-Length"]) >= BYTES_MIN &&
	TYPES.has(typeOf(headers["Content-Type"]));

const typeOf = (contentType = ""): string =>
	(contentType.split(";")[0] ?? "").trim().toLowerCase();

/** A range is not compressed: it would refer to the compressed text. */
const wantsGzip = (requestHeaders: Headers): boolean =>
	requestHeaders.range === undefined &&
	(requestHeaders["accept-encoding"] ?? "").split(",").some((coding) => {
		const [name = "", ...parameters] = coding.toLowerCase().split(";");
		const isRefused = parameters.some((parameter) =>
			/^\s*q=0(\.0*)?\s*$/.test(parameter),
		);
		return name.trim() === "gzip" && !isRefused;
	});

function gzip(body: NonNullable<Reply["body"]>): Reply["body"] {
	const stream = createGzip();
	if (Buffer.isBuffer(body)) stream.end(body);
	// The reader receives errors through the stream.
	else pipeline(body, stream, () => {});
	return stream;
}
