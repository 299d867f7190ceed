import assert from "node:assert/strict";
import { test } from "node:test";
import {
	BUCKET,
	chunked,
	isOssError,
	NOW,
	newObject,
	put,
	suiteOverBoth,
} from "./stores.ts";

suiteOverBoth("What a bucket holds", (open) => {
	test("is nothing at first", async (t) => {
		const { store } = await open(t);

		assert.deepEqual(await store.stat(BUCKET, 65_536), {
			classes: new Map(),
			deleteMarkers: 0,
			uploads: 0,
			parts: 0,
			modified: undefined,
		});
		await assert.rejects(store.stat("nobody"), isOssError("NoSuchBucket"));
	});

	test("is counted by storage class; a small object is billed as 64 KiB", async (t) => {
		const { store } = await open(t);
		await put(store, "a", "12345");
		await put(store, "b", Buffer.alloc(100_000), { storageClass: "IA" });
		await put(store, "c", "123", { storageClass: "IA" });

		const { classes, modified } = await store.stat(BUCKET, 65_536);

		const counts = [...classes].map(([name, { count, size, billed }]) => [
			name,
			count,
			size,
			billed,
		]);
		assert.deepEqual(counts.sort(), [
			["IA", 2, 100_003, 165_536],
			["Standard", 1, 5, 65_536],
		]);
		assert.deepEqual(modified, NOW);
	});

	test("includes old versions; delete markers are counted apart", async (t) => {
		const { store } = await open(t, "Enabled");
		await put(store, "a", "12345");
		await put(store, "a", "123");
		await store.objects.delete(BUCKET, "a", undefined, NOW);

		const { classes, deleteMarkers } = await store.stat(BUCKET, 65_536);

		assert.equal(classes.get("Standard")?.count, 2);
		assert.equal(classes.get("Standard")?.size, 8);
		assert.equal(deleteMarkers, 1);
	});

	test("includes uploads under way, with their parts or without", async (t) => {
		const { store } = await open(t);
		const upload = await store.uploads.initiate(newObject("big"), false);
		await store.uploads.initiate(newObject("other"), false);
		for (const number of [1, 2])
			await store.uploads.putPart(upload, number, NOW, chunked("part"));

		const { uploads, parts } = await store.stat(BUCKET, 65_536);

		assert.deepEqual([uploads, parts], [2, 2]);
	});
});
