import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { duplexPair } from "node:stream";
import { text } from "node:stream/consumers";
import { suite, test } from "node:test";
import { answerBroken } from "../../emulator/server/broken-request.ts";
import { openSocket, sendRaw, textsOf } from "../client.ts";
import { startWithBucket, type TestEmulator } from "../emulator.ts";
import { LAUNCH } from "../storage/emulator-process.ts";

const PUBLIC = "public-read-write";

/** @returns `400 Code: Message` from a raw response, which must be one of OSS's errors */
function codeOf(raw: string): string {
	assert.match(raw, /^HTTP\/1\.1 \d{3} .*\r\nServer: AliyunOSS\r\n/);
	assert.match(raw, /\r\nDate: \w{3}, \d\d \w{3} \d{4} [\d:]{8} GMT\r\n/);
	assert.match(raw, /\r\nx-oss-request-id: [0-9A-F]{24}\r\n/);
	assert.match(raw, /\r\nContent-Type: application\/xml\r\n/);
	const [, code, message] =
		/<Code>(.*)<\/Code>\n {2}<Message>(.*)<\/Message>/.exec(raw) ?? [];
	return `${raw.slice(9, 12)} ${code}: ${message}`;
}

const keysIn = async ({ oss }: TestEmulator): Promise<string[]> =>
	textsOf(await oss.get("/photos"), "Key");

suite("A request that is not HTTP", () => {
	const cases = [
		["garbage", "hello\r\n\r\n"],
		["zeros", Buffer.alloc(100)],
		["TLS", Buffer.from("16030100c8010000c40303", "hex")],
		["an unknown method", "MEOW / HTTP/1.1\r\nHost: a\r\n\r\n"],
		["an invalid version", "GET / HTTP/9.9\r\nHost: a\r\n\r\n"],
		["a header without a colon", "GET / HTTP/1.1\r\nHost: a\r\nmeow\r\n\r\n"],
		["a header with a space in its name", "GET / HTTP/1.1\r\nx y: z\r\n\r\n"],
		["a NUL in a header", "GET / HTTP/1.1\r\nHost: a\r\nx: \0\r\n\r\n"],
		[
			"a length that is not a number",
			"PUT / HTTP/1.1\r\nContent-Length: x\r\n\r\n",
		],
		["a negative length", "PUT / HTTP/1.1\r\nContent-Length: -1\r\n\r\n"],
		[
			"two lengths",
			"PUT /photos/a HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nmeow",
		],
		[
			"a folded header",
			"PUT /photos/a HTTP/1.1\r\nHost: a\r\nx: 1\r\n 2\r\nContent-Length: 0\r\n\r\n",
		],
		[
			"lines that end in a bare LF",
			"PUT /photos/a HTTP/1.1\nHost: a\nContent-Length: 0\n\n",
		],
		[
			"a chunk whose length ends in a bare LF",
			"PUT /photos/a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n4\nmeow\n0\n\n",
		],
		[
			"two Hosts",
			"PUT /photos/a HTTP/1.1\r\nHost: a\r\nhost: b\r\nContent-Length: 0\r\n\r\n",
		],
		[
			"an invalid encoding, and a length",
			"PUT /photos/a HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: meow\r\n\r\nmeow",
		],
		[
			"more bytes after bytes that are not HTTP",
			"PUT /photos/a HTTP/1.2\r\nHost: a\r\nContent-Length: 0\r\n\r\nPUT /photos/b HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
		],
		[
			"an invalid encoding",
			"PUT /photos/a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: meow\r\n\r\nmeow",
		],
		[
			"a control character in a header, with an expectation",
			"PUT /photos/a HTTP/1.1\r\nHost: a\r\nExpect: something\r\nx: \x01\r\nContent-Length: 0\r\n\r\n",
		],
		[
			"a malformed chunk",
			"PUT /photos/a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\nmeow\r\n0\r\n\r\n",
		],
	] as const;
	for (const [what, bytes] of cases) {
		test(`is refused with 400 BadRequest, and no object is stored: ${what}`, async (t) => {
			const emulator = await startWithBucket(t, PUBLIC);
			const raw = await sendRaw(emulator.endpoint, bytes);
			assert.equal(codeOf(raw), "400 BadRequest: Bad Request.");
			assert.deepEqual(await keysIn(emulator), []);
		});
	}
});

suite("A body that is shorter than its Content-Length", () => {
	const uploads = [
		["PutObject", "PUT /photos/cat HTTP/1.1\r\n"],
		["AppendObject", "POST /photos/cat?append&position=0 HTTP/1.1\r\n"],
		[
			"PostObject",
			"POST /photos HTTP/1.1\r\nContent-Type: multipart/form-data; boundary=x\r\n",
		],
	] as const;
	const form =
		'--x\r\nContent-Disposition: form-data; name="key"\r\n\r\ncat\r\n' +
		'--x\r\nContent-Disposition: form-data; name="file"\r\n\r\nme';
	for (const [operation, head] of uploads) {
		const rest = operation === "PostObject" ? form : "me";
		const bytes = `${head}Host: a\r\nContent-Length: 1000\r\n\r\n${rest}`;

		test(`stores no object if the client half-closes the connection: ${operation}`, async (t) => {
			const emulator = await startWithBucket(t, PUBLIC);
			const socket = await openSocket(emulator.endpoint);
			socket.end(bytes);
			let raw = "";
			for await (const chunk of socket) raw += chunk;

			assert.equal(
				codeOf(raw),
				"400 IncompleteBody: You did not provide the number of bytes specified by the Content-Length HTTP header.",
			);
			assert.equal(raw.match(/HTTP\/1\.1/g)?.length, 1);
			assert.deepEqual(await keysIn(emulator), []);
		});

		test(`stores no object if the client disconnects: ${operation}`, async (t) => {
			const emulator = await startWithBucket(t, PUBLIC);
			const socket = await openSocket(emulator.endpoint);
			socket.write(bytes);
			assert.deepEqual(await keysIn(emulator), []);
			socket.resetAndDestroy();
			await once(socket, "close");

			for (let i = 0; i < 5; i++) assert.deepEqual(await keysIn(emulator), []);
		});
	}

	test("does not change the previous object", async (t) => {
		const emulator = await startWithBucket(t, PUBLIC);
		await emulator.oss.put("/photos/cat", "meow");
		const socket = await openSocket(emulator.endpoint);
		socket.end(
			`PUT /photos/cat HTTP/1.1\r\nHost: a\r\nContent-Length: 300000\r\n\r\n${"x".repeat(200_000)}`,
		);
		socket.resume();
		await once(socket, "close");
		assert.equal((await emulator.oss.get("/photos/cat")).text, "meow");
	});
});

suite("Headers that are too large", () => {
	test("are InvalidRequest (A-03)", async (t) => {
		const { endpoint } = await startWithBucket(t, PUBLIC);
		for (const size of [64 * 1024, 1024 * 1024]) {
			const raw = await sendRaw(
				endpoint,
				`PUT /photos/cat HTTP/1.1\r\nHost: a\r\nx-oss-meta-a: ${"x".repeat(size)}\r\nContent-Length: 0\r\n\r\n`,
			);
			assert.equal(
				codeOf(raw),
				"400 InvalidRequest: The request headers are too large.",
			);
		}
	});

	test("are accepted up to 60 KiB", async (t) => {
		const { oss } = await startWithBucket(t);
		const headers = { "x-something": "x".repeat(60 * 1024) };
		assert.equal((await oss.put("/photos/cat", "meow", headers)).status, 200);
	});
});

test("Headers without an end are RequestTimeout", async () => {
	const [ours, theirs] = duplexPair();
	const error = Object.assign(new Error(), {
		code: "ERR_HTTP_REQUEST_TIMEOUT",
	});
	answerBroken(error, ours, () => {});
	theirs.end();
	assert.equal(
		codeOf(await text(theirs)),
		"400 RequestTimeout: Your socket connection to the server was not read from or written to within the timeout period.",
	);
});

suite("A connection", () => {
	test("serves one request after another, even if they arrive together", async (t) => {
		const { endpoint } = await startWithBucket(t, PUBLIC);
		const put = (key: string): string =>
			`PUT /photos/${key} HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nmeow`;
		const raw = await sendRaw(
			endpoint,
			`${put("a")}${put("%")}${put("b")}GET /photos/a HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`,
		);
		assert.deepEqual(raw.match(/(?<=HTTP\/1\.1 )\d+/g), [
			"200",
			"400",
			"200",
			"200",
		]);
		assert.ok(raw.endsWith("\r\n\r\nmeow"));
	});

	test("that receives invalid bytes is closed after the pending response", async (t) => {
		const { endpoint, oss } = await startWithBucket(t, PUBLIC);
		await oss.put("/photos/big", Buffer.alloc(8 * 1024 * 1024, "x"));
		const socket = await openSocket(endpoint);
		socket.write("GET /photos/big HTTP/1.1\r\nHost: a\r\n\r\n");
		const [first] = await once(socket, "data");
		assert.match(String(first), /^HTTP\/1\.1 200 OK/);

		socket.write("meow meow\r\n\r\n");
		let rest = "";
		for await (const chunk of socket) rest += chunk;
		const [object = "", ...after] = rest.split("HTTP/1.1 ");
		assert.equal(
			String(first).replace(/^.*\r\n\r\n/s, "").length + object.length,
			8 * 1024 * 1024,
		);
		assert.equal(after.length, 1);
		assert.match(String(after[0]), /^400 .*<Code>BadRequest</s);
	});

	for (const method of ["GET", "HEAD"])
		test(`is closed after the response to ${method} if the announced body does not arrive`, async (t) => {
			const { endpoint, oss } = await startWithBucket(t, PUBLIC);
			await oss.put("/photos/cat", "meow");
			const socket = await openSocket(endpoint);
			const head = `${method} /photos/cat HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n`;
			socket.write(head);
			let raw = "";
			for await (const chunk of socket) raw += chunk;
			assert.match(raw, /^HTTP\/1\.1 200 OK\r\n.*\r\nConnection: close\r\n/s);

			const both = await sendRaw(
				endpoint,
				`${head}nine more${head.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n")}nine more`,
			);
			assert.equal(both.match(/HTTP\/1\.1 200/g)?.length, 2);
		});

	test("can be slow; requests on other connections are served meanwhile", async (t) => {
		const emulator = await startWithBucket(t, PUBLIC);
		const socket = await openSocket(emulator.endpoint);
		const request =
			"PUT /photos/slow HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 4\r\n\r\nmeow";
		for (const byte of request) {
			socket.write(byte);
			const { status } = await emulator.oss.put("/photos/fast", "x");
			assert.equal(status, 200);
		}
		let raw = "";
		for await (const chunk of socket) raw += chunk;
		assert.match(raw, /^HTTP\/1\.1 200 OK/);
		assert.equal((await emulator.oss.get("/photos/slow")).text, "meow");
	});

	test("receives the response before the error for invalid bytes that follow the request", async (t) => {
		const { endpoint, oss } = await startWithBucket(t, PUBLIC);
		const raw = await sendRaw(
			endpoint,
			"PUT /photos/a HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nmeow\0garbage\r\n\r\n",
		);
		assert.deepEqual(raw.match(/(?<=HTTP\/1\.1 )\d+/g), ["200", "400"]);
		assert.equal((await oss.get("/photos/a")).text, "meow");
	});

	test("is closed after a request with both Content-Length and chunks", async (t) => {
		const { endpoint, oss } = await startWithBucket(t, PUBLIC);
		const raw = await sendRaw(
			endpoint,
			"PUT /photos/a HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nmeow\r\n0\r\n\r\n" +
				"DELETE /photos/a HTTP/1.1\r\nHost: a\r\n\r\n",
		);
		assert.match(raw, /^HTTP\/1\.1 200 OK\r\n.*\r\nConnection: close\r\n/s);
		assert.equal(raw.match(/HTTP\/1\.1/g)?.length, 1);
		assert.equal((await oss.get("/photos/a")).text, "meow");
	});

	test("receives the response before a byte of the body is sent, if the bucket does not exist", async (t) => {
		const { endpoint } = await startWithBucket(t, PUBLIC);
		const socket = await openSocket(endpoint);
		socket.write(
			"PUT /nowhere/cat HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n",
		);
		const [first] = await once(socket, "data");
		assert.match(String(first), /^HTTP\/1\.1 404 Not Found\r\n/);
		socket.destroy();
	});

	test("receives 100 Continue before the body, if the request expects it", async (t) => {
		const { endpoint } = await startWithBucket(t, PUBLIC);
		const socket = await openSocket(endpoint);
		socket.write(
			"PUT /photos/cat HTTP/1.1\r\nHost: a\r\nConnection: close\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n",
		);
		const [first] = await once(socket, "data");
		assert.equal(String(first), "HTTP/1.1 100 Continue\r\n\r\n");
		socket.write("meow");
		let raw = "";
		for await (const chunk of socket) raw += chunk;
		assert.match(raw, /^HTTP\/1\.1 200 OK/);
	});

	test("receives a response if the request has another expectation", async (t) => {
		const { endpoint } = await startWithBucket(t, PUBLIC);
		const raw = await sendRaw(
			endpoint,
			"PUT /photos/cat HTTP/1.1\r\nHost: a\r\nConnection: close\r\nExpect: something\r\nContent-Length: 4\r\n\r\nmeow",
		);
		assert.match(raw, /^HTTP\/1\.1 200 OK\r\nServer: AliyunOSS\r\n/);
	});
});

test("An emulator serves requests as usual after all these faults", async (t) => {
	const { endpoint, oss } = await startWithBucket(t, PUBLIC);
	const attacks = [
		"meow\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: a\r\nmeow\r\n\r\n",
		`GET / HTTP/1.1\r\nHost: a\r\nx: ${"x".repeat(100_000)}\r\n\r\n`,
		"PUT /photos/a HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 4\r\n\r\nmeowmeow",
		"POST /photos HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: 3\r\n\r\n--y",
		"PUT /photos/%00%0d%0a HTTP/1.1\r\nHost: a\r\nConnection: close\r\nx-oss-callback: %\r\nContent-Length: 0\r\n\r\n",
		"CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, close\r\nUpgrade: websocket\r\n\r\n",
		"OPTIONS * HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
		"GET //..//%2e%2e/etc/passwd HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
		"GET http://[ HTTP/1.1\r\nHost: [\r\nConnection: close\r\n\r\n",
		"GET /photos HTTP/1.1\r\nHost: a\r\nConnection: close\r\nAuthorization: OSS4-HMAC-SHA256 Credential=,\r\n\r\n",
	];
	for (let i = 0; i < 3; i++)
		await Promise.all(attacks.map((bytes) => sendRaw(endpoint, bytes)));

	await oss.put("/photos/cat", "meow");
	assert.equal((await oss.get("/photos/cat")).text, "meow");
});

test("The log contains a warning if Node has no strict parser", async () => {
	const withoutFlags =
		'data:text/javascript,delete process.getBuiltinModule("_http_common").HTTPParser.kLenientChunkedLength';
	for (const [options, count] of [
		[[], 0],
		[["--import", withoutFlags], 1],
	] as const) {
		const child = spawn(
			process.execPath,
			[...options, LAUNCH, "--memory", "--port", "0", "--admin-port", "0"],
			{ stdio: ["ignore", "pipe", "pipe"] },
		);
		let log = "";
		child.stderr.on("data", (chunk) => {
			log += chunk;
		});
		await once(child.stdout, "data");
		child.kill("SIGTERM");
		await once(child, "close");
		assert.equal(log.split("cannot refuse folded headers").length - 1, count);
	}
});
