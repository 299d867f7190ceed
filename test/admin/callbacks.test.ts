import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer as createTlsServer } from "node:https";
import { text as readText } from "node:stream/consumers";
import { suite, test } from "node:test";
import { promisify } from "node:util";
import { startApplicationServer } from "../application-server.ts";
import { listen } from "../callback/application-server.ts";
import { openSocket } from "../client.ts";
import { callbackHeaders, startWithAdmin } from "./admin.ts";

const BODY = "object=${object}&size=${size}&by=${x:user}";

const to = (url: string): Record<string, string> =>
	callbackHeaders(
		{ callbackUrl: `${url}/uploaded?from=oss`, callbackBody: BODY },
		{ "x:user": "tom & co" },
	);

suite("A recorded callback", () => {
	test("contains the parameters, the request, the answer and the uploader's response", async (t) => {
		const { oss, admin } = await startWithAdmin(t);
		const application = await startApplicationServer(t, {
			body: '{"saved":"ja"}',
		});
		const put = await oss.put(
			"/photos/my%20cat.txt",
			"meow",
			to(application.url),
		);

		const { json } = await admin.get("/api/callbacks");

		const [delivery] = json.callbacks;
		const [sent] = application.received;
		assert.equal(json.callbacks.length, 1);
		assert.equal(delivery.id, put.headers["x-oss-request-id"]);
		assert.equal(delivery.bucket, "photos");
		assert.equal(delivery.key, "my cat.txt");
		assert.equal(delivery.operation, "PutObject");
		assert.equal(delivery.status, "succeeded");
		assert.equal(JSON.parse(delivery.asked).callbackBody, BODY);
		assert.deepEqual(delivery.variables, { "x:user": "tom & co" });
		assert.equal(delivery.body, sent?.body);
		assert.equal(delivery.body, "object=my%20cat.txt&size=4&by=tom%20%26%20co");
		assert.deepEqual(delivery.told, {
			status: 200,
			body: put.text,
			bodyEncoding: "utf-8",
		});
		const [attempt] = delivery.attempts;
		assert.equal(attempt.target, "/uploaded?from=oss");
		assert.equal(attempt.stringToSign, `/uploaded?from=oss\n${sent?.body}`);
		assert.deepEqual(
			Object.fromEntries(
				attempt.headers.map(([name, value]: string[]) => [
					name?.toLowerCase(),
					value,
				]),
			),
			sent?.headers,
		);
		assert.equal(attempt.answer.status, 200);
		assert.equal(attempt.answer.body, '{"saved":"ja"}');
		assert.ok(attempt.timing.totalMs >= attempt.timing.connectedMs);
	});

	test("is listed before the application server has answered", async (t) => {
		const { oss, admin } = await startWithAdmin(t);
		const seen: { status: string; told: unknown; attempts: unknown[] }[] = [];
		const application = await startApplicationServer(t, {
			before: async () => {
				const { json } = await admin.get("/api/callbacks?status=sending");
				seen.push(...json.callbacks);
			},
		});

		await oss.put("/photos/cat.txt", "meow", to(application.url));

		assert.equal(seen[0]?.status, "sending");
		assert.equal(seen[0]?.told, null);
		assert.equal(seen[0]?.attempts.length, 1);
		const { json } = await admin.get("/api/callbacks?status=sending");
		assert.deepEqual(json.callbacks, []);
	});

	test("mentions that the uploader disconnected, and the object remains stored", async (t) => {
		const { oss, admin, endpoint } = await startWithAdmin(t, "--auth", "off");
		const disconnected = Promise.withResolvers<void>();
		const { url } = await startApplicationServer(t, {
			before: () => disconnected.promise,
		});
		const callback = to(url)["x-oss-callback"];
		const socket = await openSocket(endpoint);
		socket.end(
			`PUT /photos/cat.txt HTTP/1.1\r\nHost: ${new URL(endpoint).host}\r\nContent-Length: 4\r\nx-oss-callback: ${callback}\r\n\r\nmeow`,
		);
		await once(socket.resume(), "close");
		disconnected.resolve();

		const { json } = await admin.get("/api/callbacks?wait=20s");

		const [{ status, why }] = json.callbacks;
		assert.equal(status, "succeeded");
		assert.match(why, /answered 200\. The uploader had closed the connection/);
		assert.equal((await oss.get("/photos/cat.txt")).text, "meow");
	});

	test("contains an answer that is not text as base64", async (t) => {
		const { oss, admin } = await startWithAdmin(t);
		const bytes = Buffer.from([0xff, 0x00, 0xfe]);
		const application = await startApplicationServer(t, { body: bytes });

		await oss.put("/photos/cat.txt", "meow", to(application.url));

		const { json } = await admin.get("/api/callbacks");
		const { answer } = json.callbacks[0].attempts[0];
		assert.equal(answer.bodyEncoding, "base64");
		assert.deepEqual(Buffer.from(answer.body, "base64"), bytes);
	});

	test("contains the readable part of an answer that is not text in its summary", async (t) => {
		const { oss, admin } = await startWithAdmin(t);
		const body = Buffer.from('{"a":"\xc4\xe3"}', "latin1");
		const application = await startApplicationServer(t, { body });

		await oss.put("/photos/cat.txt", "meow", to(application.url));

		const { json } = await admin.get("/api/callbacks?summary=true");
		assert.equal(json.callbacks[0].answerStart, '{"a":"\ufffd\ufffd"}');
	});

	test("can be read by its id; an unknown id returns 404", async (t) => {
		const { oss, admin } = await startWithAdmin(t);
		const application = await startApplicationServer(t);
		const put = await oss.put("/photos/cat.txt", "meow", to(application.url));

		const found = await admin.get(
			`/api/callbacks/${put.headers["x-oss-request-id"]}`,
		);
		const missing = await admin.get("/api/callbacks/unknown");

		assert.equal(found.json.key, "cat.txt");
		assert.equal(missing.status, 404);
		assert.equal(missing.json.error, "NoSuchCallback");
	});

	test("can be found by the id of its request", async (t) => {
		const { oss, admin } = await startWithAdmin(t);
		const { url } = await startApplicationServer(t);
		const callback = callbackHeaders({ callbackUrl: url, callbackBody: "a" });
		const { headers } = await oss.put("/photos/cat.txt", "meow", callback);
		await oss.put("/photos/cat.txt", "meow", callback);
		const id = headers["x-oss-request-id"];

		const { json } = await admin.get(`/api/callbacks?id=${id}`);
		const unknown = await admin.get("/api/callbacks?id=no-such");

		assert.deepEqual(
			json.callbacks.map((one: { id: string }) => one.id),
			[id],
		);
		assert.deepEqual(unknown.json.callbacks, []);
	});

	test("can be found by its key, which can have any characters", async (t) => {
		const { oss, admin } = await startWithAdmin(t);
		const application = await startApplicationServer(t);
		const key = '<script>alert("x")</script>\n&a=b c+d/../猫';
		const target = `/photos/${encodeURIComponent(key)}`;
		await oss.put("/photos/other", "", to(application.url));
		await oss.put(target, "", { ...to(application.url) });

		const query = new URLSearchParams({ key, bucket: "photos" });
		const { json } = await admin.get(`/api/callbacks?${query}`);

		assert.deepEqual(
			json.callbacks.map((delivery: { key: string }) => delivery.key),
			[key],
		);
	});

	test("can be found by a part of its key; the result contains the beginning of body and answer", async (t) => {
		const { oss, admin } = await startWithAdmin(t);
		const application = await startApplicationServer(t, {
			body: `{"a":"${"x".repeat(300)}"}`,
		});
		await oss.put("/photos/cat.txt", "meow", to(application.url));
		await oss.put("/photos/dog.txt", "wuff", to(application.url));

		const query = "search=og.t&summary=true";
		const { json } = await admin.get(`/api/callbacks?${query}`);

		const [one] = json.callbacks;
		assert.equal(json.callbacks.length, 1);
		assert.equal(one.key, "dog.txt");
		assert.match(one.bodyStart, /^object=dog\.txt&size=4/);
		assert.equal(one.answerStatus, 200);
		assert.equal(one.answerStart, `{"a":"${"x".repeat(194)}`);
		const waited = await admin.get("/api/callbacks?search=og.t&wait=5s");
		assert.equal(waited.json.callbacks.length, 1);
	});

	test("is one line in a summary", async (t) => {
		const { oss, admin } = await startWithAdmin(t);
		const application = await startApplicationServer(t);
		await oss.put("/photos/cat.txt", "meow", to(application.url));

		const { json } = await admin.get("/api/callbacks?summary=true");

		const [summary] = json.callbacks;
		assert.deepEqual(summary.urls, [`${application.url}/uploaded?from=oss`]);
		assert.ok(summary.durationMs > 0);
		assert.equal(summary.attempts, undefined);
	});

	test("is deleted when the record is cleared", async (t) => {
		const { oss, admin } = await startWithAdmin(t);
		const application = await startApplicationServer(t);
		await oss.put("/photos/cat.txt", "meow", to(application.url));

		const { json } = await admin.send("DELETE", "/api/callbacks");

		assert.deepEqual(json, { deleted: 1 });
		assert.deepEqual((await admin.get("/api/callbacks")).json.callbacks, []);
	});
});

suite("Waiting for a callback", () => {
	test("takes one request, which returns when the outcome is known", async (t) => {
		const { oss, admin } = await startWithAdmin(t);
		const application = await startApplicationServer(t);
		const waiting = admin.get("/api/callbacks?wait=20s&count=1&key=cat.txt");

		await oss.put("/photos/dog.txt", "wuff", to(application.url));
		await oss.put("/photos/cat.txt", "meow", to(application.url));

		const { json } = await waiting;
		assert.deepEqual(
			json.callbacks.map(({ key, status }: Record<string, unknown>) => [
				key,
				status,
			]),
			[["cat.txt", "succeeded"]],
		);
	});

	test("returns the existing callbacks after the timeout", async (t) => {
		const { admin } = await startWithAdmin(t);

		const { status, json } = await admin.get("/api/callbacks?wait=30ms&key=no");

		assert.equal(status, 200);
		assert.deepEqual(json.callbacks, []);
	});

	test("does not delay the shutdown of the emulator", async (t) => {
		const { admin, close } = await startWithAdmin(t);
		const waiting = admin.get("/api/callbacks?wait=50s");
		const events = await fetch(`${admin.url}/api/events`);

		await close();

		assert.deepEqual((await waiting).json.callbacks, []);
		await events.text(); // complete: no response was aborted at the end of the grace period
	});

	for (const wait of ["soon", "51s", "-1s", "1.2.3s", ""])
		test(`for «${wait}» is refused`, async (t) => {
			const { admin } = await startWithAdmin(t);

			const { status, json } = await admin.get(`/api/callbacks?wait=${wait}`);

			assert.equal(status, 400);
			assert.match(json.message, /wait must be like 5s or 500ms/);
		});
});

suite("A callback sent again", () => {
	test("is the same request, recorded as a new delivery", async (t) => {
		const { oss, admin } = await startWithAdmin(t);
		const application = await startApplicationServer(t);
		const put = await oss.put("/photos/cat.txt", "meow", to(application.url));
		const id = put.headers["x-oss-request-id"];

		const { json } = await admin.post(`/api/callbacks/${id}/send`);

		const [first, second] = application.received;
		const { date: _first, ...before } = first?.headers ?? {};
		const { date: _second, ...after } = second?.headers ?? {};
		assert.deepEqual(after, before);
		assert.equal(second?.body, first?.body);
		assert.equal(second?.target, first?.target);
		assert.equal(second?.isSigned, true);
		assert.equal(json.status, "succeeded");
		assert.equal(json.repeats, id);
		assert.match(
			json.why,
			/answered 200\. The callback was sent by the admin API: no uploader received the answer\.$/,
		);
		assert.notEqual(json.id, id);
		assert.equal((await admin.get("/api/callbacks")).json.callbacks.length, 2);
	});

	test("can be sent to another URL, with a signature for that URL", async (t) => {
		const { oss, admin } = await startWithAdmin(t);
		const [application, other] = [
			await startApplicationServer(t),
			await startApplicationServer(t),
		];
		const put = await oss.put("/photos/cat.txt", "meow", to(application.url));
		const id = put.headers["x-oss-request-id"];

		const url = `${other.url}/elsewhere?x=1`;
		const { json } = await admin.post(`/api/callbacks/${id}/send`, { url });

		const [sent] = other.received;
		assert.equal(json.status, "succeeded");
		assert.equal(sent?.isSigned, true);
		assert.equal(sent?.target, "/elsewhere?x=1");
		assert.equal(sent?.headers.host, new URL(other.url).host);
		assert.equal(sent?.body, application.received[0]?.body);
		assert.equal(sent?.headers["x-oss-request-id"], id);
	});

	test("is sent once to each of its URLs, although a fault had sent it twice to all five", async (t) => {
		const { oss, admin } = await startWithAdmin(t);
		const { url } = await startApplicationServer(t, { status: 500 });
		const urls = [1, 2, 3, 4, 5].map((number) => `${url}/${number}`);
		const callback = { callbackUrl: urls.join(";"), callbackBody: "a" };
		const put = await oss.put("/photos/cat.txt", "meow", {
			...callbackHeaders(callback),
			"x-emulator-callback-fault": "sent-twice",
		});
		const id = put.headers["x-oss-request-id"];

		const { json } = await admin.post(`/api/callbacks/${id}/send`);

		const called = json.attempts.map((attempt: { url: string }) => attempt.url);
		assert.deepEqual(called, urls);
	});

	test("to an invalid URL is refused, and nothing is recorded", async (t) => {
		const { oss, admin } = await startWithAdmin(t);
		const application = await startApplicationServer(t);
		const put = await oss.put("/photos/cat.txt", "meow", to(application.url));
		const id = put.headers["x-oss-request-id"];

		const { status } = await admin.post(`/api/callbacks/${id}/send`, {
			url: "ftp://127.0.0.1/",
		});

		assert.equal(status, 400);
		assert.equal((await admin.get("/api/callbacks")).json.callbacks.length, 1);
	});

	const bodies = {
		"all special characters of a shell":
			'it\'s "${object}" `id` \\ \n\t @file ${x:money}',
		"a NUL": "it's \u0000 ${x:money}",
	};
	for (const [what, callbackBody] of Object.entries(bodies))
		test(`by a shell, with ${what} in it, is the same request`, async (t) => {
			const { oss, admin } = await startWithAdmin(t);
			const application = await startApplicationServer(t);
			const callback = {
				callbackUrl: `${application.url}/a//b/../[c]{d}?q='%22$HOME`,
				callbackBody,
				callbackBodyType: "application/json", // values are not percent-encoded
			};
			const headers = callbackHeaders(callback, { "x:money": "$HOME" });
			await oss.put("/photos/cat.txt", "meow", headers);
			const { json } = await admin.get("/api/callbacks");

			const [{ curl }] = json.callbacks[0].attempts;
			await promisify(execFile)("sh", ["-c", curl]);

			const [first, second] = application.received;
			assert.match(first?.body ?? "", /"\$HOME"$/);
			assert.equal(second?.body, first?.body);
			assert.equal(second?.target, first?.target);
			assert.equal(second?.isSigned, true);
			const { connection: _, accept: __, ...again } = second?.headers ?? {};
			const { connection: ___, ...before } = first?.headers ?? {};
			assert.deepEqual(again, before);
		});

	test("by a shell, to a URL with an empty query and no scheme, is signed for its target", async (t) => {
		const { oss, admin } = await startWithAdmin(t);
		const application = await startApplicationServer(t);
		const callbackUrl = `${application.url.replace("http://", "")}/cb?`;
		const headers = callbackHeaders({ callbackUrl, callbackBody: "a" });
		await oss.put("/photos/cat.txt", "meow", headers);
		const { json } = await admin.get("/api/callbacks");

		await promisify(execFile)("sh", ["-c", json.callbacks[0].attempts[0].curl]);

		assert.deepEqual(
			application.received.map(({ target, isSigned }) => [target, isSigned]),
			Array(2).fill(["/cb", true]),
		);
	});

	test("by a shell, over TLS, accepts any certificate, as the emulator does", async (t) => {
		const { oss, admin } = await startWithAdmin(t);
		const certificate = {
			key: readFileSync("fixtures/keys/self-signed.key"),
			cert: readFileSync("fixtures/keys/self-signed.crt"),
		};
		const bodies: string[] = [];
		const server = createTlsServer(certificate, async (incoming, outgoing) => {
			bodies.push(await readText(incoming));
			outgoing.setHeader("Content-Length", 2).end("{}");
		});
		const port = await listen(t, server);
		const callbackUrl = `https://127.0.0.1:${port}/`;
		const headers = callbackHeaders({
			callbackUrl,
			callbackBody: "o=${object}",
		});
		await oss.put("/photos/cat.txt", "meow", headers);
		const { json } = await admin.get("/api/callbacks");

		await promisify(execFile)("sh", ["-c", json.callbacks[0].attempts[0].curl]);

		assert.deepEqual(bodies, ["o=cat.txt", "o=cat.txt"]);
	});
});

suite("A callback without an upload", () => {
	const callback = (url: string): object => ({
		callbackUrl: url,
		callbackBody: "o=${object}&s=${size}&e=${etag}&m=${mimeType}&u=${x:user}",
	});

	test("is sent and recorded", async (t) => {
		const { admin } = await startWithAdmin(t);
		const application = await startApplicationServer(t);

		const { json } = await admin.post("/api/callbacks", {
			callback: callback(application.url),
			callbackVar: { "x:user": "tom" },
			bucket: "missing",
			key: "a b",
			size: 7,
			contentType: "image/png",
		});

		const [sent] = application.received;
		assert.equal(sent?.isSigned, true);
		assert.equal(
			sent?.body,
			"o=a%20b&s=7&e=D41D8CD98F00B204E9800998ECF8427E&m=image%2Fpng&u=tom",
		);
		assert.equal(json.status, "succeeded");
		assert.equal(json.body, sent?.body);
		assert.match(
			json.why,
			/answered 200\. The callback was sent by the admin API: no uploader received the answer\.$/,
		);
	});

	test("takes missing properties from the object with this key", async (t) => {
		const { oss, admin } = await startWithAdmin(t);
		const application = await startApplicationServer(t);
		const put = await oss.put("/photos/cat.txt", "meow", {
			"content-type": "text/plain",
		});

		await admin.post("/api/callbacks", {
			callback: callback(application.url),
			bucket: "photos",
			key: "cat.txt",
		});

		const etag = put.headers.etag?.replaceAll('"', "");
		assert.equal(
			application.received[0]?.body,
			`o=cat.txt&s=4&e=${etag}&m=text%2Fplain&u=`,
		);
	});

	test("that fails returns the reason, as in the record", async (t) => {
		const { admin } = await startWithAdmin(t);
		const application = await startApplicationServer(t, { status: 500 });

		const { status, json } = await admin.post("/api/callbacks", {
			callback: callback(application.url),
			bucket: "photos",
			key: "cat.txt",
		});

		assert.equal(status, 200);
		assert.equal(json.status, "failed");
		assert.equal(json.told.message, "Error status : 500.");
	});

	const refused: readonly (readonly [string, object, RegExp])[] = [
		["without a key", { callback: {}, bucket: "photos" }, /^key is missing$/],
		["without a URL", { callback: {}, bucket: "b", key: "k" }, /callbackUrl/],
		[
			"with a body that OSS refuses",
			{
				callback: { callbackUrl: "http://127.0.0.1/", callbackBody: "$x" },
				bucket: "b",
				key: "k",
			},
			/^Left brace must be adjacent to dollar sign\.$/,
		],
		[
			"with a variable that is not x:",
			{ callback: {}, callbackVar: { user: "" }, bucket: "b", key: "k" },
			/callbackVar/,
		],
		[
			"with an unknown field",
			{ callback: {}, bucket: "b", key: "k", sise: 3 },
			/no parameter sise/,
		],
	];
	for (const [what, body, message] of refused)
		test(`${what} is refused`, async (t) => {
			const { admin } = await startWithAdmin(t);

			const { status, json } = await admin.post("/api/callbacks", body);

			assert.equal(status, 400);
			assert.match(json.message, message);
			assert.deepEqual((await admin.get("/api/callbacks")).json.callbacks, []);
		});
});
