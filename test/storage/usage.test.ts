import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { Usage } from "../../emulator/storage/rows/usage.ts";
import { openDatabase } from "../../emulator/storage/schema.ts";
import type { Store } from "../../emulator/storage/store.ts";
import { BUCKET, dice, makeBucket, NOW, put, suiteOverBoth } from "./stores.ts";

const sumOf = async (store: Store, bucket: string): Promise<number> => {
	const { classes } = await store.stat(bucket);
	return classes.values().reduce((sum, { size }) => sum + size, 0);
};

suiteOverBoth("The used bytes of a bucket", (open) => {
	test("are updated by all kinds of writes, including those that are rolled back", async (t) => {
		const { store } = await open(t);
		const roll = dice(7);
		assert.equal(await store.usedBytes(BUCKET), 0);
		for (let i = 0; i < 200; i++) {
			if (i === 100)
				await store.buckets.change(BUCKET, { versioning: "Enabled" });
			const key = `${roll(9)}`;
			const refuse = (): never => {
				throw new Error("protected");
			};
			const works = [
				() => put(store, key, "a".repeat(roll(100))),
				() => put(store, key, "a".repeat(roll(100)), { protect: refuse }),
				() => store.objects.delete(BUCKET, key, undefined, NOW),
				() => store.objects.delete(BUCKET, key, "null", NOW, refuse),
				() => store.objects.delete(BUCKET, key, "null", NOW),
			];
			await Promise.allSettled([1, 2].map(() => works[roll(works.length)]?.()));
			assert.equal(await store.usedBytes(BUCKET), await sumOf(store, BUCKET));
		}
	});

	test("are recounted for a new bucket of the same name, and after a snapshot is restored", async (t) => {
		const { store } = await open(t);
		await put(store, "a", "12345");
		await store.snapshot("one", NOW);
		assert.equal(await store.usedBytes(BUCKET), 5);
		await store.objects.delete(BUCKET, "a", undefined, NOW);
		await store.buckets.delete(BUCKET);
		await makeBucket(store, BUCKET);
		assert.equal(await store.usedBytes(BUCKET), 0);

		await store.restore("one");

		assert.equal(await store.usedBytes(BUCKET), 5);
	});
});

suite("Bytes that are counted while others are written", () => {
	for (const seed of [1, 2, 3])
		test(`are counted once (seed ${seed})`, async () => {
			const roll = dice(seed);
			const db = openDatabase(":memory:", false);
			const insert = db.prepare(
				`INSERT INTO version (bucket, key, version_id, listed, type, size, etag, crc64, md5, modified_ms,
				                      storage_class, acl, properties)
				 VALUES (1, ?, ?, ?, 'Normal', ?, '', '', '', 0, 'Standard', 'default', '{}') RETURNING id`,
			);
			const rows: { id: unknown; key: string; size: number }[] = [];
			let count = 0;
			const usage = new Usage(db, 3, () => ({
				pause: async () => {
					for (let i = 0; i < 5; i++) write();
				},
			}));
			const write = (): void => {
				const [old] = roll(3) ? [] : rows.splice(roll(rows.length), 1);
				if (old) {
					db.prepare("DELETE FROM version WHERE id = ?").run(old.id);
					usage.add(1, old.key, -old.size);
					return;
				}
				const [key, size] = [`${roll(20)}-${count}`, roll(100)];
				const row = insert.get(key, `${count++}`, roll(2), size) as {
					id: unknown;
				};
				usage.add(1, key, size);
				rows.push({ ...row, key, size });
			};
			for (let i = 0; i < 50; i++) write();

			const counted = await usage.bytesOf(1);

			const expected = rows.reduce((sum, { size }) => sum + size, 0);
			assert.equal(counted, expected);
			for (let i = 0; i < 50; i++) write();
			const later = rows.reduce((sum, { size }) => sum + size, 0);
			assert.equal(await usage.bytesOf(1), later);
			db.close();
		});
});
