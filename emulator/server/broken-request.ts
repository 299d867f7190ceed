/** Input that is not HTTP, or that ends in the middle of a request, still gets OSS's error. */
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { OssError } from "../oss/errors.ts";
import { http } from "../oss/node-http.ts";
import { httpTime } from "../oss/times.ts";
import { errorReply } from "./error-reply.ts";
import { makeRequestId } from "./request-id.ts";
import { isStreaming } from "./write-reply.ts";

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\u0000-\u0008\u000a-\u001f\u007f]/;

/** @returns false for requests that only a lenient parser accepts, and for everything after them on their socket */
export const isHttp = ({
	httpVersion,
	headers,
	rawHeaders,
	socket,
}: IncomingMessage): boolean =>
	!answered.has(socket) &&
	/^1\.[01]$/.test(httpVersion) &&
	/^chunked$/i.test(headers["transfer-encoding"] ?? "chunked") &&
	!rawHeaders.some((text) => CONTROL.test(text)) &&
	!hasTwoHosts(rawHeaders);

/** RFC 9112, 3.2: they would be two targets. */
function hasTwoHosts(rawHeaders: readonly string[]): boolean {
	let hosts = 0;
	for (let i = 0; i < rawHeaders.length; i += 2)
		if (rawHeaders[i]?.length === 4 && /^host$/i.test(rawHeaders[i] ?? ""))
			hosts += 1;
	return hosts > 1;
}

/** A request that was refused before it could be parsed. */
export type BrokenRequest = {
	readonly id: string;
	readonly receivedAt: Date;
	readonly error: OssError;
	readonly socket: Duplex;
};

/**
 * Node's parser gives up with `error`; only the socket is left to answer on.
 *
 * @param report for the log and the record
 */
export function answerBroken(
	error: Error & { readonly code?: string; readonly rawPacket?: Buffer },
	socket: Duplex,
	report: (broken: BrokenRequest) => void,
): void {
	if (answered.has(socket)) return;
	if (!socket.writable || error.code === "ECONNRESET" || isStreaming(socket)) {
		socket.destroy();
		return;
	}
	answered.add(socket);
	const now = new Date();
	const id = makeRequestId(now);
	const refusal = toOssError(error);
	if (error.rawPacket?.[0] === TLS_HANDSHAKE) refusal.diagnosis = TLS_TO_HTTP;
	report({ id, receivedAt: now, error: refusal, socket });
	const { status, headers, body } = errorReply("cn-hangzhou", refusal, {
		...{ id, host: "", method: "GET" },
	});
	const lines = Object.entries({
		Server: "AliyunOSS",
		Date: httpTime(now),
		...headers,
		"Content-Length": Buffer.isBuffer(body) ? body.length : 0,
		"x-oss-request-id": id,
		Connection: "close",
	}).flatMap(([name, value]) =>
		value === undefined ? [] : [`${name}: ${value}\r\n`],
	);
	socket.write(
		`HTTP/1.1 ${status} ${http.STATUS_CODES[status]}\r\n${lines.join("")}\r\n`,
	);
	socket.end(Buffer.isBuffer(body) ? body : undefined);
	linger(socket);
}

/** The first byte of a TLS client's first record: RFC 8446, 5.1. */
const TLS_HANDSHAKE = 0x16;
const TLS_TO_HTTP =
	"the client spoke TLS (https) to a port of plain http: let its endpoint begin with http://, or start the emulator with --tls-port and use that port";

/** Reads and drops what these clients still send, or the answer would be lost with the connection. */
const answered = new WeakSet<Duplex>();

const LINGER_MS = 5000;

function linger(socket: Duplex): void {
	const cut = setTimeout(() => socket.destroy(), LINGER_MS);
	socket.once("close", () => clearTimeout(cut));
}

function toOssError({ code }: { readonly code?: string }): OssError {
	// The client closed its side before it had sent what Content-Length promised.
	if (code === "HPE_INVALID_EOF_STATE") return new OssError("IncompleteBody");
	if (code === "ERR_HTTP_REQUEST_TIMEOUT")
		return new OssError("RequestTimeout");
	// no page has OSS's message for headers that are too large.
	if (code === "HPE_HEADER_OVERFLOW") {
		return new OssError("InvalidRequest", {
			message: "The request headers are too large.",
		});
	}
	return new OssError("BadRequest");
}
