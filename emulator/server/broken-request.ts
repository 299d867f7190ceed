/** Answers input that is not HTTP, or that ends in the middle of a request, with OSS's error. */

import { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { OssError } from "../oss/errors.ts";
import type { Log } from "../oss/log.ts";
import { http } from "../oss/node-http.ts";
import { httpTime } from "../oss/times.ts";
import type { RequestLog } from "../records/request-log.ts";
import { makeRequestId } from "./arrival.ts";
import { errorReply } from "./error-reply.ts";
import { isStreaming } from "./write-reply.ts";

/** A request that was refused before it could be parsed. */
export type BrokenRequest = {
	readonly id: string;
	readonly receivedAt: Date;
	readonly error: OssError;
	readonly socket: Duplex;
};

/**
 * Node's parser fails with `error`; the response must be written to the socket.
 *
 * @param report receives the refusal for the log and the record
 */
export function answerBroken(
	error: Error & { readonly code?: string; readonly rawPacket?: Buffer },
	socket: Duplex,
	report: (broken: BrokenRequest) => void,
): void {
	if (refusedSockets.has(socket)) return;
	if (!socket.writable || error.code === "ECONNRESET" || isStreaming(socket)) {
		socket.destroy();
		return;
	}
	refusedSockets.add(socket);
	const now = new Date();
	const id = makeRequestId(now);
	const refusal = toOssError(error);
	if (error.rawPacket?.[0] === TLS_HANDSHAKE) refusal.diagnosis = TLS_TO_HTTP;
	report({ id, receivedAt: now, error: refusal, socket });
	const { status, headers, body } = errorReply("cn-hangzhou", refusal, {
		id,
		host: "",
		method: "GET",
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
	"the client spoke TLS (https) to a port of plain http: use an endpoint that begins with http://, or start the emulator with --tls-port and use that port";

/** No further request is accepted on these sockets: further bytes of their clients are read and discarded. */
export const refusedSockets = new WeakSet<Duplex>();

const LINGER_MS = 5000;

/** Closing the connection would lose the response. */
function linger(socket: Duplex): void {
	const cut = setTimeout(() => socket.destroy(), LINGER_MS);
	socket.once("close", () => clearTimeout(cut));
}

function toOssError({ code }: { readonly code?: string }): OssError {
	// The client closed its side before it had sent as many bytes as Content-Length promised.
	if (code === "HPE_INVALID_EOF_STATE") return new OssError("IncompleteBody");
	if (code === "ERR_HTTP_REQUEST_TIMEOUT")
		return new OssError("RequestTimeout");
	// OSS's message for headers that are too large is not documented.
	if (code === "HPE_HEADER_OVERFLOW") {
		return new OssError("InvalidRequest", {
			message: "The request headers are too large.",
		});
	}
	return new OssError("BadRequest");
}

/** The record of a request without a request line: it was refused before the line could be parsed. */
export function recordBroken(
	{ id, receivedAt, error, socket }: BrokenRequest,
	requests: RequestLog,
	log: Log,
): void {
	const remote = socket instanceof Socket ? socket.remoteAddress : undefined;
	const entry = requests.begin({
		id,
		receivedAt,
		method: "",
		host: "",
		rawPath: "",
		rawQuery: "",
		headers: {},
		clientIp: (remote ?? "").replace(/^::ffff:/, ""),
	});
	entry.setError(error);
	entry.end({ status: error.status, headers: { "x-oss-ec": error.ec } });
	if (error.diagnosis !== "") log.warn(`${id}: ${error.diagnosis}`);
}
