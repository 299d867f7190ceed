import assert from "node:assert/strict";
import { test } from "node:test";
import type { Store } from "../../emulator/storage/store.ts";
import {
	assertBytes,
	BUCKET,
	blobFiles,
	bytes,
	chunked,
	isOssError,
	NOW,
	newObject,
	put,
	read,
	suiteOverBoth,
} from "./stores.ts";

const VERSION_ID = /^CAEQ[A-Za-z0-9_-]{60}$/;

suiteOverBoth("Without versioning", (open) => {
	test("a write replaces the object, and its version id is the word null", async (t) => {
		const { store } = await open(t);

		const first = await put(store, "a", "1");
		const second = await put(store, "a", "2");

		assert.deepEqual([first.versionId, second.versionId], ["null", "null"]);
		assert.deepEqual(await history(store, "a"), ["null latest"]);
	});

	test("the version null can be addressed; other versions do not exist", async (t) => {
		const { store } = await open(t);
		await put(store, "a", "1");

		assertBytes(await read(store, "a", { versionId: "null" }), "1");
		assert.equal(await store.objects.find(BUCKET, "a", "CAEQ"), undefined);
	});
});

suiteOverBoth("With versioning enabled", (open) => {
	test("every write creates a version with an id of 64 characters, and no version is lost", async (t) => {
		const opened = await open(t, "Enabled");
		const { store } = opened;
		const contents = [bytes(10), bytes(100_000, 1), bytes(10, 2)];

		const stored = [];
		for (const content of contents) stored.push(await put(store, "a", content));

		for (const [i, { versionId }] of stored.entries()) {
			assert.match(versionId, VERSION_ID);
			assertBytes(
				await read(store, "a", { versionId }),
				contents[i] ?? assert.fail(),
			);
			const found = await store.objects.find(BUCKET, "a", versionId);
			assert.equal(found?.isLatest, i === 2);
		}
		const ids = stored.map(({ versionId }) => versionId);
		assert.equal(new Set(ids).size, 3);
		assert.deepEqual(await history(store, "a"), [
			`${ids[2]} latest`,
			ids[1],
			ids[0],
		]);
		assert.deepEqual(await current(store), ["a"]);
	});

	test("earlier objects remain as the version null", async (t) => {
		const { store } = await open(t);
		await put(store, "a", "old");
		await store.buckets.change(BUCKET, { versioning: "Enabled" });

		const { versionId } = await put(store, "a", "new");

		assert.deepEqual(await history(store, "a"), [
			`${versionId} latest`,
			"null",
		]);
		assertBytes(await read(store, "a", { versionId: "null" }), "old");
	});

	test("deleting adds a delete marker, and no version is lost", async (t) => {
		const { store } = await open(t, "Enabled");
		const { versionId } = await put(store, "a", "1");

		const deleted = await store.objects.delete(BUCKET, "a", undefined, NOW);

		assert.equal(deleted.deleteMarker, true);
		assert.match(deleted.versionId, VERSION_ID);
		const found = await store.objects.find(BUCKET, "a");
		assert.equal(found?.type, "DeleteMarker");
		assert.equal(found?.versionId, deleted.versionId);
		assert.equal(found?.isLatest, true);
		assertBytes(await read(store, "a", { versionId }), "1");
		assert.deepEqual(await current(store), []);
		assert.deepEqual(await history(store, "a"), [
			`${deleted.versionId} marker latest`,
			versionId,
		]);
		const named = await store.objects.find(BUCKET, "a", deleted.versionId);
		assert.equal(named?.isLatest, true);
	});

	test("deleting a missing object adds a delete marker, and deleting it again adds another", async (t) => {
		const { store } = await open(t, "Enabled");

		const first = await store.objects.delete(BUCKET, "a", undefined, NOW);
		const second = await store.objects.delete(BUCKET, "a", undefined, NOW);

		assert.deepEqual(await history(store, "a"), [
			`${second.versionId} marker latest`,
			`${first.versionId} marker`,
		]);
	});

	test("deleting the delete marker restores the object", async (t) => {
		const { store } = await open(t, "Enabled");
		await put(store, "a", "1");
		const marker = await store.objects.delete(BUCKET, "a", undefined, NOW);

		const deleted = await store.objects.delete(
			BUCKET,
			"a",
			marker.versionId,
			NOW,
		);

		assert.deepEqual(deleted, {
			versionId: marker.versionId,
			deleteMarker: true,
		});
		assertBytes(await read(store, "a"), "1");
		assert.deepEqual(await current(store), ["a"]);
	});

	test("deleting the newest version makes the previous version current", async (t) => {
		const opened = await open(t, "Enabled");
		const { store } = opened;
		const first = await put(store, "a", bytes(100_000, 1));
		const second = await put(store, "a", bytes(100_000, 2));

		const deleted = await store.objects.delete(
			BUCKET,
			"a",
			second.versionId,
			NOW,
		);

		assert.deepEqual(deleted, {
			versionId: second.versionId,
			deleteMarker: false,
		});
		assertBytes(await read(store, "a"), bytes(100_000, 1));
		assert.deepEqual(await history(store, "a"), [`${first.versionId} latest`]);
		if (opened.folder) assert.equal((await blobFiles(opened)).length, 1);
	});

	test("deleting an older version, or a marker below another, does not change the current one", async (t) => {
		const { store } = await open(t, "Enabled");
		const first = await put(store, "a", "1");
		const marker = await store.objects.delete(BUCKET, "a", undefined, NOW);
		const second = await store.objects.delete(BUCKET, "a", undefined, NOW);

		await store.objects.delete(BUCKET, "a", marker.versionId, NOW);

		assert.deepEqual(await history(store, "a"), [
			`${second.versionId} marker latest`,
			first.versionId,
		]);
		await store.objects.delete(BUCKET, "a", first.versionId, NOW);
		assert.deepEqual(await history(store, "a"), [
			`${second.versionId} marker latest`,
		]);
		assert.deepEqual(await current(store), []);
	});

	test("deleting a missing version is not an error and changes nothing", async (t) => {
		const { store } = await open(t, "Enabled");
		const { versionId } = await put(store, "a", "1");

		const deleted = await store.objects.delete(BUCKET, "a", "CAEQ", NOW);

		assert.deepEqual(deleted, { versionId: "CAEQ", deleteMarker: false });
		assert.deepEqual(await history(store, "a"), [`${versionId} latest`]);
	});

	test("an old version copied over its key is current again", async (t) => {
		const opened = await open(t, "Enabled");
		const { store } = opened;
		const old = await put(store, "a", bytes(100_000, 1));
		await put(store, "a", "new");

		const copy = await store.objects.copy(old, newObject("a"));

		assertBytes(await read(store, "a"), bytes(100_000, 1));
		assert.equal((await history(store, "a")).length, 3);
		assert.notEqual(copy.versionId, old.versionId);
		if (opened.folder) assert.equal((await blobFiles(opened)).length, 1);
	});

	test("forbidOverwrite is ignored", async (t) => {
		const { store } = await open(t, "Enabled");
		await put(store, "a", "1");

		await put(store, "a", "2", { forbidOverwrite: true });

		assertBytes(await read(store, "a"), "2");
	});

	test("an append does not create a version; over a delete marker it creates a new object", async (t) => {
		const { store } = await open(t, "Enabled");
		const append = (position: number) =>
			store.objects.append(newObject("a"), position, chunked("meow"));
		const first = await append(0);
		await append(4);
		assert.deepEqual(await history(store, "a"), [`${first.versionId} latest`]);
		await store.objects.delete(BUCKET, "a", undefined, NOW);

		const second = await append(0);

		assert.equal(second.size, 4);
		assert.equal((await history(store, "a")).length, 3);
		const { versionId } = first;
		assertBytes(await read(store, "a", { versionId }), "meowmeow");
	});

	test("an appendable object that was overwritten cannot grow", async (t) => {
		const { store } = await open(t, "Enabled");
		await store.objects.append(newObject("a"), 0, chunked("meow"));
		await put(store, "a", "new");

		await assert.rejects(
			store.objects.append(newObject("a"), 4, chunked("meow")),
			isOssError("ObjectNotAppendable"),
		);
	});

	test("change accepts a version id, and refuses a delete marker", async (t) => {
		const { store } = await open(t, "Enabled");
		const old = await put(store, "a", "1");
		await put(store, "a", "2");

		await store.objects.change(BUCKET, "a", old.versionId, () => ({
			acl: "public-read",
		}));

		const { versionId } = old;
		assert.equal(
			(await store.objects.find(BUCKET, "a", versionId))?.acl,
			"public-read",
		);
		assert.equal((await store.objects.find(BUCKET, "a"))?.acl, "default");
		const marker = await store.objects.delete(BUCKET, "a", undefined, NOW);
		for (const id of [undefined, marker.versionId]) {
			await assert.rejects(
				store.objects.change(BUCKET, "a", id, () => ({})),
				isOssError("NoSuchKey"),
			);
		}
	});

	test("versions of ten keys do not affect each other", async (t) => {
		const opened = await open(t, "Enabled");
		const { store } = opened;
		for (let round = 0; round < 3; round++)
			for (let i = 0; i < 10; i++)
				await put(store, `k${i}`, bytes(round * 70_000, i));
		for (let i = 0; i < 10; i += 2)
			await store.objects.delete(BUCKET, `k${i}`, undefined, NOW);

		assert.deepEqual(await current(store), ["k1", "k3", "k5", "k7", "k9"]);
		for (let i = 0; i < 10; i++) {
			const versions = await store.objects.listVersions(BUCKET, {
				prefix: `k${i}`,
				delimiter: "",
				after: "",
				max: 1000,
			});
			for (const { versionId } of versions.entries)
				await store.objects.delete(BUCKET, `k${i}`, versionId, NOW);
		}
		assert.deepEqual(await blobFiles(opened), []);
		await store.buckets.delete(BUCKET);
	});
});

suiteOverBoth("With versioning suspended", (open) => {
	test("a write replaces the version null", async (t) => {
		const opened = await open(t, "Enabled");
		const { store } = opened;
		const kept = await put(store, "a", bytes(100_000, 1));
		await store.buckets.change(BUCKET, { versioning: "Suspended" });

		const first = await put(store, "a", bytes(100_000, 2));
		await put(store, "a", bytes(100_000, 3));

		assert.equal(first.versionId, "null");
		assert.deepEqual(await history(store, "a"), [
			"null latest",
			kept.versionId,
		]);
		assertBytes(await read(store, "a"), bytes(100_000, 3));
		if (opened.folder) assert.equal((await blobFiles(opened)).length, 2);
	});

	test("a write replaces the version null from before versioning, whatever its position", async (t) => {
		const { store } = await open(t);
		await put(store, "a", "null one");
		await store.buckets.change(BUCKET, { versioning: "Enabled" });
		const kept = await put(store, "a", "kept");
		await store.buckets.change(BUCKET, { versioning: "Suspended" });

		await put(store, "a", "null two");

		assert.deepEqual(await history(store, "a"), [
			"null latest",
			kept.versionId,
		]);
		assertBytes(await read(store, "a", { versionId: "null" }), "null two");
	});

	test("deleting replaces the version null by a delete marker null", async (t) => {
		const opened = await open(t, "Enabled");
		const { store } = opened;
		const kept = await put(store, "a", "kept");
		await store.buckets.change(BUCKET, { versioning: "Suspended" });
		await put(store, "a", bytes(100_000));

		const deleted = await store.objects.delete(BUCKET, "a", undefined, NOW);
		await store.objects.delete(BUCKET, "a", undefined, NOW);

		assert.deepEqual(deleted, { versionId: "null", deleteMarker: true });
		assert.deepEqual(await history(store, "a"), [
			"null marker latest",
			kept.versionId,
		]);
		assert.deepEqual(await blobFiles(opened), []);
	});

	test("and then enabled again, the version null remains below new versions", async (t) => {
		const { store } = await open(t, "Suspended");
		await put(store, "a", "null");
		await store.buckets.change(BUCKET, { versioning: "Enabled" });

		const { versionId } = await put(store, "a", "new");

		assert.deepEqual(await history(store, "a"), [
			`${versionId} latest`,
			"null",
		]);
	});
});

/** The versions of a key in a listing, newest first. */
async function history(store: Store, key: string): Promise<string[]> {
	const page = await store.objects.listVersions(BUCKET, {
		prefix: key,
		delimiter: "",
		after: "",
		max: 1000,
	});
	return page.entries.map(({ versionId, type, isLatest }) =>
		[
			versionId,
			type === "DeleteMarker" ? "marker" : "",
			isLatest ? "latest" : "",
		]
			.filter((word) => word !== "")
			.join(" "),
	);
}

async function current(store: Store): Promise<string[]> {
	const query = { prefix: "", delimiter: "", after: "", max: 1000 };
	const page = await store.objects.list(BUCKET, query);
	return page.entries.map(({ key }) => key);
}
