import assert from "node:assert/strict";
import { test } from "node:test";
import {
	BUCKET,
	isOssError,
	makeBucket,
	openStore,
	suiteOverBoth,
} from "./stores.ts";

suiteOverBoth("The documents of a bucket", (open) => {
	test("a document is returned as it was put, under its name and id", async (t) => {
		const { configurations } = (await open(t)).store;
		await configurations.put(BUCKET, "cors", "", "rules");
		await configurations.put(BUCKET, "style", "a", "resize");

		assert.equal(await configurations.find(BUCKET, "cors"), "rules");
		assert.equal(await configurations.find(BUCKET, "style", "a"), "resize");
		assert.equal(await configurations.find(BUCKET, "style"), undefined);
		assert.equal(await configurations.find(BUCKET, "website"), undefined);
	});

	test("a change receives the existing configuration, and can remove it", async (t) => {
		const { configurations } = (await open(t)).store;
		const seen: (string | undefined)[] = [];
		const put = (document: string | undefined) =>
			configurations.change(BUCKET, "cors", "", (present) => {
				seen.push(present);
				return document;
			});

		await put("first");
		await put("second");
		await put(undefined);

		assert.deepEqual(seen, [undefined, "first", "second"]);
		assert.equal(await configurations.find(BUCKET, "cors"), undefined);
	});

	test("a change that throws changes nothing", async (t) => {
		const { configurations } = (await open(t)).store;
		await configurations.put(BUCKET, "cors", "", "first");

		await assert.rejects(
			configurations.change(BUCKET, "cors", "", () => assert.fail("no")),
			{ message: "no" },
		);

		assert.equal(await configurations.find(BUCKET, "cors"), "first");
	});

	test("the bucket of a document can be found by the document's name and id", async (t) => {
		const { configurations } = (await open(t)).store;
		await configurations.put(BUCKET, "domain", "a", "x");
		assert.equal(await configurations.findBucket("domain", "a"), BUCKET);
		assert.equal(await configurations.findBucket("domain", "b"), undefined);
		assert.equal(await configurations.findBucket("other", "a"), undefined);
		await configurations.remove(BUCKET, "domain", "a");
		assert.equal(await configurations.findBucket("domain", "a"), undefined);
	});

	test("documents with the same name are listed in the byte order of their ids", async (t) => {
		const { configurations } = (await open(t)).store;
		for (const id of ["\u{1f431}", "b", "\uffee", "a"])
			await configurations.put(BUCKET, "live", id, `of ${id}`);

		const listed = await configurations.list(BUCKET, "live");

		assert.deepEqual(
			listed.map(({ id, document }) => [id, document]),
			["a", "b", "\uffee", "\u{1f431}"].map((id) => [id, `of ${id}`]),
		);
		assert.deepEqual(await configurations.list(BUCKET, "style"), []);
	});

	test("documents are deleted with the bucket: a new bucket with the same name does not have them", async (t) => {
		const { store } = await open(t);
		const { buckets, configurations } = store;
		await configurations.put(BUCKET, "cors", "", "rules");
		await configurations.find(BUCKET, "cors");
		await buckets.delete(BUCKET);

		assert.equal(await configurations.find(BUCKET, "cors"), undefined);
		assert.deepEqual(await configurations.list(BUCKET, "cors"), []);
		await assert.rejects(
			configurations.change(BUCKET, "cors", "", () => "new"),
			isOssError("NoSuchBucket"),
		);
		await makeBucket(store, BUCKET);
		assert.equal(await configurations.find(BUCKET, "cors"), undefined);
	});

	test("an account has separate documents", async (t) => {
		const { configurations } = (await open(t)).store;
		await configurations.changeOfAccount("1", "block", () => "yes");

		assert.equal(await configurations.findOfAccount("1", "block"), "yes");
		assert.equal(await configurations.findOfAccount("2", "block"), undefined);
		await configurations.changeOfAccount("1", "block", (present) =>
			present === "yes" ? undefined : "still",
		);
		assert.equal(await configurations.findOfAccount("1", "block"), undefined);
	});

	test("all documents are removed when the store is cleared", async (t) => {
		const { store } = await open(t);
		await store.configurations.put(BUCKET, "cors", "", "rules");
		await store.configurations.find(BUCKET, "cors");
		await store.configurations.changeOfAccount("1", "block", () => "yes");

		await store.reset();

		await makeBucket(store, BUCKET);
		assert.equal(await store.configurations.find(BUCKET, "cors"), undefined);
		assert.equal(
			await store.configurations.findOfAccount("1", "block"),
			undefined,
		);
	});

	test("documents persist across a restart", async (t) => {
		const { store, folder } = await open(t);
		if (folder === null) return;
		await store.configurations.put(BUCKET, "cors", "", "rules");
		await store.close();

		const again = await openStore(t, { folder });

		assert.equal(await again.configurations.find(BUCKET, "cors"), "rules");
	});
});
