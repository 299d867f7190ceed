import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { startWithBucket } from "../../emulator.ts";

suite("DeleteObject", () => {
	test("succeeds for existing and for missing objects", async (t) => {
		const { oss } = await startWithBucket(t);
		await oss.put("/photos/cat", "meow");
		for (let i = 0; i < 2; i++) {
			const deleted = await oss.delete("/photos/cat");
			assert.equal(deleted.status, 204);
			assert.equal(deleted.reason, "No Content");
			assert.equal(deleted.text, "");
			assert.equal(deleted.headers["x-oss-delete-marker"], undefined);
			assert.equal(deleted.headers["x-oss-version-id"], undefined);
			assert.equal((await oss.get("/photos/cat")).status, 404);
		}
	});

	test("deletes only the object with this key", async (t) => {
		const { oss } = await startWithBucket(t);
		for (const key of ["a", "a/", "a/b", "A"])
			await oss.put(`/photos/${key}`, key);
		await oss.delete("/photos/a/");
		const left = ["a", "a/", "a/b", "A"].map(
			async (key) => (await oss.get(`/photos/${key}`)).status,
		);
		assert.deepEqual(await Promise.all(left), [200, 404, 200, 200]);
	});
});
