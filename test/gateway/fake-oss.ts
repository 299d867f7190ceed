/** Servers in the place of OSS that answer as it would never in a test: not at all, too late, broken off. */
import { createServer, type RequestListener } from "node:http";
import {
	type AddressInfo,
	createServer as createTcp,
	type Socket,
} from "node:net";
import type { TestContext } from "node:test";

/** @returns its URL */
export async function startFake(
	t: Pick<TestContext, "after">,
	listener: RequestListener,
): Promise<string> {
	const server = createServer(listener);
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	t.after(() => {
		server.closeAllConnections();
		server.close();
	});
	return urlOf(server.address());
}

/** @param handle receives each connection, and reads from it itself */
export async function startRaw(
	t: Pick<TestContext, "after">,
	handle: (socket: Socket) => void,
): Promise<string> {
	const open = new Set<Socket>();
	const server = createTcp((socket) => {
		open.add(socket);
		socket.on("error", () => {}); // the gateway may hang up
		handle(socket);
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	t.after(() => {
		for (const socket of open) socket.destroy();
		server.close();
	});
	return urlOf(server.address());
}

const urlOf = (address: string | AddressInfo | null): string => {
	if (address === null || typeof address === "string")
		throw new TypeError("a server of TCP has a port");
	return `http://127.0.0.1:${address.port}`;
};
