import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { suite, type TestContext, test } from "node:test";
import { endOfTurn, writeReply } from "../../emulator/server/write-reply.ts";

const PIECE = 100_000;
const PIECES = 50;

suite("A body that is a stream", () => {
	test("arrives completely, and is read piece by piece", async (t) => {
		const pieces = Array.from({ length: PIECES }, (_, i) =>
			Buffer.alloc(PIECE, `${i} `),
		);
		const whole = Buffer.concat(pieces);
		const { port, written } = await serve(t, Readable.from(pieces));

		const response = await fetch(`http://127.0.0.1:${port}`);
		const received = Buffer.from(await response.arrayBuffer());

		assert.ok(received.equals(whole));
		await written;
		assert.deepEqual(
			pieces.filter(({ length }) => length > 0),
			[],
		);
	});

	test("is closed when the client disconnects", async (t) => {
		const body = endless();
		const { port, written } = await serve(t, body);
		const closed = new Promise((resolve) => body.once("close", resolve));

		const socket = connect(port, "127.0.0.1");
		socket.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
		await once(socket, "data");
		socket.destroy();

		await closed;
		await written;
	});

	test("closes the connection if it fails", async (t) => {
		const body = Readable.from(failing());
		const { port, written } = await serve(t, body);

		const socket = connect(port, "127.0.0.1");
		socket.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
		const received = await buffer(socket);

		assert.match(received.toString(), /some\r\n$/); // no last chunk
		await written;
	});
});

test("An iteration of the event loop ends when all requests that arrived in it have been processed", async () => {
	const seen: string[] = [];
	const first = endOfTurn().then(() => seen.push("answered"));
	queueMicrotask(() => seen.push("looked at"));
	const second = endOfTurn().then(() => seen.push("answered"));

	await Promise.all([first, second]);
	assert.deepEqual(seen, ["looked at", "answered", "answered"]);

	const next = endOfTurn();
	queueMicrotask(() => seen.push("looked at"));
	await next;
	assert.equal(seen.at(-1), "looked at");
});

/** Starts a server that answers one request with `body`; `written` settles when the response has been written. */
async function serve(
	t: TestContext,
	body: Readable,
): Promise<{ readonly port: number; readonly written: Promise<void> }> {
	const { promise: written, resolve } = Promise.withResolvers<void>();
	const server = createServer((_, outgoing) => {
		const reply = { status: 200, headers: {}, body };
		const answering = { id: "1", method: "GET", now: new Date(), tookMs: 0 };
		resolve(writeReply(outgoing, reply, answering));
	});
	server.listen(0, "127.0.0.1");
	t.after(() => {
		server.closeAllConnections();
		server.close();
	});
	await once(server, "listening");
	const { port } = server.address() as AddressInfo;
	return { port, written };
}

const endless = (): Readable =>
	new Readable({
		read() {
			this.push(Buffer.alloc(PIECE));
		},
	});

async function* failing(): AsyncGenerator<Buffer> {
	yield Buffer.from("some");
	throw new Error("the disk");
}
