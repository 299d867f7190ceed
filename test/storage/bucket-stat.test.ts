import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { BUCKET, makeBucket, newObject, openStore, put } from "./stores.ts";

/** More objects than are counted in one step. */
const MANY = 2100;

suite("The counts of a bucket", () => {
	test("are complete over many pages of keys, and of versions of one key", async (t) => {
		const store = await openStore(t, {});
		await makeBucket(store, BUCKET);
		await store.buckets.change(BUCKET, { versioning: "Enabled" });
		for (const key of ["a", "m", "z"]) await put(store, key, "12345");
		const source = await store.objects.find(BUCKET, "m");
		assert.ok(source);
		for (let i = 0; i < MANY; i++) {
			await store.objects.copy(source, newObject("n"));
			await store.objects.copy(source, newObject(`k${i}`));
			await store.objects.delete(BUCKET, "m", undefined, new Date(i));
		}
		const { classes, deleteMarkers } = await store.stat(BUCKET, 10);
		const count = 3 + 2 * MANY;
		assert.deepEqual(
			[...classes],
			[["Standard", { count, size: 5 * count, billed: 10 * count }]],
		);
		assert.equal(deleteMarkers, MANY);
	});

	test("do not block other work", async (t) => {
		const store = await openStore(t, {});
		await makeBucket(store, BUCKET);
		await put(store, "a", "12345");
		const source = await store.objects.find(BUCKET, "a");
		assert.ok(source);
		for (let i = 0; i < 15_000; i++)
			await store.objects.copy(source, newObject(`k${i}`));
		let turns = 0;
		let isCounting = true;
		const turn = (): void => {
			turns += 1;
			if (isCounting) setImmediate(turn);
		};
		setImmediate(turn);
		const began = performance.now();
		const { classes } = await store.stat(BUCKET);
		const tookMs = performance.now() - began;
		isCounting = false;
		assert.equal(classes.get("Standard")?.count, 15_001);
		// On a fast machine there may be no pause.
		assert.ok(turns > 1 || tookMs < 20, `${turns} turns in ${tookMs} ms`);
	});
});
