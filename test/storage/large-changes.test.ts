import assert from "node:assert/strict";
import { join } from "node:path";
import { suite, test } from "node:test";
import { setImmediate as nextTurn } from "node:timers/promises";
import Database from "better-sqlite3";
import type { Store } from "../../emulator/storage/store.ts";
import { expectedTree, tree } from "./plain-files.ts";
import {
	assertBytes,
	BUCKET,
	blobFiles,
	bytes,
	makeBucket,
	makeFolder,
	NOW,
	newObject,
	openStore,
	put,
	read,
	suiteOverBoth,
} from "./stores.ts";

/** More than one turn of the event loop changes. */
const OBJECTS = 6000;
const ALL = { prefix: "", delimiter: "", after: "", max: 2 * OBJECTS };

/** They end or begin something; `save` waits in the same way, and reports errors. */
const NOT_CALLED = /^(close|watch|save)$/;

async function putMany(store: Store, content: string): Promise<void> {
	const keys = Array.from({ length: OBJECTS }, (_, i) => `k${i}`);
	await Promise.all(keys.map((key) => put(store, key, content)));
}

async function keysOf(store: Store): Promise<string[]> {
	const { entries } = await store.objects.list(BUCKET, ALL);
	return entries.map(({ key }) => key);
}

suiteOverBoth("While many rows are being changed", (open) => {
	test("no method of the store returns, and each of them works afterwards", async (t) => {
		const { store } = await open(t);
		await putMany(store, "a");
		await store.snapshot("s", NOW);
		await putMany(store, "b");
		await put(store, "new", "b");
		let isDone = false;
		const settled: string[] = [];
		const call = (name: string, work: () => unknown): Promise<unknown> =>
			Promise.resolve(work()).then(
				() => settled.push(name),
				() => settled.push(name),
			);

		const restored = store.restore("s").finally(() => {
			isDone = true;
		});
		const calls = [
			call("stat", () => store.stat(BUCKET)),
			call("usedBytes", () => store.usedBytes(BUCKET)),
			call("listSnapshots", () => store.listSnapshots()),
			call("snapshot", () => store.snapshot("other", NOW)),
			call("deleteSnapshot", () => store.deleteSnapshot("other")),
		];
		const { buckets, objects, uploads, configurations, deliveries } = store;
		for (const part of [buckets, objects, uploads, configurations, deliveries])
			for (const name of Object.getOwnPropertyNames(part)) {
				if (NOT_CALLED.test(name)) continue;
				const method: (...values: unknown[]) => object = Reflect.get(
					part,
					name,
				);
				const result = method.call(part, BUCKET, ALL);
				calls.push(
					call(name, () =>
						Symbol.asyncIterator in result
							? (result as AsyncGenerator).next()
							: result,
					),
				);
			}
		await nextTurn();

		assert.ok(calls.length > 35, String(calls.length));
		assert.deepEqual([isDone, settled], [false, []]);
		await restored;
		await Promise.all(calls);
		assertBytes(await read(store, "k0"), Buffer.from("a"));
	});

	test("a count that has begun before starts again", async (t) => {
		const { store } = await open(t);
		await putMany(store, "a");
		await store.snapshot("s", NOW);
		await store.reset();
		await makeBucket(store, BUCKET);
		await putMany(store, "bb");

		const stat = store.stat(BUCKET);
		const restored = store.restore("s");

		const { classes } = await stat;
		assert.equal(classes.get("Standard")?.size, OBJECTS);
		await restored;
	});

	test("a list of uploads that has begun before ends, if its bucket is replaced", async (t) => {
		const { store } = await open(t);
		await store.snapshot("s", NOW);
		await store.reset();
		await makeBucket(store, "first");
		await makeBucket(store, BUCKET);
		const initiate = () => store.uploads.initiate(newObject("a"), false);
		await Promise.all(Array.from({ length: 1500 }, initiate));
		const query = { prefix: "", keyMarker: "", uploadIdMarker: "" };
		const list = store.uploads.list(BUCKET, query);
		await list.next();

		await store.restore("s");

		let rest = 0;
		for await (const _ of list) rest++;
		assert.equal(rest, 999);
	});
});

suiteOverBoth("Many rows", (open) => {
	test("are deleted by a reset and returned by a snapshot, which can be replaced and deleted", async (t) => {
		const opened = await open(t);
		const { store, folder } = opened;
		const isOnDisk = folder !== null;
		await putMany(store, "a");
		for (let i = 0; i < 300; i++) await put(store, `big${i}`, bytes(70_000, i));
		await store.snapshot("s", NOW);
		const before = await keysOf(store);

		await store.reset();
		assert.deepEqual(await store.buckets.all(), []);
		await store.restore("s");
		assert.deepEqual(await keysOf(store), before);
		assertBytes(await read(store, "big299"), bytes(70_000, 299));

		const { owner } = await store.buckets.get(BUCKET);
		const other = await makeBucket(store, "others");
		await store.buckets.delete("others");
		await store.buckets.create({ ...other, owner: "2" });
		await store.reset(owner);
		assert.deepEqual(
			(await store.buckets.all()).map(({ name }) => name),
			["others"],
		);
		await store.settled();
		assert.equal((await blobFiles(opened)).length, isOnDisk ? 300 : 0);
		await store.snapshot("s", NOW);
		await store.settled();
		assert.equal((await blobFiles(opened)).length, 0);
		assert.equal(await store.deleteSnapshot("s"), true);
	});
});

suite("A restore of many rows on disk", () => {
	test("that fails changes nothing, and succeeds when it is repeated", async (t) => {
		const folder = makeFolder(t);
		const store = await openStore(t, { folder });
		await makeBucket(store, BUCKET);
		await putMany(store, "a");
		await store.snapshot("s", NOW);
		await store.objects.delete(BUCKET, "k0", undefined, NOW);
		await putMany(store, "b");
		const db = new Database(join(folder, "oss.db"));
		t.after(() => db.close());
		db.exec(
			"CREATE TRIGGER refuse BEFORE INSERT ON version WHEN NEW.key = 'k5999' BEGIN SELECT RAISE(ABORT, 'refused'); END",
		);

		await assert.rejects(store.restore("s"), /refused/);
		assertBytes(await read(store, "k1"), Buffer.from("b"));

		db.exec("DROP TRIGGER refuse");
		await store.restore("s");
		assertBytes(await read(store, "k0"), Buffer.from("a"));
	});

	test("updates the plain copies", async (t) => {
		const folder = makeFolder(t);
		const store = await openStore(t, { folder, files: true });
		await makeBucket(store, BUCKET);
		await put(store, "old", "a");
		await store.snapshot("s", NOW);
		await putMany(store, "");
		await store.objects.delete(BUCKET, "old", undefined, NOW);
		await store.settled();

		await store.restore("s");
		await store.settled();

		assert.deepEqual(tree(join(folder, "files")), await expectedTree(store));
		assert.deepEqual(await keysOf(store), ["old"]);
	});

	test("is ended, without effect, when the store is closed", async (t) => {
		const folder = makeFolder(t);
		const first = await openStore(t, { folder });
		await makeBucket(first, BUCKET);
		await putMany(first, "a");
		await first.snapshot("s", NOW);
		await putMany(first, "b");
		const restored = first.restore("s").catch(() => undefined);
		await first.close();
		await restored;

		const store = await openStore(t, { folder });
		assertBytes(await read(store, "k0"), Buffer.from("b"));
		assertBytes(await read(store, "k5999"), Buffer.from("b"));
	});
});

/** `npm run check` fails if one of these lines is correct. */
export function offered({ buckets, deliveries }: Store): void {
	// @ts-expect-error: it reads without waiting
	buckets.peek("a");
	// @ts-expect-error: it reads without waiting
	deliveries.reload();
}
