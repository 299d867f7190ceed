/**
 * A Node.js server for HTTP with the behaviour of OSS: which requests it accepts, and the limits for slow clients. An
 * error of a connection is sent after the response to the previous request on it.
 *
 * Source: docs «HTTP 400 status code», RequestTimeout. OSS's limits for slow clients are not documented.
 */
import type {
	IncomingMessage,
	RequestListener,
	Server,
	ServerResponse,
} from "node:http";
import type { Server as TlsServer } from "node:https";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { TlsOptions } from "node:tls";
import { codeOf } from "../oss/code-of.ts";
import { http, loadHttps } from "../oss/node-http.ts";
import { refusedSockets } from "./broken-request.ts";
import type { Certificates } from "./certificates.ts";
import { acceptLengthNextToChunks } from "./lenient-parser.ts";

export type ServerOptions = {
	readonly handler: RequestListener;
	readonly onBroken: (error: Error, socket: Duplex) => void;
	/** Certificates for https; undefined for plain HTTP. Clients wait if they are made after the port was bound. */
	readonly certificates?: Promise<Certificates>;
	readonly clientLimits?: ClientLimits;
};

/** Limits for slow clients and for the number of clients. */
export type ClientLimits = {
	/** The maximum time from the first byte of a request to the end of its headers. */
	readonly headMs: number;
	/** In each interval of this length … */
	readonly bodyMs: number;
	/** … at least this much of a body must arrive. */
	readonly bodyBytesMin: number;
	/** A client that is silent for this long during a request or while it reads a response is disconnected. */
	readonly silenceMs: number;
	/** The maximum number of connections to each address and port; further connections are closed immediately. */
	readonly connectionsMax: number;
};

const CLIENT_LIMITS: ClientLimits = {
	headMs: 60_000,
	bodyMs: 60_000,
	bodyBytesMin: 1024,
	silenceMs: 60_000,
	connectionsMax: 10_000,
};

/** The maximum size of headers: a callback and its variables can take 10 KB, user metadata another 8 KB. */
const HEADER_BYTES_MAX = 64 * 1024;

export function makeServer({
	handler,
	onBroken,
	certificates,
	clientLimits = CLIENT_LIMITS,
}: ServerOptions): Server {
	const { headMs, silenceMs, connectionsMax } = clientLimits;
	const options = {
		maxHeaderSize: HEADER_BYTES_MAX,
		requestTimeout: 0,
		headersTimeout: headMs,
		connectionsCheckingInterval: headMs / 2,
		requireHostHeader: false, // Node's own answer would not be OSS's; without a Host the path names the bucket
		keepAliveTimeout: 72_000,
		insecureHTTPParser: true, // see acceptLengthNextToChunks. isHttp refuses the other malformed requests.
	};
	const exchanges = new Exchanges();
	const receive: RequestListener = (incoming, outgoing) => {
		if (isHttp(incoming)) {
			// RFC 9112, 6.1: a proxy may have interpreted such a request differently.
			if (isFramedTwice(incoming)) outgoing.shouldKeepAlive = false;
			exchanges.begin(incoming, outgoing, handler);
		} else {
			incoming.resume();
			const { socket } = incoming;
			exchanges.afterAnswer(socket, () =>
				onBroken(new Error("not HTTP"), socket),
			);
		}
	};
	const server = certificates
		? loadHttps().createServer(
				{ ...options, ...certified(certificates) },
				receive,
			)
		: http.createServer(options, receive);
	server.setTimeout(silenceMs, (socket) => {
		// The timer of a socket runs once; a new timer detects a client that does not read the answer.
		if (exchanges.isAwaited(socket)) socket.setTimeout(silenceMs);
		else socket.destroy();
	});
	server.maxConnections = connectionsMax;
	acceptLengthNextToChunks(server, connectionEvent(server));
	// Node.js would respond to an unknown expectation with a 417 that is not OSS's; it is ignored, as nginx does.
	server.on("checkExpectation", receive);
	connections.set(server, track(server));
	cutSlowClients(server, exchanges, clientLimits, onBroken);
	return server.on("clientError", (error, socket) => {
		if (codeOf(error) === "ECONNRESET") onBroken(error, socket);
		else exchanges.afterAnswer(socket, () => onBroken(error, socket));
	});
}

const isFramedTwice = ({ headers }: IncomingMessage): boolean =>
	headers["transfer-encoding"] !== undefined &&
	headers["content-length"] !== undefined;

function cutSlowClients(
	server: Server,
	exchanges: Exchanges,
	{ bodyMs, bodyBytesMin }: ClientLimits,
	onBroken: ServerOptions["onBroken"],
): void {
	const code = "ERR_HTTP_REQUEST_TIMEOUT";
	const check = setInterval(() => {
		exchanges.cutSlow(bodyBytesMin, (socket) =>
			onBroken(Object.assign(new Error("slow body"), { code }), socket),
		);
	}, bodyMs);
	check.unref();
	server.once("close", () => clearInterval(check));
}

/** @returns false for requests that only a lenient parser accepts, and for all later requests on their socket */
const isHttp = ({
	httpVersion,
	headers,
	rawHeaders,
	socket,
}: IncomingMessage): boolean =>
	!refusedSockets.has(socket) &&
	/^1\.[01]$/.test(httpVersion) &&
	/^chunked$/i.test(headers["transfer-encoding"] ?? "chunked") &&
	!rawHeaders.some((text) => CONTROL.test(text)) &&
	!hasTwoHosts(rawHeaders);

/** RFC 9112, 3.2: two Host headers would be two targets. */
function hasTwoHosts(rawHeaders: readonly string[]): boolean {
	let hosts = 0;
	for (let i = 0; i < rawHeaders.length; i += 2)
		if (rawHeaders[i]?.length === 4 && /^host$/i.test(rawHeaders[i] ?? ""))
			hosts += 1;
	return hosts > 1;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: the pattern looks for them
const CONTROL = /[\u0000-\u0008\u000a-\u001f\u007f]/;

type Exchange = {
	readonly incoming: IncomingMessage;
	readonly outgoing: ServerResponse;
	/** The number of bytes that its connection had received at the previous check. */
	bytes: number | undefined;
	/** Whether a callback is waiting for the end of the response. */
	isLast: boolean;
	/** The number of requests of its connection, this one included, that wait for earlier responses. */
	waiting: number;
};

const NEW = { bytes: undefined, isLast: false, waiting: 0 };

/** A connection on which more requests wait is not read further. */
const WAITING_MAX = 16;

const pause = (socket: Socket): Socket => socket.pause();

/** The latest request on each connection. */
class Exchanges {
	readonly #latest = new Map<Duplex, Exchange>();

	/**
	 * Handles the requests of a connection one after the other, as servers of HTTP do: a client that sends many at once
	 * would delay all others.
	 */
	begin(
		incoming: IncomingMessage,
		outgoing: ServerResponse,
		handler: RequestListener,
	): void {
		const { socket } = incoming;
		const previous = this.#latest.get(socket);
		if (!previous) socket.once("close", () => this.#latest.delete(socket));
		const exchange = { incoming, outgoing, ...NEW };
		this.#latest.set(socket, exchange);
		if (!previous || previous.outgoing.writableFinished) {
			handler(incoming, outgoing);
			return;
		}
		exchange.waiting = previous.waiting + 1;
		// Node.js resumes a connection at the end of each request.
		if (exchange.waiting >= WAITING_MAX) process.nextTick(pause, socket);
		previous.outgoing.once("finish", () => {
			const latest = this.#latest.get(socket);
			if (!latest || !socket.writable) return; // the connection is closed after the previous response
			latest.waiting--;
			if (latest.waiting < WAITING_MAX) socket.resume();
			handler(incoming, outgoing);
		});
	}

	/** Calls `then` after the response to a complete request; immediately if there is no such request. */
	afterAnswer(socket: Duplex, then: () => void): void {
		const latest = this.#latest.get(socket);
		if (!latest?.incoming.complete || latest.outgoing.writableFinished) {
			then();
			return;
		}
		if (latest.isLast) return;
		latest.isLast = true;
		latest.outgoing.once("finish", then);
	}

	/** Whether the client is silent because it waits for the emulator: for an answer, or for more of one. */
	isAwaited(socket: Socket): boolean {
		const latest = this.#latest.get(socket);
		if (!latest || latest.outgoing.writableFinished) return false;
		const { incoming } = latest;
		const isSent = incoming.complete || incoming.readableLength > 0;
		return isSent && socket.writableLength === 0;
	}

	/**
	 * Must be called at regular intervals. Data that the emulator has not read yet is not the client's delay.
	 *
	 * @param bytesMin the number of bytes of a body that must arrive between two calls
	 */
	cutSlow(bytesMin: number, refuse: (socket: Duplex) => void): void {
		for (const [socket, exchange] of this.#latest) {
			const { incoming, outgoing, bytes } = exchange;
			if (incoming.complete || incoming.readableLength > 0) continue;
			exchange.bytes = incoming.socket.bytesRead;
			if (bytes === undefined || exchange.bytes - bytes >= bytesMin) continue;
			// A response has begun, or is complete although its request is still arriving.
			if (outgoing.headersSent) socket.destroy();
			else {
				// Readers of the body must receive an error because the rest does not arrive.
				socket.once("finish", () => socket.destroy());
				refuse(socket);
			}
		}
	}
}

export const isTls = (server: Server): server is TlsServer =>
	"setSecureContext" in server;

/** The event of a server for a connection that is ready for HTTP. */
const connectionEvent = (server: Server): string =>
	isTls(server) ? "secureConnection" : "connection";

const connections = new WeakMap<Server, ReadonlySet<Socket>>();

function track(server: Server): ReadonlySet<Socket> {
	const open = new Set<Socket>();
	server.on(connectionEvent(server), (socket: Socket) => {
		open.add(socket);
		socket.once("close", () => open.delete(socket));
	});
	return open;
}

/** A client that sends no name receives the certificate of `secure`. */
const certified = (certificates: Promise<Certificates>): TlsOptions => ({
	ALPNProtocols: ["http/1.1"],
	SNICallback: (name, done) => {
		certificates
			.then((all) => all.contextFor(name))
			.then((context) => done(null, context), done);
	},
});

/** Browsers open connections before they need them, and Node.js does not count those as idle. */
export function closeIdle(server: Server): void {
	server.closeIdleConnections();
	for (const socket of connections.get(server) ?? [])
		if (socket.bytesRead === 0) socket.destroy();
}

export type HeldRequests = {
	readonly handler: RequestListener;
	/** Passes the held requests, and all later ones, to a handler. */
	release(handler: RequestListener): void;
};

/** Holds requests that arrive before the application is ready. */
export function holdRequests(): HeldRequests {
	let released: RequestListener | undefined;
	const waiting: Parameters<RequestListener>[] = [];
	return {
		handler: (incoming, outgoing) => {
			if (released) released(incoming, outgoing);
			else waiting.push([incoming, outgoing]);
		},
		release: (handler) => {
			released = handler;
			for (const request of waiting.splice(0)) handler(...request);
		},
	};
}
