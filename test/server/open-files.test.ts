import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { Socket } from "node:net";
import { createInterface } from "node:readline";
import { suite, test } from "node:test";
import { openSocket } from "../client.ts";
import { LAUNCH } from "../storage/emulator-process.ts";
import { makeFolder } from "../storage/stores.ts";

const FILES = 64;
const callback = (url: string): string =>
	Buffer.from(
		JSON.stringify({ callbackUrl: url, callbackBody: "size=${size}" }),
	).toString("base64");

/** Sends a request over an open connection. @returns the status; undefined if the connection is closed */
async function ask(socket: Socket, text: string): Promise<number | undefined> {
	const closed = once(socket, "close");
	socket.write(text);
	const [answer] = await Promise.race([once(socket, "data"), closed]);
	const [, status] = /^HTTP\/1.1 (\d+)/.exec(String(answer)) ?? [];
	return status === undefined ? undefined : Number(status);
}

const isDone = (status: number | undefined): boolean =>
	status === 200 || status === 204;

const upload = (key: string, size: number, more = ""): string =>
	`PUT /photos/${key} HTTP/1.1\r\nHost: x\r\n${more}Content-Length: ${size}\r\n\r\n${"x".repeat(size)}`;

const form =
	"--b\r\nContent-Disposition: form-data; name=key\r\n\r\nform\r\n--b\r\nContent-Disposition: form-data; name=file\r\n\r\nx\r\n--b--\r\n";

const REQUESTS: readonly (readonly [what: string, request: string])[] = [
	["a small upload", upload("small", 3)],
	["a large upload", upload("large", 100_000)],
	[
		"a form",
		`POST /photos HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: ${form.length}\r\n\r\n${form}`,
	],
];

// Only the kernel's limit makes files run out.
if (process.platform === "linux")
	suite("An emulator without file descriptors", () => {
		test("refuses requests, and handles them when connections are closed", async (t) => {
			const called = createServer((_, outgoing) => outgoing.end("{}"));
			await once(called.listen(0, "127.0.0.1"), "listening");
			t.after(() => called.close());
			const child = spawn(
				"sh",
				[
					...["-c", `ulimit -n ${FILES}; exec "$@"`, "sh", process.execPath],
					...[LAUNCH, "--data", makeFolder(t), "--no-files", "--auth", "off"],
					...["--port", "0", "--admin-port", "0"],
				],
				{ stdio: ["ignore", "pipe", "pipe"] },
			);
			t.after(() => child.kill("SIGKILL"));
			const lines: string[] = [];
			createInterface(child.stderr).on("line", (line) => lines.push(line));
			const [ready] = await once(createInterface(child.stdout), "line");
			const [, endpoint = "", admin = ""] =
				/OSS on (\S+), admin on (\S+)/.exec(String(ready)) ?? [];
			const first = await openSocket(endpoint);
			const put =
				"PUT /photos HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n";
			assert.equal(await ask(first, put), 200);
			const reserved = await Promise.all(
				[...REQUESTS, 0, 0].map(() => openSocket(endpoint)),
			);
			const { promise: isFull, resolve } = Promise.withResolvers<unknown>();
			const others: Socket[] = [];
			for (let i = 0; i < FILES; i++) {
				const socket = await openSocket(endpoint);
				socket.on("error", resolve).on("close", resolve);
				others.push(socket);
			}
			await isFull;

			for (const [index, [what, request]] of REQUESTS.entries()) {
				const status = await ask(reserved[index] ?? first, request);
				t.diagnostic(`${what}: ${status}`);
				assert.notEqual(status, 404, what);
			}
			assert.ok(
				lines.some((line) => line.includes("raise the limit (ulimit -n)")),
				lines.join("\n"),
			);

			for (const socket of [...others, ...reserved, first]) socket.destroy();
			// The emulator closes its ends when it next runs.
			const answered = async (send: () => Promise<number | undefined>) => {
				let status: number | undefined;
				for (let i = 0; i < 50 && !isDone(status); i++) status = await send();
				return status;
			};
			const again = async (request: string) => {
				const socket = await openSocket(endpoint);
				try {
					return await ask(socket, request);
				} finally {
					socket.destroy();
				}
			};
			const { port } = called.address() as { port: number };
			const header = `x-oss-callback: ${callback(`http://127.0.0.1:${port}/`)}\r\n`;
			for (const [what, request] of [
				...REQUESTS,
				["an upload with a callback", upload("called", 3, header)] as const,
			]) {
				const status = await answered(() => again(request));
				assert.ok(isDone(status), `${what}: ${status}`);
			}
			const { status } = await fetch(`${admin}/api/buckets`);
			assert.equal(status, 200);
		});
	});
