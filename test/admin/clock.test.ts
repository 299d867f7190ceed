import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { suite, test } from "node:test";
import { type Answer, refusal, textsOf } from "../client.ts";
import { field, file, postForm, signedV1 } from "../operations/object/form.ts";
import { presignV1, presignV4 } from "../presign.ts";
import { startWithAdmin } from "./admin.ts";

const MINUTE = 60;
const DAY = 24 * 60 * MINUTE;

/** The difference between `time` and the machine's clock, in whole minutes. */
const minutesAhead = (time = ""): number =>
	Math.round((Date.parse(time) - Date.now()) / 60_000) + 0; // never -0

suite("The clock of the emulator", () => {
	test("shows the real time until it is moved, and can be reset", async (t) => {
		const { admin } = await startWithAdmin(t);
		const send = (change: object) =>
			admin.send("PUT", "/api/clock", {
				headers: { "Content-Type": "application/json" },
				body: JSON.stringify(change),
			});
		assert.equal(minutesAhead((await admin.get("/api/clock")).json.now), 0);

		await send({ advance: DAY });
		const { now, aheadSeconds, frozen } = (await send({ advance: 60 })).json;
		assert.equal(minutesAhead(now), 24 * 60 + 1);
		assert.ok(Math.abs(aheadSeconds - DAY - 60) < 1, `${aheadSeconds}`);
		assert.equal(frozen, false);

		const put = await send({ now: "2030-01-31T08:00:00+08:00", frozen: true });
		assert.equal(put.json.now, "2030-01-31T00:00:00.000Z");
		assert.equal(put.json.frozen, true);
		assert.deepEqual(
			(await admin.get("/api/clock")).json.now,
			"2030-01-31T00:00:00.000Z",
		);

		const back = await admin.send("DELETE", "/api/clock");
		assert.deepEqual([back.json.frozen, back.json.aheadSeconds], [false, 0]);
	});

	for (const [what, change] of [
		["no moment", { now: "tomorrow" }],
		["a time before 1970", { now: "1969-01-01T00:00:00Z" }],
		["a value that is not a number", { advance: "1" }],
		["an unknown member", { forward: 1 }],
	] as const) {
		test(`is not moved by ${what}`, async (t) => {
			const { admin } = await startWithAdmin(t);
			const { status, json } = await admin.send("PUT", "/api/clock", {
				headers: { "Content-Type": "application/json" },
				body: JSON.stringify(change),
			});
			assert.equal(`${status} ${json.error}`, "400 InvalidArgument");
			assert.equal(minutesAhead((await admin.get("/api/clock")).json.now), 0);
		});
	}

	test("is used for checking signatures and in responses", async (t) => {
		const { admin, oss } = await startWithAdmin(t);
		await oss.put("/photos/cat", "meow");
		const move = (advance: number) =>
			admin.send("PUT", "/api/clock", {
				headers: { "Content-Type": "application/json" },
				body: JSON.stringify({ advance }),
			});

		await move(14 * MINUTE);
		const within = await oss.put("/photos/dog", "woof");
		assert.equal(within.status, 200);
		assert.equal(minutesAhead(within.headers.date), 14);
		assert.match(within.headers["x-oss-server-time"] ?? "", /^\d{1,4}$/);
		const head = await oss.head("/photos/dog");
		assert.equal(minutesAhead(head.headers["last-modified"]), 14);
		const seconds = Number.parseInt(
			head.headers["x-oss-request-id"]?.slice(0, 8) ?? "",
			16,
		);
		assert.equal(
			minutesAhead(new Date(seconds * 1000).toISOString()),
			14,
			"the time that is in the request's id",
		);

		await move(2 * MINUTE);
		const late = await oss.get("/photos/cat");
		assert.match(refusal(late), /^403 RequestTimeTooSkewed 0002-00000504/);
		assert.equal(minutesAhead(late.headers.date), 16);
		assert.equal(minutesAhead(textsOf(late, "ServerTime")[0]), 16);
		await admin.send("DELETE", "/api/clock");
		assert.equal((await oss.get("/photos/cat")).text, "meow");
	});
});

suite("A clock with the scope expiry", () => {
	const ahead = { advance: 2 * 60 * MINUTE, scope: "expiry" };

	test("does not affect the time of requests, Date and Last-Modified", async (t) => {
		const { admin, oss } = await startWithAdmin(t);
		const { json } = await admin.put("/api/clock", ahead);

		const put = await oss.put("/photos/cat", "meow");
		const head = await oss.head("/photos/cat");

		assert.equal(json.scope, "expiry");
		assert.equal(minutesAhead(json.now), 120);
		assert.equal(put.status, 200);
		assert.equal(minutesAhead(put.headers.date), 0);
		assert.equal(minutesAhead(head.headers["last-modified"]), 0);
	});

	test("makes security tokens expire, and STS issues new ones to clients that use the real time", async (t) => {
		const { admin, oss, endpoint } = await startWithAdmin(t);
		const { STS }: { readonly STS: new (options: object) => Sts } =
			createRequire(import.meta.url)("ali-oss");
		const sts = new STS({
			...{ accessKeyId: "oss-emulator", endpoint },
			accessKeySecret: "oss-emulator-secret",
		});
		const role = "acs:ram::1000000000000001:role/app";
		const assume = async () => {
			const { credentials } = await sts.assumeRole(role, "", 3600, "job");
			const { AccessKeyId, AccessKeySecret, SecurityToken } = credentials;
			return (): Promise<Answer> =>
				oss.get("/photos", {
					as: { id: AccessKeyId ?? "", secret: AccessKeySecret ?? "" },
					headers: { "x-oss-security-token": SecurityToken ?? "" },
				});
		};
		const withFirst = await assume();
		assert.equal((await withFirst()).status, 200);

		await admin.put("/api/clock", ahead);

		assert.match(refusal(await withFirst()), /^403 SecurityTokenExpired/);
		const withSecond = await assume();
		assert.equal((await withSecond()).status, 200);
	});

	test("makes signed URLs, policies of forms, and objects under lifecycle rules expire", async (t) => {
		const { admin, oss, endpoint } = await startWithAdmin(t);
		await oss.put("/photos/logs/cat", "meow");
		await oss.put("/photos/cat", "meow");
		await admin.put("/api/buckets/photos/documents/lifecycle", {
			document: [
				{
					...{ ID: "old", Prefix: "logs/", Status: "Enabled" },
					Expiration: { Days: 1 },
				},
			],
		});
		const key = { id: "oss-emulator", secret: "oss-emulator-secret" };
		const request = { method: "GET", resource: "/photos/cat", query: {} };
		const urls = [presignV1, presignV4].map(
			(presign) => `${endpoint}/photos/cat?${presign(key, request)}`,
		);
		const inAnHour = new Date(Date.now() + 3_600_000).toISOString();
		const form = [
			...[
				field("key", "form"),
				...signedV1([["eq", "$key", "form"]], inAnHour),
			],
			file("meow"),
		];
		assert.equal((await postForm(oss, form)).status, 204);

		await admin.put("/api/clock", { advance: 2 * DAY, scope: "expiry" });

		for (const url of urls) assert.equal((await fetch(url)).status, 403);
		assert.match(refusal(await postForm(oss, form)), /^403 AccessDenied/);
		assert.equal((await oss.get("/photos/logs/cat")).status, 404);
		assert.equal((await oss.get("/photos/cat")).status, 200);
	});

	test("ends the retention of an object and of a bucket", async (t) => {
		const { admin, oss } = await startWithAdmin(t);
		const tomorrow = new Date(Date.now() + DAY * 1000).toISOString();
		await oss.put("/photos/cat", "meow");
		await oss.put(
			"/photos?objectWorm",
			"<ObjectWormConfiguration><ObjectWormEnabled>Enabled</ObjectWormEnabled></ObjectWormConfiguration>",
		);
		const retained = await oss.put(
			"/photos/cat?retention",
			`<Retention><Mode>COMPLIANCE</Mode><RetainUntilDate>${tomorrow}</RetainUntilDate></Retention>`,
		);
		assert.equal(retained.status, 200);
		await oss.put("/papers");
		await oss.put("/papers/deed", "mine");
		const worm = await oss.post(
			"/papers?worm",
			"<InitiateWormConfiguration><RetentionPeriodInDays>1</RetentionPeriodInDays></InitiateWormConfiguration>",
		);
		await oss.post(`/papers?wormId=${worm.headers["x-oss-worm-id"]}`);
		const remove = async (): Promise<number[]> => [
			(await oss.delete("/photos/cat")).status,
			(await oss.delete("/papers/deed")).status,
		];
		assert.deepEqual(await remove(), [409, 409]);

		await admin.put("/api/clock", { advance: 2 * DAY, scope: "expiry" });

		assert.deepEqual(await remove(), [204, 204]);
	});

	test("completes the restore of archived objects, and later archives them again", async (t) => {
		const { admin, oss } = await startWithAdmin(t);
		const archived = { "x-oss-storage-class": "ColdArchive" };
		await oss.put("/photos/cat", "meow", archived);
		const restoring = await oss.post("/photos/cat?restore");
		assert.equal(restoring.status, 202);
		const read = async (): Promise<[number, boolean, boolean]> => [
			(await oss.get("/photos/cat")).status,
			"x-oss-restore" in (await oss.head("/photos/cat")).headers,
			(await oss.get("/photos")).text.includes("<RestoreInfo>"),
		];
		assert.deepEqual(await read(), [403, true, true]);

		await admin.put("/api/clock", { advance: MINUTE, scope: "expiry" });
		assert.deepEqual(await read(), [200, true, true]);

		await admin.put("/api/clock", { advance: 2 * DAY });
		assert.deepEqual(await read(), [403, false, false]);
	});

	test("ends the permissions of policies with a time limit", async (t) => {
		const { admin, oss } = await startWithAdmin(t);
		await oss.put("/photos/cat", "meow");
		const inAnHour = new Date(Date.now() + 3_600_000).toISOString();
		const policy = {
			Version: "1",
			Statement: [
				{
					...{ Effect: "Allow", Principal: ["*"], Action: "oss:GetObject" },
					Resource: "acs:oss:*:*:photos/*",
					Condition: { DateLessThan: { "acs:CurrentTime": inAnHour } },
				},
			],
		};
		const put = await oss.put("/photos?policy", JSON.stringify(policy));
		assert.equal(put.status, 200);
		const read = async (): Promise<number> =>
			(await oss.get("/photos/cat", { as: null })).status;
		assert.equal(await read(), 200);

		await admin.put("/api/clock", ahead);

		assert.equal(await read(), 403);
	});

	test("keeps its scope until another scope is set, or the clock is reset", async (t) => {
		const { admin } = await startWithAdmin(t);
		const scopeAfter = async (change: object): Promise<string> =>
			(await admin.put("/api/clock", change)).json.scope;

		assert.equal(await scopeAfter({ advance: 1 }), "all");
		assert.equal(await scopeAfter(ahead), "expiry");
		assert.equal(await scopeAfter({ advance: 1 }), "expiry");
		assert.equal(await scopeAfter({ scope: "all" }), "all");
		await scopeAfter(ahead);
		await admin.post("/api/reset");
		assert.equal((await admin.get("/api/clock")).json.scope, "all");
		const refused = await admin.put("/api/clock", { scope: "some" });
		assert.equal(refused.json.message, "scope must be one of all, expiry");
	});
});

type Sts = {
	assumeRole(
		...request: readonly unknown[]
	): Promise<{ readonly credentials: Readonly<Record<string, string>> }>;
};
