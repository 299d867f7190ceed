/** Tests the methods for tests, both with an emulator in this process and with one in another process. */
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { suite, type TestContext, test } from "node:test";
import { gzipSync } from "node:zlib";
import {
	AdminApiError,
	connectEmulator,
	type EmulatorControl,
	startEmulator,
} from "../../emulator/index.ts";
import { startApplicationServer } from "../application-server.ts";
import { Client } from "../client.ts";
import { findFreePort } from "../free-port.ts";

const FLAGS = ["--log-level", "silent", "--callback-key-bits", "512"];

type Opened = { readonly emulator: EmulatorControl; readonly oss: Client };

async function open(t: TestContext, isElsewhere: boolean): Promise<Opened> {
	const started = await startEmulator({ flags: FLAGS });
	t.after(() => started.close());
	const { adminUrl } = started;
	const emulator = isElsewhere ? await connectEmulator({ adminUrl }) : started;
	const { accessKeyId: id, accessKeySecret: secret } = emulator;
	const oss = new Client(emulator.endpoint, { id, secret });
	t.after(() => oss.close());
	return { emulator, oss };
}

const callbackTo = (callbackUrl: string): Record<string, string> => ({
	"x-oss-callback": Buffer.from(
		JSON.stringify({ callbackUrl, callbackBody: "key=${object}" }),
	).toString("base64"),
});

for (const [where, isElsewhere] of [
	["in this process", false],
	["elsewhere", true],
] as const)
	suite(`An emulator ${where}`, () => {
		test("refuses an option that a method does not have, as connectEmulator does", async (t) => {
			const { emulator } = await open(t, isElsewhere);
			await emulator.createBucket("photos");
			const misspelt = { acount: "1", callback: {}, scop: "all" } as object;
			const calls = {
				put: () => emulator.put("photos", "cat", "meow", misspelt),
				seed: () => emulator.seed({}, misspelt),
				faults: () => emulator.faults(misspelt),
				clock: () => emulator.clock.advance(1, misspelt),
			};
			for (const [name, call] of Object.entries(calls))
				await assert.rejects(call, {
					name: "TypeError",
					message: RegExp(`^${name} has no option acount: use `),
				});
			await assert.rejects(emulator.get("photos", "cat"));
		});

		test("returns the stored bytes of an object, whatever its Content-Encoding is", async (t) => {
			const { emulator } = await open(t, isElsewhere);
			await emulator.createBucket("photos");
			const headers = { "content-encoding": "gzip" };
			for (const body of [gzipSync("meow"), Buffer.from("not compressed")]) {
				await emulator.put("photos", "cat", body, { headers });
				const got = await emulator.get("photos", "cat");
				assert.deepEqual(Buffer.from(got.body), body);
			}
		});

		test("stores and returns objects, and restores a saved state", async (t) => {
			const { emulator, oss } = await open(t, isElsewhere);
			await emulator.createBucket("photos", { acl: "public-read" });

			const stored = await emulator.put("photos", "a b/猫", "meow", {
				...{ contentType: "text/x-cat", metadata: { by: "anné 猫" } },
			});
			await emulator.snapshot("base");
			await emulator.reset();
			const deleted = await oss.get("/photos/a%20b%2F%E7%8C%AB");
			await emulator.restore("base");

			assert.equal(stored.status, 200);
			assert.equal(deleted.status, 404);
			const got = await oss.get("/photos/a%20b%2F%E7%8C%AB", { as: null });
			assert.equal(got.text, "meow");
			assert.equal(got.headers["x-oss-meta-by"], "anné 猫");
			const { text, contentType } = await emulator.get("photos", "a b/猫");
			assert.deepEqual([text, contentType], ["meow", "text/x-cat"]);
			assert.equal(emulator.region, "cn-hangzhou");
		});

		test("stores bytes unchanged, and JSON", async (t) => {
			const { emulator } = await open(t, isElsewhere);
			await emulator.createBucket("photos");
			const bytes = Uint8Array.from([0, 255, 13, 10, 128]);

			await emulator.put("photos", "a", bytes);
			await emulator.put("photos", "b", "{}", {
				contentType: "application/json",
			});

			assert.deepEqual(
				new Uint8Array((await emulator.get("photos", "a")).body),
				bytes,
			);
			assert.equal((await emulator.get("photos", "b")).text, "{}");
		});

		test("waits for callbacks and requests, optionally of one account", async (t) => {
			const { emulator } = await open(t, isElsewhere);
			const application = await startApplicationServer(t);
			const account = await emulator.createAccount({ name: "a test" });
			const { uid, accessKeyId: id, accessKeySecret: secret } = account;
			const oss = new Client(emulator.endpoint, { id, secret });
			t.after(() => oss.close());
			await oss.put("/photos");

			const waiting = emulator.waitForCallback({ account: uid });
			const request = emulator.waitForRequest({ operation: "PutObject" });
			await oss.put("/photos/a", "meow", callbackTo(application.url));

			const callback = await waiting;
			assert.equal(callback.status, "succeeded");
			assert.equal(callback.body, "key=a");
			assert.equal((await request).key, "a");
			assert.equal((await emulator.callbacks()).length, 1);
			assert.equal((await emulator.callbacks({ account: "7" })).length, 0);
			const since = new Date(Date.now() + 60_000);
			assert.deepEqual(await emulator.requests({ since }), []);
			assert.equal(
				(await emulator.requests({ account: uid, status: "2xx" })).length,
				2,
			);
			await emulator.deleteAccount(uid);
			assert.equal((await oss.get("/")).status, 403);
		});

		test("returns the latest callbacks and requests after a timeout", async (t) => {
			const { emulator, oss } = await open(t, isElsewhere);
			await oss.put("/photos");

			await assert.rejects(
				emulator.waitForRequest({ key: "b", timeoutMs: 1 }),
				/^Error: no request within 1 ms that matches \{"key":"b"\}: the latest are PutBucket photos\/ \(200, account 1000000000000001\)$/,
			);
			await assert.rejects(
				emulator.waitForCallback({ timeoutMs: 1 }),
				/there is no callback at all$/,
			);
		});

		test("makes requests fail, and counts the failures", async (t) => {
			const { emulator, oss } = await open(t, isElsewhere);
			await oss.put("/photos");
			const { id } = await emulator.fault({
				...{ operation: "PutObject", times: 1 },
				do: { status: 503, code: "SlowDown" },
			});

			const statuses = [
				(await oss.put("/photos/a", "meow")).status,
				(await oss.put("/photos/a", "meow")).status,
			];

			assert.deepEqual(statuses, [503, 200]);
			const [fault] = await emulator.faults();
			assert.deepEqual([fault?.id, fault?.struck], [id, 1]);
			await emulator.removeFault(id);
			assert.deepEqual(await emulator.faults(), []);
		});

		test("accepts seeds, and moves its clock", async (t) => {
			const { emulator } = await open(t, isElsewhere);

			const seeded = await emulator.seed({
				buckets: [
					{
						...{
							name: "photos",
							cors: [{ AllowedOrigin: ["*"], AllowedMethod: ["GET"] }],
						},
						objects: [{ key: "a", text: "meow" }],
					},
				],
			});
			const moved = await emulator.clock.advance(3600);
			const frozen = await emulator.clock.freeze(new Date("2030-01-01"));
			const set = await emulator.clock.set(new Date("2031-01-01"));
			const back = await emulator.clock.reset();

			assert.deepEqual(seeded, { buckets: 1, objects: 1, written: 1 });
			assert.equal(Math.round(moved.aheadSeconds), 3600);
			assert.deepEqual(frozen.now, new Date("2030-01-01"));
			assert.deepEqual([set.now, set.frozen], [new Date("2031-01-01"), true]);
			assert.equal(back.frozen, false);
			assert.equal(Math.round((await emulator.clock.get()).aheadSeconds), 0);
		});

		test("rejects with the admin API's message", async (t) => {
			const { emulator } = await open(t, isElsewhere);
			const refusalOf = (promise: Promise<unknown>): Promise<AdminApiError> =>
				promise.then(
					() => assert.fail("it was not refused"),
					(error: unknown) => {
						assert.ok(error instanceof AdminApiError);
						return error;
					},
				);

			const missing = await refusalOf(emulator.get("photos", "a"));
			const bad = await refusalOf(emulator.seed({ buckets: [{ name: "A" }] }));
			const unknown = await refusalOf(emulator.restore("nothing"));

			assert.deepEqual([missing.status, missing.code], [404, "NoSuchBucket"]);
			assert.equal(bad.code, "InvalidSeed");
			assert.match(bad.message, /^buckets\[0\]: InvalidBucketName/);
			assert.equal(unknown.message, "there is no snapshot nothing");
		});
	});

suite("connectEmulator", () => {
	test("rejects if no emulator, or another program, is listening", async (t) => {
		const port = await findFreePort();
		const other = createServer((_, outgoing) => outgoing.end("hello"));
		t.after(() => other.close());
		await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
		const address = other.address();
		const otherPort = typeof address === "object" ? address?.port : 0;

		await assert.rejects(
			connectEmulator({ adminUrl: `http://127.0.0.1:${port}` }),
			/no emulator answers at http:\/\/127\.0\.0\.1:\d+: start one/,
		);
		await assert.rejects(
			connectEmulator({ adminUrl: `http://127.0.0.1:${otherPort}` }),
			/GET \/api\/settings answered 200: adminUrl must be the URL of/,
		);
	});

	test("refuses unknown options and invalid URLs", async () => {
		await assert.rejects(
			connectEmulator({ adminUrl: "127.0.0.1:6771" }),
			/^TypeError: adminUrl must be like http/,
		);
		await assert.rejects(
			// A program in JavaScript can pass any value.
			connectEmulator(JSON.parse('{"adminURL":"http://127.0.0.1:1"}')),
			/^TypeError: connectEmulator has no option adminURL: use adminUrl, /,
		);
	});

	test("refuses values of another type, and missing options", async () => {
		const adminUrl = "http://127.0.0.1:1";
		const cases: readonly (readonly [unknown, RegExp])[] = [
			[undefined, /^TypeError: connectEmulator needs options: \{ adminUrl/],
			[null, /^TypeError: connectEmulator needs options: /],
			["http://127.0.0.1:1", /^TypeError: connectEmulator needs options: /],
			[{}, /^TypeError: adminUrl must be like .*, not undefined$/],
			[{ adminUrl: 7 }, /^TypeError: adminUrl must be like .*, not 7$/],
			[{ adminUrl, endpoint: null }, /^TypeError: endpoint must be like/],
			[{ adminUrl, accessKeySecret: 7 }, /^TypeError: accessKeySecret must be/],
		];
		for (const [options, message] of cases)
			await assert.rejects(
				Reflect.apply(connectEmulator, undefined, [options]),
				message,
			);
	});

	test("returns an endpoint with the host of the admin URL", async (t) => {
		const { adminUrl, port, close } = await startEmulator({
			flags: FLAGS,
		}).then((one) => ({ ...one, port: new URL(one.endpoint).port }));
		t.after(() => close());
		const local = adminUrl.replace("127.0.0.1", "localhost");

		const connected = await connectEmulator({ adminUrl: local });
		const mapped = await connectEmulator({
			...{ adminUrl, endpoint: "http://oss:80/", accessKeySecret: "s" },
		});

		assert.equal(connected.endpoint, `http://localhost:${port}`);
		assert.equal(connected.accessKeySecret, "oss-emulator-secret");
		assert.equal(mapped.endpoint, "http://oss:80");
		assert.equal(mapped.accessKeySecret, "s");
	});
});
