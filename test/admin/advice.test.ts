import assert from "node:assert/strict";
import { createServer } from "node:net";
import { suite, type TestContext, test } from "node:test";
import { gzipSync } from "node:zlib";
import { startApplicationServer } from "../application-server.ts";
import { startApplicationServer as startCareless } from "../callback/application-server.ts";
import { callbackHeaders, startWithAdmin } from "./admin.ts";

type Answering = (t: TestContext) => Promise<{ readonly url: string }>;

/** Starts a server that writes these bytes, or nothing, to every connection and closes it. */
const saying =
	(bytes: string): Answering =>
	async (t) => {
		const server = createServer((socket) => {
			socket.once("data", () => socket.end(bytes));
		});
		const { promise, resolve } = Promise.withResolvers<void>();
		server.listen(0, "127.0.0.1", resolve);
		await promise;
		t.after(() => server.close());
		const address = server.address();
		const port = typeof address === "object" ? address?.port : undefined;
		return { url: `http://127.0.0.1:${port}` };
	};

const status =
	(code: number, headers: Record<string, string> = {}): Answering =>
	(t) =>
		startApplicationServer(t, { status: code, headers });

const body =
	(text: string | Buffer): Answering =>
	(t) =>
		startApplicationServer(t, { body: text });

const encoded: Answering = (t) =>
	startApplicationServer(t, {
		headers: { "Content-Encoding": "gzip" },
		body: gzipSync("{}"),
	});

const plainHttp: Answering = async (t) => {
	const { url } = await startApplicationServer(t);
	return { url: url.replace("http:", "https:") };
};

const at =
	(url: string): Answering =>
	async () => ({ url });

// biome-ignore format: a table
const cases: readonly (readonly [string, Answering, why: RegExp, advice: RegExp])[] = [
  ["no server listens",          at("http://127.0.0.1:1"),            /refused the connection/,           /Start the application server/],
  ["it closes the connection",   saying(""),                          /closed the connection/,            /log/],
  ["it does not speak HTTP",     saying("SSH-2.0-OpenSSH\r\n"),       /is not HTTP/,                      /the URL begins with https/],
  ["its length is not a number", saying("HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n"), /did not answer with one Content-Length that is a number \(Content-Length: x\)/, /Content-Length/],
  ["it has two lengths",         saying("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n"), /one Content-Length .*\(Content-Length: 2, Transfer-Encoding: chunked\)/, /Send exactly one Content-Length/],
  ["it uses chunked encoding",   saying("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"), /without Content-Length, because it used chunked encoding; OSS requires one/, /the whole body at once/],
  ["it sends no length",         saying("HTTP/1.0 200 OK\r\n\r\n{}"), /because it let the answer end with the connection/, /Answer with a Content-Length/],
  ["it sends 100 Continue",      saying("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"), /an interim status/, /the final status alone/],
  ["its answer is incomplete",   saying("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"), /broke off/, /in the middle of its answer/],
  ["its answer is too long",     saying("HTTP/1.1 200 OK\r\nContent-Length: 2000000\r\n\r\n"), /2000000 bytes/, /less than 1 MiB/],
  ["its answer is empty",        body(""),                            /Content-Length 0/,                 /Answer with a body/],
  ["it answers plain text",      body("success"),                     /not JSON/,                         /Answer with JSON and nothing else/],
  ["it answers HTML",            body(" <html></html>"),              /HTML or XML, which is not JSON/,   /Answer with JSON and nothing else/],
  ["its answer is compressed",   encoded,                             /a compressed body \(gzip\)/,       /^Do not compress the answer/],
  ["it sends a byte order mark", body("\ufeff{}"),                    /a byte order mark before its body/, /or a byte order mark/],
  ["its answer is not UTF-8",    body(Buffer.from('{"a":"\xe9"}', "latin1")), /not UTF-8/,               /Answer with JSON/],
  ["it does not use TLS",        plainHttp,                              /over TLS and does not speak it/,   /Use http:\/\/ in callbackUrl/],
  ["it answers 304",             status(304),                         /answered 304; only 200 counts\./,  /^Answer 200/],
  ["it redirects",               status(302, { Location: "/other/" }), /redirects are not followed/,      /redirects to: \/other\//],
  ["it answers 201",             status(201),                         /only 200 counts/,                  /Answer 200/],
  ["it answers 403",             status(403),                         /answered 403/,                     /with the string to sign/],
  ["it has no such route",       status(404),                         /answered 404/,                     /a route for POST \/cb to/],
  ["it expects a GET",           status(405),                         /answered 405/,                     /Allow POST on \/cb:/],
  ["it refuses the type",        status(415),                         /answered 415/,                     /Accept application\/x-www-form-urlencoded/],
  ["it refuses",                 status(422),                         /answered 422/,                     /see its answer for the reason/],
  ["it fails",                   status(502),                         /answered 502/,                     /log/],
];

suite("The record of a failed callback contains the reason and the fix when", () => {
	for (const [what, answering, why, advice] of cases)
		test(what, async (t) => {
			const { oss, admin } = await startWithAdmin(t);
			const { url } = await answering(t);
			const callback = { callbackUrl: `${url}/cb?a=1`, callbackBody: "x=1" };

			const put = await oss.put(
				"/photos/cat.txt",
				"meow",
				callbackHeaders(callback),
			);

			const { json } = await admin.get("/api/callbacks");
			const [delivery] = json.callbacks;
			assert.equal(put.status, 203);
			assert.equal(delivery.status, "failed");
			assert.match(put.text, new RegExp(`<Message>${delivery.told.message}<`));
			assert.match(delivery.why, why);
			assert.match(delivery.advice, advice);
		});

	test("it does not respond in time", async (t) => {
		const emulator = await startWithAdmin(t, "--callback-timeout", "500");
		const { promise: never, resolve } = Promise.withResolvers<void>();
		t.after(() => resolve());
		const application = await startApplicationServer(t, {
			before: () => never,
		});
		const callback = { callbackUrl: application.url, callbackBody: "x=1" };

		await emulator.oss.put(
			"/photos/cat.txt",
			"meow",
			callbackHeaders(callback),
		);

		const { json } = await emulator.admin.get("/api/callbacks");
		assert.match(json.callbacks[0].why, /did not answer in time/);
		assert.match(json.callbacks[0].advice, /answer first/);
	});

	test("the host does not exist", async (t) => {
		const emulator = await startWithAdmin(
			t,
			"--callback-unresolvable",
			"deliver",
		);
		const callback = {
			callbackUrl: "http://unknown.invalid/",
			callbackBody: "x=1",
		};

		await emulator.oss.put(
			"/photos/cat.txt",
			"meow",
			callbackHeaders(callback),
		);

		const { json } = await emulator.admin.get("/api/callbacks");
		assert.match(json.callbacks[0].why, /host was not found/);
		assert.match(json.callbacks[0].advice, /Correct the host/);
	});
});

suite("A forged callback that an application server accepts", () => {
	for (const fault of ["bad-signature", "wrong-key-url; delay=1"])
		test(`has advice for the fault ${fault}`, async (t) => {
			const { oss, admin } = await startWithAdmin(t);
			const { port } = await startCareless(t);
			const callbackUrl = `http://127.0.0.1:${port}`;
			const callback = { callbackUrl, callbackBody: "x=1" };

			const put = await oss.put("/photos/cat.txt", "meow", {
				...callbackHeaders(callback),
				"x-emulator-callback-fault": fault,
			});

			const { json } = await admin.get("/api/callbacks");
			assert.equal(put.status, 200);
			assert.match(json.callbacks[0].advice, /check the signature and the URL/);
		});
});

suite("A callback that succeeded", () => {
	test("is recorded as succeeded, without advice", async (t) => {
		const { oss, admin } = await startWithAdmin(t);
		const application = await startApplicationServer(t);
		const callback = { callbackUrl: application.url, callbackBody: "x=1" };

		await oss.put("/photos/cat.txt", "meow", callbackHeaders(callback));

		const { json } = await admin.get("/api/callbacks");
		assert.match(json.callbacks[0].why, /answered 200, and the uploader got/);
		assert.equal(json.callbacks[0].advice, "");
	});
});
