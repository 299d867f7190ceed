import assert from "node:assert/strict";
import { once } from "node:events";
import { Readable } from "node:stream";
import { test } from "node:test";
import {
	assertBytes,
	BUCKET,
	blobFiles,
	bytes,
	chunked,
	drain,
	makeBucket,
	NOW,
	newObject,
	put,
	suiteOverBoth,
} from "./stores.ts";

suiteOverBoth("A store that is cleared", (open) => {
	test("is empty, and can be used again", async (t) => {
		const opened = await open(t, "Enabled");
		const { store } = opened;
		await put(store, "a", bytes(100_000));
		await store.objects.delete(BUCKET, "a", undefined, NOW);
		const upload = await store.uploads.initiate(newObject("b"), false);
		await store.uploads.putPart(upload, 1, NOW, chunked(bytes(100_000)));

		await store.reset();

		assert.deepEqual(await store.buckets.all(), []);
		assert.deepEqual(await blobFiles(opened), []);
		await makeBucket(store, BUCKET);
		const query = { prefix: "", delimiter: "", after: "", max: 10 };
		const { entries } = await store.objects.listVersions(BUCKET, query);
		assert.deepEqual(entries, []);
		assert.equal(await store.uploads.find(BUCKET, "b", upload.id), undefined);
		await store.buckets.delete(BUCKET);
	});

	test("does not affect clients that are reading", async (t) => {
		const opened = await open(t);
		const { store } = opened;
		await store.objects.append(newObject("a"), 0, chunked(bytes(1_000_000)));
		const small = chunked(bytes(10));
		await store.objects.append(newObject("a"), 1_000_000, small);
		const found = await store.objects.open(BUCKET, "a");
		const stream = found?.content.read();
		assert.ok(stream instanceof Readable);
		await once(stream, "readable");

		await store.reset();

		assertBytes(
			await drain(stream),
			Buffer.concat([bytes(1_000_000), bytes(10)]),
		);
		assert.deepEqual(await blobFiles(opened), []);
	});
});
