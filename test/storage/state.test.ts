import assert from "node:assert/strict";
import { join } from "node:path";
import { suite, test } from "node:test";
import Database from "better-sqlite3";
import { OssError } from "../../emulator/oss/errors.ts";
import type { StoredObject } from "../../emulator/storage/types.ts";
import {
	assertBytes,
	BUCKET,
	chunked,
	isOssError,
	makeBucket,
	makeFolder,
	NOW,
	newObject,
	openStore,
	put,
	read,
	suiteOverBoth,
} from "./stores.ts";

suiteOverBoth("The state of an object", (open) => {
	test("can be read, and belongs to its version", async (t) => {
		const { store } = await open(t, "Enabled");
		const state = { sealed: 1, legalHold: "ON" } as const;
		const { versionId } = await put(store, "a", "1");
		await store.objects.change(BUCKET, "a", undefined, () => ({ state }));
		await put(store, "a", "2");

		const old = await store.objects.find(BUCKET, "a", versionId);
		assert.deepEqual(old?.state, state);
		assert.deepEqual((await store.objects.find(BUCKET, "a"))?.state, {});
		const { entries } = await store.objects.listVersions(BUCKET, {
			...{ prefix: "", delimiter: "", after: "", max: 10 },
		});
		assert.deepEqual(
			entries.map((version) => version.state),
			[{}, state],
		);
	});

	test("is not copied", async (t) => {
		const { store } = await open(t);
		const source = await put(store, "a", "1", { state: { sealed: 1 } });
		const copy = await store.objects.copy(source, newObject("b"));
		assert.deepEqual([source.state, copy.state], [{ sealed: 1 }, {}]);
		assert.deepEqual((await store.objects.find(BUCKET, "b"))?.state, {});
	});
});

suiteOverBoth("A protected version", (open) => {
	const seen: StoredObject[] = [];
	const protect = (version: StoredObject): void => {
		seen.push(version);
		throw new OssError("FileImmutable");
	};
	const refused = isOssError("FileImmutable");

	test("cannot be overwritten, appended to, or deleted", async (t) => {
		const { store } = await open(t);
		await put(store, "a", "1");
		await store.objects.append(newObject("b"), 0, chunked("1"));
		const { delete: remove, append } = store.objects;

		for (const attempt of [
			() => put(store, "a", "2", { protect }),
			() => store.objects.putSymlink(newObject("a", { protect }), "E"),
			() => remove.call(store.objects, BUCKET, "a", undefined, NOW, protect),
			() => remove.call(store.objects, BUCKET, "a", "null", NOW, protect),
			() =>
				append.call(
					store.objects,
					newObject("b", { protect }),
					1,
					chunked("2"),
				),
		])
			await assert.rejects(attempt(), refused);

		assertBytes(await read(store, "a"), "1");
		assertBytes(await read(store, "b"), "1");
		assert.deepEqual(
			seen.splice(0).map(({ bucket, key }) => `${bucket}/${key}`),
			["photos/a", "photos/a", "photos/a", "photos/a", "photos/b"],
		);
	});

	test("may become protected during another write", async (t) => {
		const { store } = await open(t, "Enabled");
		const { versionId } = await put(store, "a", "1");
		await put(store, "a", "2", { protect });
		await store.objects.delete(BUCKET, "a", undefined, NOW, protect);
		assertBytes(await read(store, "a", { versionId }), "1");
		await assert.rejects(
			store.objects.delete(BUCKET, "a", versionId, NOW, protect),
			refused,
		);
		assert.equal(seen.splice(0).length, 1);
	});
});

suite("A data folder of a version without the state of objects", () => {
	test("is migrated with all its content", async (t) => {
		const folder = makeFolder(t);
		const store = await openStore(t, { folder });
		await makeBucket(store, BUCKET);
		await put(store, "a", "meow");
		await store.close();
		const db = new Database(join(folder, "oss.db"));
		const later = db
			.prepare<[], string>(
				"SELECT name FROM sqlite_schema WHERE type = 'table' AND (name LIKE 'former_%' OR name IN ('snapshot', 'session'))",
			)
			.pluck()
			.all();
		for (const table of later) db.exec(`DROP TABLE ${table}`);
		for (const table of ["version", "upload"])
			db.exec(`ALTER TABLE ${table} DROP COLUMN state`);
		db.exec("ALTER TABLE delivery DROP COLUMN account");
		db.pragma("user_version = 1");
		db.close();

		const opened = await openStore(t, { folder });
		assertBytes(await read(opened, "a"), "meow");
		const object = await opened.objects.change(BUCKET, "a", "null", () => ({
			state: { sealed: 1 },
		}));
		assert.deepEqual(object.state, { sealed: 1 });
	});
});
