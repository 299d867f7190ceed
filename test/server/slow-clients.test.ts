import assert from "node:assert/strict";
import { once } from "node:events";
import type { RequestListener, Server } from "node:http";
import { suite, type TestContext, test } from "node:test";
import { answerBroken } from "../../emulator/server/broken-request.ts";
import { closeServer, listen } from "../../emulator/server/listen.ts";
import { openSocket } from "../client.ts";

const PATIENCE = {
	...{ headMs: 100, bodyMs: 100, bodyBytesMin: 1000 },
	connectionsMax: 100,
};

async function serve(
	t: TestContext,
	handler: RequestListener,
	patience: Partial<typeof PATIENCE> = {},
): Promise<{ readonly endpoint: string; readonly server: Server }> {
	const { port, servers } = await listen({
		handler,
		onBroken: (error, socket) => answerBroken(error, socket, () => {}),
		...{ hosts: ["127.0.0.1"], port: 0, flag: "--port" },
		patience: { ...PATIENCE, ...patience },
	});
	const [server] = servers;
	assert.ok(server);
	t.after(() => closeServer(server, 0));
	return { endpoint: `http://127.0.0.1:${port}`, server };
}

/** Sends `head`, and one more byte every few milliseconds until the connection ends. */
async function drip(endpoint: string, head: string): Promise<string> {
	const socket = await openSocket(endpoint);
	socket.write(head);
	const drops = setInterval(() => socket.write("x"), 5);
	let raw = "";
	try {
		for await (const chunk of socket) raw += chunk;
	} finally {
		clearInterval(drops);
	}
	return raw;
}

const TIMEOUT =
	/^HTTP\/1\.1 400 Bad Request\r\n.*<Code>RequestTimeout<\/Code>/s;

suite("A client that sends a byte now and then is refused with RequestTimeout", () => {
	test("in the headers", async (t) => {
		const { endpoint } = await serve(t, () => assert.fail());
		const raw = await drip(endpoint, "PUT /a HTTP/1.1\r\nHost: a\r\nx: ");
		assert.match(raw, TIMEOUT);
	});

	test("in a body, whose reader learns that it does not come (A-380)", async (t) => {
		const { promise, resolve } = Promise.withResolvers<string>();
		const { endpoint } = await serve(t, (incoming) => {
			incoming.resume();
			incoming.on("error", ({ message }) => resolve(message));
		});
		const head = "PUT /a HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n";
		assert.match(await drip(endpoint, head), TIMEOUT);
		assert.equal(await promise, "aborted");
	});

	test("but not when the body is read slowly here", async (t) => {
		const { endpoint } = await serve(t, (incoming, outgoing) => {
			setTimeout(() => {
				incoming.resume();
				incoming.once("end", () => outgoing.end("read"));
			}, 350);
		});
		const socket = await openSocket(endpoint);
		socket.write(
			"PUT /a HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nfirst",
		);
		const rest = setTimeout(() => socket.write("rest"), 360);
		const [answer] = await once(socket, "data");
		clearTimeout(rest);
		socket.destroy();
		assert.match(String(answer), /^HTTP\/1\.1 200 OK/);
	});
});

test("Connections over the limit are closed, and those within it are served", async (t) => {
	const { endpoint, server } = await serve(
		t,
		(_, outgoing) => outgoing.end("served"),
		{ connectionsMax: 1 },
	);
	const first = await openSocket(endpoint);
	const dropped = once(server, "drop");
	const second = await openSocket(endpoint);
	second.on("error", () => {}); // a reset is as good
	await Promise.all([dropped, once(second.resume(), "close")]);

	first.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
	const [answer] = await once(first, "data");
	first.destroy();
	assert.match(String(answer), /^HTTP\/1\.1 200 OK/);
});
