/** Application servers for tests, on real sockets: correct and faulty ones. */
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import {
	type AddressInfo,
	createServer as createTcpServer,
	type Server,
	type Socket,
} from "node:net";
import type { TestContext } from "node:test";

export type Received = {
	readonly target: string;
	/** The received headers, unchanged: name, value, name, value … */
	readonly rawHeaders: readonly string[];
	readonly headers: IncomingMessage["headers"];
	readonly body: Buffer;
};

export type ApplicationServer = {
	readonly url: string;
	readonly port: number;
	readonly received: readonly Received[];
};

/** Starts a server that gives every request the same answer. */
export async function startApplicationServer(
	t: TestContext,
	{ status = 200, body = '{"Status":"OK"}', headers = {} } = {},
): Promise<ApplicationServer> {
	const received: Received[] = [];
	const server = createServer(async (incoming, outgoing) => {
		const chunks = await incoming.toArray();
		const { url: target = "", rawHeaders, headers: theirs } = incoming;
		received.push({
			target,
			rawHeaders,
			headers: theirs,
			body: Buffer.concat(chunks),
		});
		const length = Buffer.byteLength(body);
		outgoing.writeHead(status, { "Content-Length": length, ...headers });
		outgoing.end(body);
	});
	const port = await listen(t, server);
	t.after(() => server.closeAllConnections());
	return { url: `http://127.0.0.1:${port}`, port, received };
}

/** Starts a server that calls `serve` for each connection. */
export async function startTcpServer(
	t: TestContext,
	serve: (socket: Socket) => void,
): Promise<{ url: string; port: number }> {
	const sockets = new Set<Socket>();
	const server = createTcpServer((socket) => {
		sockets.add(socket.on("error", () => {}));
		serve(socket);
	});
	const port = await listen(t, server);
	t.after(() => {
		for (const socket of sockets) socket.destroy();
	});
	return { url: `http://127.0.0.1:${port}`, port };
}

/** A port without a server, which was free a moment ago. */
export async function findDeafPort(): Promise<number> {
	const server = createTcpServer().listen(0, "127.0.0.1");
	await once(server, "listening");
	const port = portOf(server);
	server.close();
	await once(server, "close");
	return port;
}

export async function listen(t: TestContext, server: Server): Promise<number> {
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	t.after(() => {
		server.close();
	});
	return portOf(server);
}

const portOf = (server: Server): number =>
	(server.address() as AddressInfo).port;
