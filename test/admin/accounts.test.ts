import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { suite, type TestContext, test } from "node:test";
import { startApplicationServer } from "../application-server.ts";
import { Client, textsOf } from "../client.ts";
import { type Admin, callbackHeaders, startWithAdmin } from "./admin.ts";

/** The part of ali-oss that is used here; the package has no types. */
type Sts = {
	assumeRole(
		role: string,
		policy: undefined,
		seconds: number,
		session: string,
	): Promise<{ readonly credentials: Readonly<Record<string, string>> }>;
};
const { STS }: { readonly STS: new (options: object) => Sts } = createRequire(
	import.meta.url,
)("ali-oss");

type Account = {
	readonly uid: string;
	readonly accessKeyId: string;
	readonly accessKeySecret: string;
	readonly name: string;
};

const create = async (admin: Admin, given = {}): Promise<Account> => {
	const { status, json } = await admin.post("/api/accounts", given);
	assert.equal(status, 201);
	return json;
};

function clientOf(
	t: TestContext,
	endpoint: string,
	{ accessKeyId: id, accessKeySecret: secret }: Account,
): Client {
	const client = new Client(endpoint, { id, secret });
	t.after(() => client.close());
	return client;
}

suite("An account created by POST /api/accounts", () => {
	test("can sign requests immediately, and ListBuckets lists only its own buckets", async (t) => {
		const { admin, oss, endpoint } = await startWithAdmin(t);
		const account = await create(admin);
		const own = clientOf(t, endpoint, account);

		const made = await own.put("/mine");

		assert.equal(made.status, 200);
		assert.deepEqual(textsOf(await own.get("/"), "Name"), ["mine"]);
		assert.deepEqual(textsOf(await oss.get("/"), "Name"), ["photos"]);
		assert.deepEqual(textsOf(await own.get("/"), "ID"), [account.uid]);
		assert.equal((await own.get("/photos")).status, 403);
		assert.equal((await oss.get("/mine")).status, 403);
	});

	test("has the requested uid, key and name", async (t) => {
		const { admin } = await startWithAdmin(t);
		const given = {
			...{ uid: "42", accessKeyId: "me", accessKeySecret: "secret" },
			name: "a test",
		};

		const made = await create(admin, given);

		assert.deepEqual(made, { ...given, configured: false });
		const { json } = await admin.get("/api/accounts");
		const [first, second] = json.accounts;
		assert.equal(first.configured, true);
		assert.equal(first.accessKeySecret, "oss-emulator-secret");
		assert.deepEqual(second, { ...made, accessKeySecret: null });
		const { json: one } = await admin.get("/api/accounts?account=42");
		assert.equal(one.accounts.length, 1);
	});

	test("is refused if its uid or its key already exists", async (t) => {
		const { admin } = await startWithAdmin(t);
		const { uid, accessKeyId } = await create(admin);

		for (const [given, message] of [
			[{ uid }, `account ${uid} already exists`],
			[{ accessKeyId }, `key ${accessKeyId} already exists`],
			[{ uid: "one" }, /^uid must match pattern/],
			[{ accessKeyId: "a:b" }, /^accessKeyId must match pattern/],
			[{ accesskeyid: "a" }, /no parameter accesskeyid/],
			[{ name: 7 }, /^name must be string/],
		] as const) {
			const refused = await admin.post("/api/accounts", given);
			assert.ok(refused.status >= 400 && refused.status < 500);
			if (typeof message === "string")
				assert.equal(refused.json.message, message);
			else assert.match(refused.json.message, message);
		}
		const { json } = await admin.get("/api/accounts");
		assert.equal(json.accounts.length, 2);
	});

	test("can assume its own roles, and their keys belong to the same account", async (t) => {
		const { admin, endpoint } = await startWithAdmin(t);
		const { accessKeyId, accessKeySecret, uid } = await create(admin);
		const sts = new STS({ accessKeyId, accessKeySecret, endpoint });

		const { credentials } = await sts.assumeRole(
			`acs:ram::${uid}:role/app`,
			undefined,
			3600,
			"job",
		);
		const {
			AccessKeyId: id = "",
			AccessKeySecret: secret = "",
			SecurityToken: token = "",
		} = credentials;
		const oss = new Client(endpoint, { id, secret });
		t.after(() => oss.close());
		await oss.put("/by-a-role", "", { "x-oss-security-token": token });

		const { json } = await admin.get(`/api/buckets?account=${uid}`);
		assert.deepEqual(
			json.buckets.map(({ name }: { name: string }) => name),
			["by-a-role"],
		);
		const { json: record } = await admin.get(`/api/requests?account=${uid}`);
		assert.deepEqual(
			record.requests.map(({ operation }: Record<string, string>) => operation),
			["PutBucket", "AssumeRole"],
		);
	});
});

suite("A request belongs to the account", () => {
	test("of the caller, or of the bucket's owner if the caller is anonymous or unknown", async (t) => {
		const { admin, oss, endpoint } = await startWithAdmin(t);
		const account = await create(admin, { uid: "42" });
		const other = clientOf(t, endpoint, account);
		const secret = "wrong";
		await oss.put("/photos/cat", "meow");
		await other.get("/photos/cat");
		await oss.get("/photos/cat", { as: { id: account.accessKeyId, secret } });
		await oss.get("/photos/cat", { as: { id: "unknown", secret } });
		await oss.get("/photos/cat", { as: null });
		await oss.get("/missing/cat", { as: null });

		const { json } = await admin.get("/api/requests?url=cat");

		type Line = { account: string; code: string; bucket: string; key: string };
		const owner = "1000000000000001";
		assert.deepEqual(
			json.requests.map((one: Line) => [one.account, one.code]),
			[
				["", "NoSuchBucket"],
				[owner, "AccessDenied"],
				[owner, "InvalidAccessKeyId"],
				["42", "SignatureDoesNotMatch"],
				["42", "AccessDenied"],
				[owner, ""],
			],
		);
		const { json: own } = await admin.get("/api/requests?account=42");
		assert.equal(own.requests.length, 2);
		assert.deepEqual(
			own.requests.map(({ bucket, key }: Line) => [bucket, key]),
			[
				["photos", "cat"],
				["photos", "cat"],
			],
		);
	});

	test("of the caller, and its record contains the client's string to sign next to the emulator's", async (t) => {
		const { admin, oss } = await startWithAdmin(t);
		const as = { id: "oss-emulator", secret: "wrong" };
		const refused = await oss.get("/photos/cat", {
			...{ as, headers: { "x-oss-security-token": "do not show" } },
		});
		await oss.get("/photos/cat", { as });

		const [{ id }] = (await admin.get("/api/requests?limit=1")).json.requests;
		const { json } = await admin.get(`/api/requests/${id}`);

		assert.match(json.stringToSign, /^OSS4-HMAC-SHA256\n/);
		const headers: Record<string, string> = Object.fromEntries(json.headers);
		assert.match(headers.authorization ?? "", /^OSS4-HMAC-SHA256 Credential=/);
		const first = refused.headers["x-oss-request-id"];
		const { text } = await admin.get(`/api/requests/${first}`);
		assert.ok(!text.includes("do not show"));
		const { status } = await admin.get("/api/requests/0");
		assert.equal(status, 404);
	});
});

suite("GET /api/requests?wait", () => {
	test("returns when a matching request has been answered", async (t) => {
		const { admin, oss } = await startWithAdmin(t);

		const waiting = admin.get(
			"/api/requests?wait=30s&operation=PutObject&count=2",
		);
		await oss.put("/photos/a", "");
		await oss.put("/photos/b", "");

		const { json } = await waiting;
		assert.deepEqual(
			json.requests.map(({ key }: { key: string }) => key),
			["b", "a"],
		);
	});

	test("returns the existing requests after the timeout", async (t) => {
		const { admin } = await startWithAdmin(t);

		const { json } = await admin.get("/api/requests?wait=1ms&key=nothing");

		assert.deepEqual(json.requests, []);
	});
});

suite("100 parallel tests with an account each", () => {
	test("see only their own buckets, callbacks, requests and faults", async (t) => {
		const { admin, endpoint } = await startWithAdmin(t);
		const application = await startApplicationServer(t);

		const run = async (_: unknown, index: number): Promise<void> => {
			const account = await create(admin);
			const oss = clientOf(t, endpoint, account);
			const bucket = `bucket-${index}`;
			const callback = { callbackUrl: application.url, callbackBody: "x=1" };
			const waiting = admin.get(
				`/api/callbacks?wait=30s&account=${account.uid}`,
			);
			await oss.put(`/${bucket}`);
			await oss.put(`/${bucket}/cat`, "meow", callbackHeaders(callback));
			const fault = {
				...{ operation: "HeadObject", account: account.uid, times: 1 },
				do: { status: 503 },
			};
			const { json: added } = await admin.post("/api/faults", fault);
			const heads = [
				(await oss.head(`/${bucket}/cat`)).status,
				(await oss.head(`/${bucket}/cat`)).status,
			];
			assert.deepEqual(heads, [503, 200]);
			const faults = await admin.get(`/api/faults?account=${account.uid}`);
			assert.deepEqual(
				faults.json.faults.map((one: Record<string, unknown>) => [
					one.id,
					one.struck,
				]),
				[[added.id, 1]],
			);
			const [callbacks, requests, buckets] = await Promise.all([
				waiting,
				admin.get(`/api/requests?account=${account.uid}`),
				admin.get(`/api/buckets?account=${account.uid}`),
			]);
			assert.deepEqual(
				callbacks.json.callbacks.map((one: Record<string, string>) => [
					one.account,
					one.bucket,
				]),
				[[account.uid, bucket]],
			);
			assert.deepEqual(
				requests.json.requests.map((one: Record<string, string>) => one.bucket),
				[bucket, bucket, bucket, bucket],
			);
			assert.deepEqual(
				buckets.json.buckets.map((one: Record<string, string>) => one.name),
				[bucket],
			);
		};
		await Promise.all(Array.from({ length: 100 }, run));

		const { json } = await admin.get("/api/callbacks?limit=1000");
		assert.equal(json.callbacks.length, 100);
	});
});

suite("DELETE /api/accounts/UID", () => {
	test("removes the account and everything that belongs to it, and nothing else", async (t) => {
		const { admin, oss, endpoint } = await startWithAdmin(t);
		const application = await startApplicationServer(t);
		const callback = { callbackUrl: application.url, callbackBody: "x=1" };
		const account = await create(admin);
		const { uid } = account;
		const own = clientOf(t, endpoint, account);
		await oss.put("/photos/a", "meow", callbackHeaders(callback));
		await own.put("/mine");
		await own.put("/mine/a", "meow", callbackHeaders(callback));
		await own.post("/mine/b?uploads");
		await admin.put("/api/ram/users/ann", { account: uid });
		await admin.post("/api/faults", {
			...{ operation: "*", account: uid, do: { delayMs: 1 } },
		});

		const removed = await admin.delete(`/api/accounts/${uid}`);

		assert.deepEqual(removed.json, { deleted: 1 });
		assert.equal((await own.get("/")).status, 403);
		assert.equal((await oss.put("/mine")).status, 200);
		for (const list of ["callbacks", "requests", "faults", "ram/users"]) {
			const { json } = await admin.get(`/api/${list}?account=${uid}`);
			assert.deepEqual(Object.values(json), [[]], list);
		}
		assert.equal((await oss.get("/photos/a")).text, "meow");
		const { json } = await admin.get("/api/callbacks");
		assert.equal(json.callbacks.length, 1);
		assert.equal((await admin.delete(`/api/accounts/${uid}`)).status, 404);
	});

	test("refuses an account of --access-key", async (t) => {
		const { admin } = await startWithAdmin(t);

		const refused = await admin.delete("/api/accounts/1000000000000001");

		assert.equal(refused.status, 409);
		assert.match(refused.json.message, /comes from --access-key/);
	});

	test("invalidates the sessions that STS issued for it", async (t) => {
		const { admin, endpoint } = await startWithAdmin(t);
		const { accessKeyId, accessKeySecret, uid } = await create(admin);
		const sts = new STS({ accessKeyId, accessKeySecret, endpoint });
		const role = `acs:ram::${uid}:role/app`;
		const { credentials } = await sts.assumeRole(role, undefined, 3600, "job");
		const oss = clientOf(t, endpoint, {
			...{ uid, name: "", accessKeyId: credentials.AccessKeyId ?? "" },
			accessKeySecret: credentials.AccessKeySecret ?? "",
		});
		const headers = { "x-oss-security-token": credentials.SecurityToken ?? "" };
		assert.equal((await oss.get("/", { headers })).status, 200);

		await admin.delete(`/api/accounts/${uid}`);

		assert.equal((await oss.get("/", { headers })).status, 403);
	});
});

suite("POST /api/reset of an account", () => {
	test("empties the account, and does not change its keys, the clock and other accounts", async (t) => {
		const { admin, oss, endpoint } = await startWithAdmin(t);
		const account = await create(admin);
		const own = clientOf(t, endpoint, account);
		await own.put("/mine");
		await admin.put("/api/clock", { advance: 60 });

		const { status } = await admin.post("/api/reset", { account: account.uid });

		assert.equal(status, 204);
		assert.deepEqual(textsOf(await own.get("/"), "Name"), []);
		assert.deepEqual(textsOf(await oss.get("/"), "Name"), ["photos"]);
		const { json } = await admin.get("/api/clock");
		assert.equal(Math.round(json.aheadSeconds), 60);
	});

	test("refuses an account that does not exist, and an unknown parameter", async (t) => {
		const { admin } = await startWithAdmin(t);

		assert.equal(
			(await admin.post("/api/reset", { account: "7" })).status,
			404,
		);
		const { status, json } = await admin.post("/api/reset", { acount: "7" });
		assert.equal(status, 400);
		assert.match(json.message, /no parameter acount/);
		assert.equal((await admin.get("/api/buckets")).json.buckets.length, 1);
	});

	test("of all accounts resets the clock, and removes accounts that were created since the start", async (t) => {
		const { admin } = await startWithAdmin(t);
		await create(admin);
		await admin.put("/api/clock", { advance: 60, frozen: true });

		await admin.post("/api/reset");

		const { json: clock } = await admin.get("/api/clock");
		assert.equal(clock.frozen, false);
		assert.equal(Math.round(clock.aheadSeconds), 0);
		const { json } = await admin.get("/api/accounts");
		assert.equal(json.accounts.length, 1);
	});
});
