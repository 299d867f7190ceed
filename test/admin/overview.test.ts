import assert from "node:assert/strict";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite, test } from "node:test";
import { readConfig } from "../../emulator/config/config.ts";
import { table } from "../../emulator/operations/table.ts";
import { start } from "../../emulator/start/start.ts";
import { startApplicationServer } from "../application-server.ts";
import { Client } from "../client.ts";
import { callbackHeaders, openAdmin, startWithAdmin } from "./admin.ts";

suite("The admin port", () => {
	test("responds to /health with 200, under any host name", async (t) => {
		const { admin, endpoint } = await startWithAdmin(t);

		const { status, json } = await admin.get("/health");

		assert.equal(status, 200);
		assert.deepEqual(json, { status: "ok", endpoint });
	});

	test("responds to /health in the same way before and after its other routes are loaded", async (t) => {
		const { admin } = await startWithAdmin(t);
		const before = await admin.get("/health");

		await admin.get("/api/operations");

		const after = await admin.get("/health");
		const shape = ({ status, text, headers }: typeof before) => ({
			...{ status, text, type: headers.get("content-type") },
		});
		assert.deepEqual(shape(after), shape(before));
	});

	test("lists the operations of the table, with the support for each", async (t) => {
		const { admin } = await startWithAdmin(t);

		const { json } = await admin.get("/api/operations");

		type Listed = { name: string; state: string; requestLine: string };
		const listed: Listed[] = json.operations;
		assert.deepEqual(
			listed.map(({ name }) => name),
			table.map(({ name }) => name),
		);
		const find = (name: string) => listed.find((one) => one.name === name);
		assert.equal(find("PutObject")?.state, "enforced");
		assert.equal(find("PutObject")?.requestLine, "PUT /bucket/object");
		for (const { name, run, state } of table) {
			assert.equal(find(name)?.state, state);
			assert.equal(state === "not there", run === null, name);
		}
	});

	test("returns the settings with which the emulator was started, without secrets", async (t) => {
		const { admin, accessKeyId, accessKeySecret, endpoint } =
			await startWithAdmin(t, "--access-key", "me:topsecret:7");

		const { json, text } = await admin.get("/api/settings");

		assert.equal(json.endpoint, endpoint);
		assert.equal(accessKeyId, "me");
		assert.deepEqual(json.settings.accounts, [{ accessKeyId: "me", uid: "7" }]);
		assert.ok(!text.includes(accessKeySecret));
		assert.ok(!text.includes("PRIVATE KEY"));
		assert.match(json.publicKey, /^-----BEGIN PUBLIC KEY-----/);
	});

	test("lists requests, the latest first, filtered by their properties and outcomes", async (t) => {
		const { oss, admin } = await startWithAdmin(t);
		await oss.put("/photos/cat.txt", "meow");
		const missing = await oss.get("/photos/nothing?x=1");
		const find = async (query: string): Promise<string[]> => {
			const { json } = await admin.get(`/api/requests?${query}`);
			return json.requests.map(
				({ operation, url }: Record<string, string>) => `${operation} ${url}`,
			);
		};

		assert.deepEqual(await find(""), [
			"GetObject /photos/nothing?x=1",
			"PutObject /photos/cat.txt",
			"PutBucket /photos",
		]);
		assert.deepEqual(await find("limit=1"), ["GetObject /photos/nothing?x=1"]);
		assert.deepEqual(await find("status=404"), [
			"GetObject /photos/nothing?x=1",
		]);
		assert.deepEqual(await find("status=2xx&url=cat"), [
			"PutObject /photos/cat.txt",
		]);
		assert.deepEqual(await find("operation=PutBucket&method=PUT"), [
			"PutBucket /photos",
		]);
		const { json } = await admin.get("/api/requests?limit=1");
		assert.equal(json.requests[0].id, missing.headers["x-oss-request-id"]);
		assert.equal(json.requests[0].ec, "0026-00000001");
	});

	test("reports the rule that refused a request, or the mistake in its signature", async (t) => {
		const { oss, admin, accessKeyId: id } = await startWithAdmin(t);
		await oss.get("/photos/cat.txt", { as: null });
		await oss.get("/photos/cat.txt", { as: { id, secret: "wrong" } });

		const { json } = await admin.get("/api/requests?status=403");

		const [misSigned, anonymous] = json.requests;
		assert.match(misSigned.diagnosis, /secret/i);
		assert.equal(misSigned.refusal, null);
		assert.equal(anonymous.refusal.rule, "acl");
		assert.match(anonymous.refusal.sentence, /oss:GetObject/);
	});

	test("has no certificate without a port for https", async (t) => {
		const { admin } = await startWithAdmin(t);

		assert.equal((await admin.get("/ca.pem")).status, 404);
	});

	test("returns the certificate that clients of the https port must trust", async (t) => {
		const { admin } = await startWithAdmin(t, "--tls-port", "0");

		const { status, text } = await admin.get("/ca.pem");

		assert.equal(status, 200);
		assert.match(text, /^-----BEGIN CERTIFICATE-----/);
	});

	test("refuses unknown paths with one line that mentions the list of routes", async (t) => {
		const { admin } = await startWithAdmin(t);

		const { status, json } = await admin.get("/api/nothing?x=1");

		assert.equal(status, 404);
		assert.match(json.message, /nothing at GET \/api\/nothing: see \/api\/op/);
	});
});

suite("A request that the admin port cannot read is refused in one line:", () => {
	const cases: readonly (readonly [
		string,
		string,
		RequestInit,
		number,
		RegExp,
	])[] = [
		["a malformed URL", "/api/buckets/%zz/objects", {}, 400, /not a valid url/],
		["an unknown parameter", "/api/callbacks?wat=1", {}, 400, /parameter wat/],
		["a parameter given twice", "/api/callbacks?key=a&key=b", {}, 400, /^key /],
		["an invalid number", "/api/callbacks?limit=x", {}, 400, /^limit /],
		[
			"an unknown status",
			"/api/callbacks?status=x",
			{},
			400,
			/^status must be one of sending,/,
		],
		["an invalid time", "/api/callbacks?since=x", {}, 400, /^since must be/],
		[
			"a time that only the constructor Date accepts",
			"/api/callbacks?since=-5",
			{},
			400,
			/^since must be/,
		],
		[
			"a missing key",
			"/api/buckets/photos/object",
			{},
			400,
			/^key is missing$/,
		],
		[
			"a form",
			"/api/callbacks",
			{ method: "POST", body: "a=b" },
			415,
			/send JSON/,
		],
		[
			"no JSON",
			"/api/callbacks",
			{
				method: "POST",
				body: "{",
				headers: { "content-type": "application/json" },
			},
			400,
			/not valid JSON/,
		],
		[
			"an unsupported method",
			"/api/callbacks",
			{ method: "PUT" },
			404,
			/nothing at PUT \/api\/callbacks/,
		],
	];
	for (const [what, path, init, status, message] of cases)
		test(what, async (t) => {
			const { admin } = await startWithAdmin(t);

			const refused = await admin.send(init.method ?? "GET", path, init);

			assert.equal(refused.status, status);
			assert.match(refused.json.message, message);
			assert.ok(!refused.text.includes("\n"));
		});
});

suite("POST /api/reset", () => {
	test("removes all buckets, callbacks and requests, which can then be created again", async (t) => {
		const { oss, admin } = await startWithAdmin(t);
		const application = await startApplicationServer(t);
		const callback = { callbackUrl: application.url, callbackBody: "x=1" };
		await oss.put("/photos/small", "meow", callbackHeaders(callback));
		await oss.put("/photos/large", Buffer.alloc(300_000));
		await oss.post("/photos/upload?uploads");

		const { status } = await admin.post("/api/reset");

		assert.equal(status, 204);
		assert.deepEqual((await admin.get("/api/buckets")).json.buckets, []);
		assert.deepEqual((await admin.get("/api/callbacks")).json.callbacks, []);
		assert.deepEqual((await admin.get("/api/requests")).json.requests, []);
		assert.equal((await oss.get("/photos/small")).status, 404);
		assert.equal((await oss.put("/photos")).status, 200);
		const { json } = await admin.get("/api/buckets/photos/objects");
		assert.deepEqual(json.objects, []);
		assert.equal((await oss.delete("/photos")).status, 204);
	});

	test("removes all content and plain copies from the disk", async (t) => {
		const data = await mkdtemp(join(tmpdir(), "reset-"));
		const config = readConfig(
			["--data", data, "--port", "0", "--admin-port", "0"],
			{},
		);
		const { emulator, endpoint, adminUrl, close } = await start(config);
		t.after(async () => {
			oss.close();
			await close();
			await rm(data, { recursive: true });
		});
		const [{ accessKeyId: id, accessKeySecret: secret }] = config.accounts;
		const oss = new Client(endpoint, { id, secret });
		await oss.put("/photos");
		await oss.put("/photos/a/large", Buffer.alloc(300_000, "unmistakable"));
		await emulator.store.settled();
		const holding = async (): Promise<string[]> => {
			const names = await readdir(data, { recursive: true });
			return names.filter((name) => /large|blobs\/.+\/./.test(name));
		};
		assert.ok((await holding()).length >= 2);

		await (await openAdmin(adminUrl)).post("/api/reset");
		await emulator.store.settled();

		assert.deepEqual(await holding(), []);
	});

	test("accepts an empty body, even with the Content-Type of JSON", async (t) => {
		const { admin } = await startWithAdmin(t);
		const headers = { "Content-Type": "application/json" };

		const { status } = await admin.send("POST", "/api/reset", { headers });

		assert.equal(status, 204);
	});

	test("does not interrupt a download", async (t) => {
		const { oss, admin } = await startWithAdmin(t);
		const bytes = Buffer.alloc(8 * 1024 * 1024, "0123456789");
		await oss.put("/photos/large", bytes);
		const answer = await fetch(
			`${admin.url}/api/buckets/photos/content?key=large`,
		);

		await admin.post("/api/reset");

		assert.ok(Buffer.from(await answer.arrayBuffer()).equals(bytes));
	});
});

suite("GET /api/events", () => {
	test("reports a callback when it is sent and when its outcome is known", async (t) => {
		const { oss, admin } = await startWithAdmin(t);
		const application = await startApplicationServer(t);
		const callback = { callbackUrl: application.url, callbackBody: "x=1" };
		const events = await fetch(`${admin.url}/api/events`);
		const reader = events.body
			?.pipeThrough(new TextDecoderStream())
			.getReader();
		assert.ok(reader);
		t.after(() => reader.cancel());
		let seen = "";
		const until = async (pattern: RegExp): Promise<void> => {
			while (!pattern.test(seen)) seen += (await reader.read()).value ?? "";
		};

		await oss.put("/photos/cat%0A.txt", "meow", callbackHeaders(callback));
		await until(/event: requests\ndata: \{\}\n\n/);

		assert.equal(events.headers.get("content-type"), "text/event-stream");
		const reported = Array.from(
			seen.matchAll(/^event: callback\ndata: (.*)$/gm),
			([, data = ""]) => JSON.parse(data),
		);
		assert.deepEqual(
			reported.map(({ status }) => status),
			["sending", "succeeded"],
		);
	});
});
