import assert from "node:assert/strict";
import { once } from "node:events";
import type { RequestListener, Server } from "node:http";
import { suite, type TestContext, test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { answerBroken } from "../../emulator/server/broken-request.ts";
import { closeServer, listen } from "../../emulator/server/listen.ts";
import { openSocket } from "../client.ts";
import { startWithBucket } from "../emulator.ts";

const CLIENT_LIMITS = {
	...{ headMs: 100, bodyMs: 100, bodyBytesMin: 1000 },
	silenceMs: 60_000,
	connectionsMax: 100,
};

async function serve(
	t: TestContext,
	handler: RequestListener,
	clientLimits: Partial<typeof CLIENT_LIMITS> = {},
): Promise<{ readonly endpoint: string; readonly server: Server }> {
	const { port, servers } = await listen({
		handler,
		onBroken: (error, socket) => answerBroken(error, socket, () => {}),
		...{ hosts: ["127.0.0.1"], port: 0, flag: "--port" },
		clientLimits: { ...CLIENT_LIMITS, ...clientLimits },
	});
	const [server] = servers;
	assert.ok(server);
	t.after(() => closeServer(server, 0));
	return { endpoint: `http://127.0.0.1:${port}`, server };
}

/** Sends `head`, and then one byte every few milliseconds until the connection is closed. */
async function drip(endpoint: string, head: string): Promise<string> {
	const socket = await openSocket(endpoint);
	socket.write(head);
	const drops = setInterval(() => socket.write("x"), 5);
	let raw = "";
	socket.on("data", (chunk) => {
		raw += chunk;
	});
	socket.on("error", () => {}); // a byte was sent after the connection was closed
	const { promise, resolve } = Promise.withResolvers<void>();
	socket.once("close", () => resolve());
	await promise;
	clearInterval(drops);
	return raw;
}

const TIMEOUT =
	/^HTTP\/1\.1 400 Bad Request\r\n.*<Code>RequestTimeout<\/Code>/s;

suite("A client that sends single bytes slowly is refused with RequestTimeout", () => {
	test("in the headers", async (t) => {
		const { endpoint } = await serve(t, () => assert.fail());
		const raw = await drip(endpoint, "PUT /a HTTP/1.1\r\nHost: a\r\nx: ");
		assert.match(raw, TIMEOUT);
	});

	test("in a body; the reader of the body receives the error (A-380)", async (t) => {
		const { promise, resolve } = Promise.withResolvers<string>();
		const { endpoint } = await serve(t, (incoming) => {
			incoming.resume();
			incoming.on("error", ({ message }) => resolve(message));
		});
		const head = "PUT /a HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n";
		assert.match(await drip(endpoint, head), TIMEOUT);
		assert.equal(await promise, "aborted");
	});

	test("in the headers of the next request on a connection, after the response to the first request", async (t) => {
		const { endpoint } = await serve(t, (_, outgoing) => outgoing.end("one"));
		const first = "GET /a HTTP/1.1\r\nHost: a\r\n\r\n";
		const raw = await drip(endpoint, `${first}PUT /b HTTP/1.1\r\nx: `);
		assert.match(raw, /^HTTP\/1\.1 200 OK/);
		assert.match(raw.slice(raw.indexOf("one") + 3), TIMEOUT);
	});

	test("in a body in chunks", async (t) => {
		const { endpoint } = await serve(t, (incoming) => {
			incoming.resume().on("error", () => {});
		});
		const head =
			"PUT /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n186a0\r\n";
		assert.match(await drip(endpoint, head), TIMEOUT);
	});

	test("in a form, of which nothing is stored", async (t) => {
		t.mock.timers.enable({ apis: ["setInterval"] });
		const { oss, endpoint } = await startWithBucket(t, "public-read-write");
		const socket = await openSocket(endpoint);
		let raw = "";
		socket.on("data", (chunk) => {
			raw += chunk;
		});
		const part =
			'Content-Disposition: form-data; name="key"\r\n\r\nslow\r\n--b\r\n';
		const file = 'Content-Disposition: form-data; name="file"\r\n\r\nmeow';
		socket.write(
			`POST /photos HTTP/1.1\r\nHost: a\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 9999\r\n\r\n--b\r\n${part}${file}`,
		);
		while (raw === "") {
			await turn();
			t.mock.timers.tick(60_000);
		}
		socket.destroy();
		assert.match(raw, TIMEOUT);
		assert.equal((await oss.head("/photos/slow")).status, 404);
	});

	test("but has any time for a body that arrives at the minimum rate", async (t) => {
		t.mock.timers.enable({ apis: ["setInterval"] });
		let read = 0;
		const { endpoint } = await serve(t, (incoming, outgoing) => {
			incoming.on("data", ({ length }) => {
				read += length;
			});
			incoming.once("end", () => outgoing.end("read"));
		});
		const socket = await openSocket(endpoint);
		const head = "PUT /a HTTP/1.1\r\nHost: a\r\nContent-Length: 50000\r\n\r\n";
		socket.write(head);
		for (let sent = 1000; sent <= 50_000; sent += 1000) {
			socket.write("x".repeat(1000));
			while (read < sent) await turn();
			t.mock.timers.tick(CLIENT_LIMITS.bodyMs);
		}
		const [answer] = await once(socket, "data");
		socket.destroy();
		assert.match(String(answer), /^HTTP\/1\.1 200 OK/);
	});

	test("unless it is the emulator that reads the body slowly", async (t) => {
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

suite("A silent client", () => {
	test("keeps its connection while its request is processed", async (t) => {
		const { endpoint, server } = await serve(
			t,
			(_, outgoing) => {
				let silences = 0;
				server.on("timeout", () => {
					silences += 1;
					if (silences === 3) outgoing.end("served");
				});
			},
			{ silenceMs: 30 },
		);
		const socket = await openSocket(endpoint);
		socket.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
		const [answer] = await once(socket, "data");
		socket.destroy();
		assert.match(String(answer), /^HTTP\/1\.1 200 OK.*served$/s);
	});

	test("is disconnected if its body is slow after the response has begun", async (t) => {
		const { endpoint } = await serve(t, (incoming, outgoing) => {
			incoming.resume().on("error", () => {});
			outgoing.write("begun");
		});
		const head = "PUT /a HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n";
		const raw = await drip(endpoint, head);
		assert.match(raw, /^HTTP\/1\.1 200 OK.*begun/s);
		assert.doesNotMatch(raw, /RequestTimeout/);
	});

	test("is disconnected if it stops in the middle of its body, or does not read the response", async (t) => {
		const { endpoint, server } = await serve(
			t,
			(incoming, outgoing) => {
				incoming.resume().on("error", () => {});
				if (incoming.method === "GET")
					outgoing.end(Buffer.alloc(64 * 1024 ** 2));
			},
			{ bodyMs: 60_000, silenceMs: 30 },
		);
		for (const request of [
			"PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nfirst",
			"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
		]) {
			const connected = once(server, "connection");
			const client = await openSocket(endpoint);
			client.pause().on("error", () => {}); // the connection may be reset
			const [socket] = await connected;
			const cut = once(socket, "close");
			client.write(request);
			await cut;
			client.destroy();
		}
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
	second.on("error", () => {}); // the connection may be reset
	await Promise.all([dropped, once(second.resume(), "close")]);

	first.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
	const [answer] = await once(first, "data");
	first.destroy();
	assert.match(String(answer), /^HTTP\/1\.1 200 OK/);
});
