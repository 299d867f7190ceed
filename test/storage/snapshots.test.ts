import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { suite, test } from "node:test";
import Database from "better-sqlite3";
import { joinParts } from "../../emulator/operations/multipart/completion.ts";
import { SNAPSHOTS_MAX, type Store } from "../../emulator/storage/store.ts";
import { expectedTree, tree } from "./plain-files.ts";
import {
	assertBytes,
	BUCKET,
	blobFiles,
	bytes,
	chunked,
	dice,
	drain,
	makeBucket,
	makeFolder,
	md5,
	NOW,
	newObject,
	openStore,
	put,
	read,
	suiteOverBoth,
} from "./stores.ts";

const ALL = { prefix: "", delimiter: "", after: "", max: 1000 };
const OWNER = "1000000000000001";
const OTHER = "1000000000000002";

/** @returns everything that a client can observe */
async function dump(store: Store): Promise<unknown> {
	const buckets = [];
	for (const bucket of await store.buckets.all()) {
		const { name } = bucket;
		const versions = [];
		const { entries } = await store.objects.listVersions(name, ALL);
		for (const version of entries) {
			const { key, versionId, type } = version;
			const opened =
				type === "DeleteMarker"
					? undefined
					: await store.objects.open(name, key, versionId);
			const content = opened && md5(await drain(opened.content.read()));
			versions.push({ ...version, content });
		}
		const uploads = [];
		const query = { prefix: "", keyMarker: "", uploadIdMarker: "" };
		for await (const upload of store.uploads.list(name, query))
			uploads.push({ upload, parts: await store.uploads.parts(upload) });
		const cors = await store.configurations.find(name, "cors");
		const { entries: listed } = await store.objects.list(name, ALL);
		buckets.push({ bucket, versions, uploads, cors, listed });
	}
	const block = await store.configurations.findOfAccount("1", "block");
	return { buckets, block, deliveries: await store.deliveries.list({}, 100) };
}

suiteOverBoth("A snapshot", (open) => {
	test("restores the store after any changes", async (t) => {
		const opened = await open(t, "Enabled");
		const { store } = opened;
		const next = dice(20_240_506);
		const saved = new Map<string, unknown>();
		for (let step = 0; step < 400; step++) {
			if (next(10) > 0) {
				await changeSomething(store, next, step);
				continue;
			}
			const name = `s${next(4)}`;
			const what = next(5);
			if (what < 2) {
				await store.snapshot(name, NOW, String(step));
				saved.set(name, await dump(store));
			} else if (what < 4) {
				const found = await store.restore(name);
				assert.equal(found !== undefined, saved.has(name));
				if (found)
					assert.deepEqual(await dump(store), saved.get(name), `step ${step}`);
			} else {
				assert.equal(await store.deleteSnapshot(name), saved.delete(name));
			}
		}
		for (const [name, expected] of saved) {
			await store.restore(name);
			assert.deepEqual(await dump(store), expected);
		}

		for (const name of saved.keys()) await store.deleteSnapshot(name);
		await store.reset();
		assert.deepEqual(await blobFiles(opened), []);
	});

	test("includes additional state from its caller, and is listed", async (t) => {
		const { store } = await open(t);
		await store.snapshot("a", NOW, "one");
		await store.snapshot("b", NOW, "two");
		await store.snapshot("a", NOW, "three");
		assert.deepEqual(await store.listSnapshots(), [
			{ name: "b", created: NOW, state: "two" },
			{ name: "a", created: NOW, state: "three" },
		]);
		assert.equal((await store.restore("a"))?.state, "three");
		assert.equal(await store.restore("c"), undefined);
		assert.equal(await store.deleteSnapshot("c"), false);
		assert.equal(await store.deleteSnapshot("b"), true);
		assert.equal((await store.listSnapshots()).length, 1);
	});

	test("preserves its blobs, which are removed with the snapshot", async (t) => {
		const opened = await open(t);
		const { store, folder } = opened;
		const count = async () => (await blobFiles(opened)).length;
		const big = folder === null ? 0 : 1;
		await put(store, "a", bytes(100_000));
		await store.snapshot("s", NOW);
		assert.equal(await count(), big);
		await put(store, "a", bytes(100_000, 2));
		await store.objects.delete(BUCKET, "a", undefined, NOW);
		assert.equal(await count(), big);
		await put(store, "b", bytes(100_000, 3));

		await store.restore("s");

		assert.equal(await count(), big);
		assertBytes(await read(store, "a"), bytes(100_000));
		assert.equal(await read(store, "b"), undefined);
		await store.objects.delete(BUCKET, "a", undefined, NOW);
		await store.deleteSnapshot("s");
		assert.equal(await count(), 0);
	});

	test("does not affect a client that is reading when it is restored", async (t) => {
		const { store } = await open(t);
		await store.objects.append(newObject("a"), 0, chunked(bytes(1_000_000)));
		await store.snapshot("s", NOW);
		const small = chunked(bytes(10));
		await store.objects.append(newObject("a"), 1_000_000, small);
		const found = await store.objects.open(BUCKET, "a");
		const stream = found?.content.read();
		assert.ok(stream instanceof Readable);
		await once(stream, "readable");

		await store.restore("s");
		const other = chunked(bytes(10, 1));
		await store.objects.append(newObject("a"), 1_000_000, other);

		const [first, seen] = [bytes(1_000_000), await drain(stream)];
		assertBytes(seen, Buffer.concat([first, bytes(10)]));
		const now = await read(store, "a");
		assertBytes(now, Buffer.concat([first, bytes(10, 1)]));
	});

	test("does not affect a client that is about to read when it is restored", async (t) => {
		const { store } = await open(t);
		await store.snapshot("s", NOW);
		await put(store, "a", bytes(100_000));
		await store.objects.append(newObject("b"), 0, chunked(bytes(100_000)));
		await store.objects.append(newObject("b"), 100_000, chunked(bytes(10)));
		const found = await Promise.all(
			["a", "b"].map((key) => store.objects.open(BUCKET, key)),
		);

		await store.restore("s");

		const [whole, part] = found.map((each) => each?.content ?? assert.fail());
		assertBytes(await whole?.readWhole(), bytes(100_000));
		const expected = Buffer.concat([bytes(100_000).subarray(-5), bytes(10)]);
		assertBytes(
			await part?.readWhole(99_995, 100_007),
			expected.subarray(0, 13),
		);
	});

	test("that is restored appears at once, and other requests are served afterwards", async (t) => {
		const { store } = await open(t);
		const keys = Array.from({ length: 3000 }, (_, i) => `${i}`);
		await Promise.all(keys.map((key) => put(store, key, "a")));
		await store.snapshot("one", NOW);
		const gone = keys.map((key) =>
			store.objects.delete(BUCKET, key, undefined, NOW),
		);
		await Promise.all(gone);
		const all = { prefix: "", delimiter: "", after: "", max: 5000 };
		const seen = new Set<number>();
		let isDone = false;

		const restored = store.restore("one").finally(() => {
			isDone = true;
		});
		const made = makeBucket(store, "made");
		const written = put(store, "new", "b");
		const found = store.objects.find(BUCKET, "2999");
		while (!isDone) {
			const { entries } = await store.objects.list(BUCKET, all);
			seen.add(entries.length);
		}

		assert.equal((await restored)?.name, "one");
		await Promise.all([made, written]);
		assert.ok(await found);
		const { entries } = await store.objects.list(BUCKET, all);
		assert.equal(entries.length, 3001);
		assert.deepEqual(
			[...seen].filter((count) => count !== 3000 && count !== 3001),
			[],
		);
		assert.ok(await store.buckets.find("made"));
		assertBytes(await read(store, "new"), Buffer.from("b"));
	});

	test("has at most one row for a key that is overwritten repeatedly", async (t) => {
		const { store, folder } = await open(t);
		await put(store, "a", "0");
		await store.snapshot("s", NOW);
		for (let i = 0; i < 20; i++) await put(store, "a", String(i));
		await store.restore("s");
		assertBytes(await read(store, "a"), "0");
		if (folder === null) return;
		for (let i = 0; i < 20; i++) await put(store, "a", String(i));
		const db = new Database(join(folder, "oss.db"), { readonly: true });
		t.after(() => db.close());
		const kept = db.prepare("SELECT existed FROM former_version").pluck().all();
		assert.ok(kept.length <= 2, String(kept));
	});

	test("is refused beyond the limit, unless it replaces an existing one", async (t) => {
		const { store } = await open(t);
		for (let i = 0; i < SNAPSHOTS_MAX; i++) await store.snapshot(`${i}`, NOW);
		assert.equal(await store.snapshot("one more", NOW), undefined);
		assert.ok(await store.snapshot("7", NOW));
		assert.equal((await store.listSnapshots()).length, SNAPSHOTS_MAX);
	});

	test("removes the deliveries that are in progress when it is restored", async (t) => {
		const { store } = await open(t);
		const sending = (id: string, key: string) => ({
			...{ id, account: OWNER, bucket: BUCKET, key },
			...{ status: "sending" as const },
			...{ started: NOW, document: "{}" },
		});
		await store.deliveries.save(sending("1", "a"));
		await store.snapshot("s", NOW);
		await store.deliveries.save(sending("2", "b"));
		await store.restore("s");
		for (const [id, key] of [
			["1", "a"],
			["2", "b"],
		] as const)
			await store.deliveries.save({ ...sending(id, key), status: "succeeded" });
		const found = await store.deliveries.list({}, 10);
		assert.deepEqual(
			found.map(({ id, status }) => [id, status]),
			[["1", "interrupted"]],
		);
	});
});

suiteOverBoth("Reset of one account", (open) => {
	test("restores the account's data, and does not change that of other accounts", async (t) => {
		const opened = await open(t, "Enabled");
		const { store, folder } = opened;
		await fill(store, BUCKET, OWNER);
		const others = await makeBucket(store, "others");
		await store.buckets.delete("others");
		await store.buckets.create({ ...others, owner: OTHER });
		await fill(store, "others", OTHER);
		const block = () => "{}";
		await store.configurations.changeOfAccount(OTHER, "block", block);
		await store.configurations.changeOfAccount("1", "block", block);
		const before = (await dump(store)) as { buckets: unknown[] };

		await store.reset(OTHER);

		const { buckets } = (await dump(store)) as { buckets: unknown[] };
		assert.deepEqual(buckets, [before.buckets[1]]);
		assert.equal((await blobFiles(opened)).length, folder === null ? 0 : 3);
		assert.deepEqual(await store.buckets.listOwnedBy(OTHER), []);
		const find = (account: string) =>
			store.configurations.findOfAccount(account, "block");
		assert.deepEqual([await find(OTHER), await find("1")], [undefined, "{}"]);
		const left = await store.deliveries.list({}, 10);
		assert.deepEqual(
			left.map(({ bucket }) => bucket),
			[BUCKET],
		);
		const of = await store.deliveries.list({ account: OTHER }, 10);
		assert.deepEqual(of, []);
	});
});

async function fill(
	store: Store,
	bucket: string,
	account: string,
): Promise<void> {
	const given = (key: string) => newObject(key, { bucket });
	await store.objects.put(given("a"), chunked("1"));
	await store.objects.put(given("a"), chunked(bytes(100_000)));
	await store.objects.put(given("a"), chunked(bytes(100_001)));
	await store.objects.delete(bucket, "a", undefined, NOW);
	const upload = await store.uploads.initiate(given("b"), false);
	await store.uploads.putPart(upload, 1, NOW, chunked(bytes(100_000)));
	await store.configurations.put(bucket, "cors", "", "<Cors/>");
	await store.deliveries.save({
		...{ id: bucket, account, bucket, key: "a", status: "succeeded" },
		...{ started: NOW, document: "{}" },
	});
}

/** Carries out one random write. */
async function changeSomething(
	store: Store,
	next: (below: number) => number,
	step: number,
): Promise<void> {
	const key = "abcdef"[next(6)] ?? "";
	const { uploads } = store;
	if (!(await store.buckets.find(BUCKET))) await makeBucket(store, BUCKET);
	const changes: readonly (() => Promise<unknown>)[] = [
		() => put(store, key, bytes(next(100), step)),
		() => put(store, key, bytes(70_000 + next(100), step)),
		() => store.objects.delete(BUCKET, key, undefined, NOW),
		async () => {
			const { entries } = await store.objects.listVersions(BUCKET, ALL);
			const version = entries[next(Math.max(1, entries.length))];
			if (!version) return;
			const { versionId } = version;
			await store.objects.delete(BUCKET, version.key, versionId, NOW);
		},
		async () => {
			const found = await store.objects.find(BUCKET, `${key}+`);
			const at = found?.type === "Appendable" ? found.size : 0;
			const body = chunked(bytes(next(2) * 70_000 + 10, step));
			await store.objects.append(newObject(`${key}+`), at, body);
		},
		async () => {
			const found = await store.objects.find(BUCKET, key);
			if (!found || found.type === "DeleteMarker") return;
			await store.objects.copy(found, newObject(`${key}/copy`));
		},
		async () => {
			const upload = await uploads.initiate(newObject(key), false);
			const part = chunked(bytes(next(2) * 70_000 + 10, step));
			await uploads.putPart(upload, 1, NOW, part);
			const what = next(3);
			if (what === 0)
				await uploads.complete(upload, joinParts(null), NOW, false);
			if (what === 1) await uploads.abort(BUCKET, key, upload.id);
		},
		() => store.configurations.put(BUCKET, "cors", "", `<Cors>${step}</Cors>`),
		() => store.configurations.remove(BUCKET, "cors", ""),
		() => store.configurations.changeOfAccount("1", "block", () => `${step}`),
		() => store.buckets.change(BUCKET, { acl: "public-read" }),
		() => store.buckets.change(BUCKET, { versioning: "Suspended" }),
		() => store.buckets.change(BUCKET, { versioning: "Enabled" }),
		() =>
			store.deliveries.save({
				...{ id: `${step}`, account: OWNER, bucket: BUCKET, key },
				...{ status: "failed" },
				...{ started: NOW, document: `{"step":${step}}` },
			}),
		async () => {
			if (next(4) === 0) await store.reset();
		},
	];
	await changes[next(changes.length)]?.();
}

suite("A snapshot on disk", () => {
	test("exists after a restart, and restoring it updates the plain copies", async (t) => {
		const folder = makeFolder(t);
		const first = await openStore(t, { folder, files: true });
		await makeBucket(first, BUCKET);
		await put(first, "a", bytes(100_000));
		await put(first, "b/c", "small");
		await first.snapshot("s", NOW, "state");
		await first.objects.delete(BUCKET, "a", undefined, NOW);
		await put(first, "b/d", "other");
		await first.settled();
		await first.close();

		const store = await openStore(t, { folder, files: true });
		await store.settled();
		assert.ok(!existsSync(join(folder, "files", BUCKET, "a")));
		assert.equal((await store.restore("s"))?.state, "state");
		await store.settled();
		assertBytes(await read(store, "a"), bytes(100_000));
		assert.deepEqual(tree(join(folder, "files")), await expectedTree(store));
		await store.reset();
		await store.restore("s");
		await store.settled();
		assert.deepEqual(tree(join(folder, "files")), await expectedTree(store));
	});

	test("contains every column of a row", async (t) => {
		const folder = makeFolder(t);
		const store = await openStore(t, { folder });
		await store.close();
		const db = new Database(join(folder, "oss.db"), { readonly: true });
		t.after(() => db.close());
		const columns = db
			.prepare<[string], string>("SELECT name FROM pragma_table_info(?)")
			.pluck();
		const tables = db
			.prepare<[], string>(
				"SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'former_%' AND name NOT IN ('snapshot', 'session')",
			)
			.pluck()
			.all();
		for (const table of tables)
			assert.deepEqual(
				[table, ...columns.all(`former_${table}`)],
				[table, "snapshot", "existed", ...columns.all(table)],
			);
	});
});
