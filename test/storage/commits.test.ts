import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { suite, type TestContext, test } from "node:test";
import { startApplicationServer } from "../callback/application-server.ts";
import { base64Json } from "../callback/request-callback.ts";
import { start } from "./emulator-process.ts";
import { makeFolder } from "./stores.ts";

/** Sizes in SQLite's write-ahead log. Source: «WAL-mode File Format». */
const HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;

/** Counts the frames that end a commit: these contain the size of the database after the commit, others contain 0. */
function countCommits(folder: string): number {
	const log = readFileSync(join(folder, "oss.db-wal"));
	const frame = FRAME_HEADER_BYTES + log.readUInt32BE(8);
	let count = 0;
	for (let at = HEADER_BYTES; at + frame <= log.length; at += frame)
		if (log.readUInt32BE(at + 4) > 0) count++;
	return count;
}

async function open(t: TestContext) {
	const folder = makeFolder(t);
	const { oss, admin } = await start(t, folder);
	await oss.put("/photos", "");
	const put = (key: string, headers: Record<string, string> = {}) =>
		oss.put(`/photos/${key}`, "meow", headers);
	await put("first");
	const before = countCommits(folder);
	return { put, admin, commits: () => countCommits(folder) - before };
}

suite("An upload", () => {
	test("is one commit", async (t) => {
		const { put, commits } = await open(t);

		assert.equal((await put("a")).status, 200);

		assert.equal(commits(), 1);
	});

	test("adds two commits for its callback, before and after the calls, whatever the number of URLs", async (t) => {
		const { put, commits } = await open(t);
		const failing = await startApplicationServer(t, { status: 500 });
		const { url, received } = await startApplicationServer(t);
		const callback = {
			callbackUrl: `${failing.url};${url}`,
			callbackBody: "a=1",
		};

		const reply = await put("a", { "x-oss-callback": base64Json(callback) });

		assert.equal(reply.status, 200);
		assert.equal(failing.received.length, 1);
		assert.equal(received.length, 1);
		assert.equal(commits(), 3);
	});
});

suite("100 objects", () => {
	const KEYS = Array.from({ length: 100 }, (_, i) => `${i}`);

	test("are deleted in few commits together with their bucket", async (t) => {
		const { put, admin, commits } = await open(t);
		await Promise.all(KEYS.map((key) => put(key)));
		const before = commits();

		const path = "/api/buckets/photos?force=true";
		const { status } = await admin.send("DELETE", path, { as: null });

		assert.equal(status, 200);
		assert.ok(commits() - before <= 10);
	});
});
