import assert from "node:assert/strict";
import type { RequestListener, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { text } from "node:stream/consumers";
import { suite, type TestContext, test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { answerBroken } from "../../emulator/server/broken-request.ts";
import { closeServer, listen } from "../../emulator/server/listen.ts";
import { openSocket } from "../client.ts";
import { startDirectly } from "../emulator.ts";

async function serve(
	t: TestContext,
	handler: RequestListener,
): Promise<{ readonly socket: Socket; readonly server: Server }> {
	const { port, servers } = await listen({
		handler,
		onBroken: (error, socket) => answerBroken(error, socket, () => {}),
		...{ hosts: ["127.0.0.1"], port: 0, flag: "--port" },
	});
	const [server] = servers;
	assert.ok(server);
	t.after(() => closeServer(server, 0));
	return { socket: await openSocket(`http://127.0.0.1:${port}`), server };
}

const get = (path: string, more = ""): string =>
	`GET ${path} HTTP/1.1\r\nHost: a\r\n${more}\r\n`;

const LAST = "Connection: close\r\n";

suite("Requests that are sent together on one connection", () => {
	test("are handled one after the other, in their order", async (t) => {
		const handled: (string | undefined)[] = [];
		const responses: ServerResponse[] = [];
		const { socket } = await serve(t, ({ url }, outgoing) => {
			handled.push(url);
			responses.push(outgoing);
		});

		socket.write(get("/1") + get("/2") + get("/3", LAST));

		for (const expected of [["/1"], ["/1", "/2"], ["/1", "/2", "/3"]]) {
			while (handled.length < expected.length) await turn();
			await turn(); // the next request would be handled in the same turn or the next
			assert.deepEqual(handled, expected);
			responses.at(-1)?.end(`<${handled.length}>`);
		}
		assert.match(await text(socket), /<1>.*<2>.*<3>/s);
	});

	test("are not read while many of them wait, and are all answered", async (t) => {
		const COUNT = 1000;
		const handled: ServerResponse[] = [];
		let connection: Socket | undefined;
		const { socket } = await serve(t, (incoming, outgoing) => {
			connection = incoming.socket;
			handled.push(outgoing);
			if (handled.length > 1) outgoing.end("<ok>");
		});
		const large = get("/", `x: ${"x".repeat(8000)}\r\n`);

		socket.write(large.repeat(COUNT - 1) + get("/", LAST));
		while (connection?.isPaused() !== true) await turn();

		assert.ok(connection.bytesRead < 100 * large.length);
		assert.equal(handled.length, 1);
		handled[0]?.end("<ok>");
		assert.equal((await text(socket)).split("<ok>").length - 1, COUNT);
	});

	test("are not handled after one that closes the connection", async (t) => {
		const handled: (string | undefined)[] = [];
		const { socket } = await serve(t, ({ url }, outgoing) => {
			handled.push(url);
			outgoing.setHeader("Connection", "close").end("<1>");
		});
		socket.write(get("/1") + get("/2"));
		assert.match(await text(socket), /<1>$/);
		await turn();
		assert.deepEqual(handled, ["/1"]);
	});

	test("see the changes of earlier ones", async (t) => {
		const { endpoint, oss } = await startDirectly(t, "--auth", "off");
		await oss.put("/photos");
		const socket = await openSocket(endpoint);
		const head = "Host: 127.0.0.1\r\n";
		socket.write(
			`PUT /photos/cat HTTP/1.1\r\n${head}Content-Length: 4\r\n\r\nmeow` +
				`GET /photos/cat HTTP/1.1\r\n${head}\r\n` +
				`DELETE /photos/cat HTTP/1.1\r\n${head}\r\n` +
				`GET /photos/cat HTTP/1.1\r\n${head}${LAST}\r\n`,
		);
		const statuses = (await text(socket)).matchAll(/HTTP\/1\.1 (\d+)/g);
		assert.deepEqual(
			[...statuses].map(([, status]) => status),
			["200", "200", "204", "404"],
		);
	});
});
