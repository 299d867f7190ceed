/** Ports: one application on several addresses and ports, closed without interrupting answers under way. */
import type { IncomingMessage, RequestListener, Server } from "node:http";
import type { Server as TlsServer } from "node:https";
import {
	isIPv6,
	type ListenOptions as NetListenOptions,
	type Socket,
} from "node:net";
import type { Duplex } from "node:stream";
import type { TlsOptions } from "node:tls";
import { codeOf } from "../oss/code-of.ts";
import { http, https } from "../oss/node-http.ts";
import { StartError } from "../oss/start-error.ts";
import { isHttp } from "./broken-request.ts";
import type { Certificates } from "./certificates.ts";
import { Exchanges } from "./exchanges.ts";
import { acceptLengthNextToChunks } from "./http-parser.ts";

export type ListenOptions = {
	readonly handler: RequestListener;
	readonly onBroken: (error: Error, socket: Duplex) => void;
	/**
	 * Addresses to listen on, at least one; addresses this machine does not have are left out, unless it has none of
	 * them.
	 */
	readonly hosts: readonly string[];
	/** 0 for any free one, the same on all addresses. */
	readonly port: number;
	/** For https; undefined for plain HTTP. They may be ready after the port is bound: clients wait for them. */
	readonly certificates?: Promise<Certificates>;
	/** For the message when the port is taken: `--port`. */
	readonly flag: string;
	readonly patience?: Patience;
};

/** How slow and how many clients may be. */
export type Patience = {
	/** From the first byte of a request to the end of its headers. */
	readonly headMs: number;
	/** In each such time … */
	readonly bodyMs: number;
	/** … at least this much of a body must arrive. */
	readonly bodyBytesMin: number;
	/** On each address and port; further ones are closed at once. */
	readonly connectionsMax: number;
};

const PATIENCE: Patience = {
	headMs: 60_000,
	bodyMs: 60_000,
	bodyBytesMin: 1024,
	connectionsMax: 10_000,
};

/** A callback and its variables alone may take 10 KB, user metadata 8 KB more. */
const HEADER_BYTES_MAX = 64 * 1024;

/** A client that is silent this long in the middle of a request or an answer is disconnected. */
const SILENCE_MS_MAX = 60_000;

const PORT_TRIES = 20;

/** @throws StartError when the port cannot be bound */
export async function listen(
	options: ListenOptions,
): Promise<{ port: number; servers: Server[] }> {
	for (let attempt = 1; ; attempt++) {
		const servers: Server[] = [];
		try {
			const port = await listenOnAll(options, servers);
			return { port, servers };
		} catch (error) {
			await Promise.all(servers.map((server) => closeServer(server, 0)));
			// The free port of one address may be taken on the next.
			if (options.port === 0 && attempt < PORT_TRIES) continue;
			throw toStartError(error, options);
		}
	}
}

async function listenOnAll(
	options: ListenOptions,
	servers: Server[],
): Promise<number> {
	let port = options.port;
	let missing: unknown;
	// `::` alone accepts IPv4 as well; next to 0.0.0.0 it must not.
	const several = options.hosts.length > 1;
	for (const host of options.hosts) {
		const server = makeServer(options);
		try {
			await listenOn(server, { host, port, ipv6Only: isIPv6(host) && several });
		} catch (error) {
			if (!isMissingAddress(error)) throw error;
			missing = error;
			continue;
		}
		servers.push(server);
		const address = server.address();
		if (address !== null && typeof address !== "string") port = address.port;
	}
	if (servers.length === 0) throw missing;
	return port;
}

function makeServer({
	handler,
	onBroken,
	certificates,
	patience = PATIENCE,
}: ListenOptions): Server {
	const { headMs, connectionsMax } = patience;
	const options = {
		maxHeaderSize: HEADER_BYTES_MAX,
		requestTimeout: 0,
		headersTimeout: headMs,
		connectionsCheckingInterval: headMs / 2,
		requireHostHeader: false, // Node's own answer would not be OSS's; without a Host the path decides
		keepAliveTimeout: 72_000,
		insecureHTTPParser: true, // see http-parser.ts. isHttp refuses what else it lets in.
	};
	const exchanges = new Exchanges();
	const receive: RequestListener = (incoming, outgoing) => {
		if (isHttp(incoming)) {
			exchanges.begin(incoming, outgoing);
			// RFC 9112, 6.1: somebody on the way may have understood such a request differently.
			if (isFramedTwice(incoming)) outgoing.shouldKeepAlive = false;
			handler(incoming, outgoing);
		} else {
			incoming.resume();
			const { socket } = incoming;
			exchanges.afterAnswer(socket, () =>
				onBroken(new Error("not HTTP"), socket),
			);
		}
	};
	const server = certificates
		? https.createServer({ ...options, ...certified(certificates) }, receive)
		: http.createServer(options, receive);
	server.setTimeout(SILENCE_MS_MAX);
	server.maxConnections = connectionsMax;
	acceptLengthNextToChunks(server, connectionEvent(server));
	// Node would answer an unknown expectation with a 417 that is not OSS's; it is ignored, as nginx ignores it.
	server.on("checkExpectation", receive);
	connections.set(server, track(server));
	cutSlowClients(server, exchanges, patience, onBroken);
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
	{ bodyMs, bodyBytesMin }: Patience,
	onBroken: ListenOptions["onBroken"],
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

const isTls = (server: Server): server is TlsServer =>
	"setSecureContext" in server;

/** When there is a connection on which HTTP is spoken. */
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

/** A client that sends no name gets the certificate that `secure` has set. */
const certified = (certificates: Promise<Certificates>): TlsOptions => ({
	ALPNProtocols: ["http/1.1"],
	SNICallback: (name, done) => {
		certificates
			.then((all) => all.contextFor(name))
			.then((context) => done(null, context), done);
	},
});

/** Gives https servers the certificate of the machine's own names. */
export async function secure(
	servers: readonly Server[],
	certificates: Certificates,
): Promise<void> {
	const own = await certificates.forThisMachine();
	for (const server of servers) if (isTls(server)) server.setSecureContext(own);
}

function listenOn(server: Server, where: NetListenOptions): Promise<void> {
	const { promise, resolve, reject } = Promise.withResolvers<void>();
	server.once("error", reject);
	server.listen(where, () => {
		server.off("error", reject);
		resolve();
	});
	return promise;
}

const isMissingAddress = (error: unknown): boolean =>
	["EADDRNOTAVAIL", "EAFNOSUPPORT"].includes(codeOf(error));

function toStartError(
	error: unknown,
	{ port, hosts, flag }: ListenOptions,
): unknown {
	switch (codeOf(error)) {
		case "EADDRINUSE":
			return new StartError(
				`port ${port} is in use: stop what listens there, or choose another with ${flag} (0 for any)`,
			);
		case "EACCES":
			return new StartError(
				`port ${port} needs rights this process has not: choose another with ${flag}`,
			);
		case "EADDRNOTAVAIL":
		case "ENOTFOUND":
			return new StartError(
				`${hosts.join(", ")} is not an address of this machine: choose another with --host`,
			);
		default:
			return error;
	}
}

/** Stops accepting, lets answers under way finish, and interrupts answers that take longer than `graceMs`. */
export async function closeServer(
	server: Server,
	graceMs: number,
): Promise<void> {
	const { promise, resolve } = Promise.withResolvers<void>();
	server.close(() => resolve());
	closeIdle(server);
	// A connection that becomes idle after its answer would keep the server open.
	const sweep = setInterval(() => closeIdle(server), 20);
	const cut = setTimeout(() => server.closeAllConnections(), graceMs);
	await promise;
	clearInterval(sweep);
	clearTimeout(cut);
}

/** Browsers open connections before they need them, and Node does not count those as idle. */
function closeIdle(server: Server): void {
	server.closeIdleConnections();
	for (const socket of connections.get(server) ?? [])
		if (socket.bytesRead === 0) socket.destroy();
}
