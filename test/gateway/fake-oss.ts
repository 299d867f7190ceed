/**
 * Servers in place of OSS with faults that OSS never has in a test: no response, late responses, incomplete responses.
 */
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

/** @param handle called for each connection; it must read the request */
export async function startRaw(
	t: Pick<TestContext, "after">,
	handle: (socket: Socket) => void,
): Promise<string> {
	const open = new Set<Socket>();
	const server = createTcp((socket) => {
		open.add(socket);
		socket.on("error", () => {}); // the gateway may close the connection
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
		throw new TypeError("a TCP server has a port");
	return `http://127.0.0.1:${address.port}`;
};
