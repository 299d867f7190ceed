import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite, test } from "node:test";
import { startEmulator } from "../../emulator/index.ts";
import { Client, textsOf } from "../client.ts";
import { openAdmin, startWithAdmin } from "./admin.ts";

suite("A snapshot", () => {
	test("restores objects, accounts, users, faults and the clock, and removes later requests", async (t) => {
		const { oss, admin, endpoint } = await startWithAdmin(t);
		await oss.put("/photos/cat", "meow");
		const { json: account } = await admin.post("/api/accounts", {});
		await admin.put("/api/ram/users/ann", {
			accessKeys: [{ id: "annId", secret: "annSecret" }],
			policies: [],
		});
		await admin.post("/api/faults", {
			...{ operation: "DeleteObject", times: 1, do: { status: 503 } },
		});
		await admin.put("/api/clock", { advance: 60 });
		const before = (await admin.get("/api/requests")).json;

		const taken = await admin.put("/api/snapshots/base");
		await admin.post("/api/reset");
		await oss.put("/others");
		await admin.put("/api/ram/users/bob", {});
		const restored = await admin.post("/api/snapshots/base/restore");

		assert.equal(taken.status, 201);
		assert.equal(taken.json.name, "base");
		assert.equal(restored.status, 204);
		const { json: buckets } = await admin.get("/api/buckets");
		assert.deepEqual(
			buckets.buckets.map(({ name }: { name: string }) => name),
			["photos"],
		);
		assert.equal((await oss.delete("/photos/cat")).status, 503);
		assert.equal((await oss.get("/photos/cat")).text, "meow");
		const { json: ram } = await admin.get("/api/ram/users");
		assert.deepEqual(
			ram.users.map(({ name }: { name: string }) => name),
			["ann"],
		);
		const { json: clock } = await admin.get("/api/clock");
		assert.equal(Math.round(clock.aheadSeconds), 60);
		const own = new Client(endpoint, {
			...{ id: account.accessKeyId, secret: account.accessKeySecret },
		});
		t.after(() => own.close());
		assert.deepEqual(textsOf(await own.get("/"), "ID"), [account.uid]);
		const { json: after } = await admin.get("/api/requests");
		assert.deepEqual(after.requests.slice(3), []);
		assert.equal(before.requests.length, 2);
	});

	test("can be replaced, listed and removed; the error for a missing one contains its name", async (t) => {
		const { admin } = await startWithAdmin(t);
		const names = async (): Promise<string[]> => {
			const { json } = await admin.get("/api/snapshots");
			return json.snapshots.map(({ name }: { name: string }) => name);
		};
		await admin.put("/api/snapshots/a");
		await admin.put("/api/snapshots/b");
		await admin.put("/api/snapshots/a");

		assert.deepEqual((await names()).sort(), ["a", "b"]);
		const removed = await admin.delete("/api/snapshots/a");
		assert.deepEqual(removed.json, { deleted: 1 });
		assert.deepEqual(await names(), ["b"]);
		for (const refused of [
			await admin.post("/api/snapshots/a/restore"),
			await admin.delete("/api/snapshots/a"),
		]) {
			assert.equal(refused.status, 404);
			assert.equal(refused.json.message, "there is no snapshot a");
		}
		const odd = await admin.put("/api/snapshots/a%2Fb");
		assert.equal(odd.status, 400);
		assert.match(odd.json.message, /^name must match/);
	});

	test("is available after a restart, with --data", async (t) => {
		const data = await mkdtemp(join(tmpdir(), "snapshots-"));
		t.after(() => rm(data, { recursive: true }));
		const open = () => startEmulator({ data, flags: ["--no-files"] });
		const first = await open();
		const admin = await openAdmin(first.adminUrl);
		const { json: account } = await admin.post("/api/accounts", {});
		await admin.put("/api/snapshots/base");
		await first.close();

		await using second = await open();
		const again = await openAdmin(second.adminUrl);
		const { status } = await again.post("/api/snapshots/base/restore");

		assert.equal(status, 204);
		const { json } = await again.get(`/api/accounts?account=${account.uid}`);
		assert.deepEqual(json.accounts, [account]);
	});
});
