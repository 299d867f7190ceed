/** Faulty application servers: the uploader receives a response in time, and the next upload succeeds. */
import assert from "node:assert/strict";
import type { Socket } from "node:net";
import { suite, type TestContext, test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { type Answer, refusal } from "../client.ts";
import { startWithBucket, type TestEmulator } from "../emulator.ts";
import {
	startApplicationServer,
	startTcpServer,
} from "./application-server.ts";
import { base64Json } from "./request-callback.ts";

/** Time limits: one for tests that exceed it on purpose, one for tests that must not exceed it on a slow machine. */
const TIMEOUT_MS = 1000;
const NO_TIMEOUT_MS = 600_000;

const upload = (
	{ oss }: TestEmulator,
	callbackUrl: string,
	callbackBody = "a",
): Promise<Answer> =>
	oss.put("/photos/cat", "meow", {
		"x-oss-callback": base64Json({ callbackUrl, callbackBody }),
	});

const OK = "HTTP/1.1 200 OK\r\n";
const MANY = 3_000_000;

const drip = (socket: Socket, text: string): void => {
	const bytes = [...text].values();
	const timer = setInterval(() => {
		socket.write(bytes.next().value ?? " ");
	}, 50);
	socket.once("close", () => clearInterval(timer));
};

type Behaviour = (socket: Socket) => void;
const TIME_EC = "0007-00000202";
const TIME = `${TIME_EC}: Cost too long time.`;
const LOST = "0007-00000203: Error status : 502.";
const NO_LENGTH =
	"0007-00000203: Error status : 400.User server missing content-length.";
const TOO_LONG =
	"0007-00000203: Error status : 400.User server return too long content-length value.";

// biome-ignore format: a table
const CASES: readonly (readonly [string, string, Behaviour])[] = [
  ["hangs",                                 TIME, (socket) => socket.resume()],
  ["hangs without reading",                 TIME, (socket) => socket.pause()],
  ["resets the connection immediately",     LOST, (socket) => socket.resetAndDestroy()],
  ["resets it after the request",           LOST, (socket) => socket.once("data", () => socket.resetAndDestroy())],
  ["closes before reading",                 LOST, (socket) => socket.destroy()],
  ["closes after reading",                  LOST, (socket) => socket.once("data", () => socket.end())],
  ["sends its headers slowly",              TIME, (socket) => drip(socket.resume(), `${OK}Content-Length: 2\r\n\r\n{}`)],
  ["sends its body slowly",                 TIME, (socket) => { socket.resume().write(`${OK}Content-Length: 9999\r\n\r\n`); drip(socket, "{"); }],
  ["sends half of its headers, and hangs",  TIME, (socket) => socket.resume().write("HTTP/1.1 200 OK\r\nConte")],
  ["sends half of its headers, and closes", LOST, (socket) => socket.resume().end("HTTP/1.1 200 OK\r\nConte")],
  ["sends half of its body, and closes",    LOST, (socket) => socket.resume().end(`${OK}Content-Length: 9\r\n\r\n{"a`)],
  ["answers 3 MB",                          TOO_LONG, (socket) => socket.resume().end(`${OK}Content-Length: ${MANY}\r\n\r\n${"a".repeat(MANY)}`)],
  ["answers 3 MB in one chunk",             NO_LENGTH, (socket) => socket.resume().end(`${OK}Transfer-Encoding: chunked\r\n\r\n${MANY.toString(16)}\r\n${"a".repeat(MANY)}\r\n0\r\n\r\n`)],
  ["answers 3 MB without a length",         NO_LENGTH, (socket) => socket.resume().end(`${OK}\r\n${"a".repeat(MANY)}`)],
  ["sends 4 MB of headers",                 LOST, (socket) => socket.resume().end(`${OK}X-Long: ${"a".repeat(4_200_000)}\r\n\r\n`)],
  ["answers 500 with an endless body",      "0007-00000203: Error status : 500.", (socket) => socket.resume().write("HTTP/1.1 500 No\r\n\r\nno")],
  ["sends 100 Continue forever",            TIME, (socket) => drip(socket.resume(), "HTTP/1.1 100 Continue\r\n\r\n".repeat(99))],
  ["does not speak HTTP",                   LOST, (socket) => socket.resume().end("220 mail.example.com ESMTP\r\n")],
];

async function startBoth(
	t: TestContext,
	behaviour: Behaviour,
	...flags: readonly string[]
): Promise<{ emulator: TestEmulator; bad: string; good: string }> {
	const emulator = await startWithBucket(t, "private", ...flags);
	const { url: bad } = await startTcpServer(t, behaviour);
	const { url: good } = await startApplicationServer(t);
	return { emulator, bad, good };
}

suite("When an application server", () => {
	for (const [what, refused, behaviour] of CASES)
		test(`${what}, the uploader receives «${refused}» in time, and the next upload succeeds`, async (t) => {
			const timeoutMs = refused === TIME ? TIMEOUT_MS : NO_TIMEOUT_MS;
			const flags = ["--callback-timeout", String(timeoutMs)];
			const { emulator, bad, good } = await startBoth(t, behaviour, ...flags);

			const first = await upload(emulator, bad);
			// On a slow machine a valid answer may be late as well, so a second upload is tried.
			let next = await upload(emulator, good);
			while (next.text.includes(TIME_EC)) next = await upload(emulator, good);

			assert.equal(refusal(first), `203 CallbackFailed ${refused}`);
			assert.equal(next.status, 200, next.text);
			assert.equal((await emulator.oss.get("/photos/cat")).text, "meow");
		});

	test("hangs, the emulator waits for 5 seconds, like OSS", async (t) => {
		const { emulator, bad } = await startBoth(t, (socket) => socket.resume());
		const begun = performance.now();

		const refused = refusal(await upload(emulator, bad));

		assert.equal(refused, `203 CallbackFailed ${TIME}`);
		assert.ok(performance.now() - begun >= 4990);
	});

	test("hangs with 300 uploads, other uploads do not wait", async (t) => {
		const sockets: Socket[] = [];
		const flags = ["--callback-timeout", String(NO_TIMEOUT_MS)];
		const { emulator, bad, good } = await startBoth(
			t,
			(socket) => sockets.push(socket.resume()),
			...flags,
		);
		let ended = 0;
		const hung = Array.from({ length: 300 }, async () => {
			const answer = await upload(emulator, bad);
			ended++;
			return refusal(answer);
		});
		const under = "status=sending&wait=30s&count=300&limit=300";
		for (let sending = 0; sending < hung.length; ) {
			const url = `${emulator.adminUrl}/api/callbacks?${under}`;
			const { callbacks } = JSON.parse(await (await fetch(url)).text());
			sending = callbacks.length;
		}

		const put = await upload(emulator, good);

		assert.equal(put.status, 200);
		assert.equal(ended, 0);
		// A callback can be in progress before it is connected.
		while (ended < hung.length) {
			for (const socket of sockets.splice(0)) socket.destroy();
			await setImmediate();
		}
		const refused = new Set(await Promise.all(hung));
		assert.deepEqual([...refused], [`203 CallbackFailed ${LOST}`]);
	});

	test("answers, and closes the connection without reading 1.2 MB of the callback, its answer is accepted", async (t) => {
		const { emulator, bad } = await startBoth(t, (socket) => {
			const answer = `${OK}Content-Length: 2\r\n\r\n{}`;
			socket.pause().write(answer, () => socket.destroy());
		});

		// The body contains 400 times a key of 340 characters of three bytes, percent-encoded.
		const key = "猫".repeat(340);
		const { oss } = emulator;
		const callbackBody = "${object}".repeat(400);
		const put = await oss.put(`/photos/${encodeURIComponent(key)}`, "meow", {
			"x-oss-callback": base64Json({ callbackUrl: bad, callbackBody }),
		});

		assert.equal(`${put.status} ${put.text}`, "200 {}");
	});
});
