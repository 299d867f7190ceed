import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import {
	existsSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	renameSync,
	rmSync,
	statSync,
	writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { suite, type TestContext, test } from "node:test";
import { joinParts } from "../../emulator/operations/multipart/completion.ts";
import {
	CHANGES_MAX,
	PlainCopy,
} from "../../emulator/storage/plain-files/plain-copy.ts";
import type { Store } from "../../emulator/storage/store.ts";
import { expectedTree, tree } from "./plain-files.ts";
import {
	assertBytes,
	BUCKET,
	bytes,
	chunked,
	filesIn,
	makeBucket,
	makeFolder,
	NOW,
	newObject,
	openStore,
	put,
	read,
} from "./stores.ts";

/** Without a database no commit is necessary. */
const NOTHING = (): void => {};

type Opened = {
	readonly store: Store;
	readonly data: string;
	readonly files: string;
};

suite("The plain copy", () => {
	test("of an object is a file under its bucket and key, with its time", async (t) => {
		const { store, files } = await open(t);

		await put(store, "a/b c/猫.txt", "meow");
		await store.settled();

		const file = join(files, BUCKET, "a", "b c", "猫.txt");
		assert.equal(readFileSync(file, "utf8"), "meow");
		assert.deepEqual(statSync(file).mtime, NOW);
	});

	test("is that of the last write, and is removed with the object and its empty folders", async (t) => {
		const { store, files } = await open(t);
		await put(store, "a/b/c", "1");
		await put(store, "a/d", "1");
		await store.settled();

		await put(store, "a/b/c", bytes(100_000));
		await store.settled();
		assertBytes(
			readFileSync(join(files, BUCKET, "a", "b", "c")),
			bytes(100_000),
		);

		await store.objects.delete(BUCKET, "a/b/c", undefined, NOW);
		await store.settled();
		assert.deepEqual(readdirSync(join(files, BUCKET, "a")), ["d"]);
		await store.objects.delete(BUCKET, "a/d", undefined, NOW);
		await store.settled();
		assert.deepEqual(readdirSync(join(files, BUCKET)), []);
	});

	test("of content in one blob, in several, and in small pieces is complete", async (t) => {
		const { store, files } = await open(t);
		await put(store, "one", bytes(3_000_000));
		const upload = await store.uploads.initiate(newObject("several"), false);
		for (const number of [1, 2, 3]) {
			const body = chunked(bytes(number === 3 ? 10 : 1_500_000, number));
			await store.uploads.putPart(upload, number, NOW, body);
		}
		await store.uploads.complete(upload, joinParts(null), NOW, false);
		let length = 0;
		for (const size of [10, 100_000, 20, 65_000, 600, 100_000]) {
			const body = chunked(bytes(size));
			await store.objects.append(newObject("appended"), length, body);
			length += size;
		}
		const source = await store.objects.find(BUCKET, "one");
		assert.ok(source);
		const part = await store.uploads.initiate(newObject("range"), false);
		const range = { first: 5, last: 2_000_000 };
		await store.uploads.copyPart(part, 1, NOW, source, range);
		await store.uploads.complete(part, joinParts(null), NOW, false);

		await store.settled();

		for (const key of ["one", "several", "appended", "range"]) {
			const content = await read(store, key);
			assert.ok(content);
			assertBytes(readFileSync(join(files, BUCKET, key)), content);
		}
	});

	test("has a folder for each bucket as long as the bucket exists", async (t) => {
		const { store, files } = await open(t);

		await makeBucket(store, "empty");
		await store.settled();
		assert.deepEqual(readdirSync(files), ["empty", BUCKET]);

		await store.buckets.delete("empty");
		await store.settled();
		assert.deepEqual(readdirSync(files), [BUCKET]);
	});

	test("contains only current objects: no old versions, and no objects with a delete marker", async (t) => {
		const { store, files } = await open(t);
		await store.buckets.change(BUCKET, { versioning: "Enabled" });
		await put(store, "a", "old");
		const { versionId } = await put(store, "a", "new");
		await store.settled();
		assert.equal(readFileSync(join(files, BUCKET, "a"), "utf8"), "new");

		await store.objects.delete(BUCKET, "a", versionId, NOW);
		await store.settled();
		assert.equal(readFileSync(join(files, BUCKET, "a"), "utf8"), "old");

		await store.objects.delete(BUCKET, "a", undefined, NOW);
		await store.settled();
		assert.deepEqual(readdirSync(join(files, BUCKET)), []);
	});

	test("has a new time when the object has a new time", async (t) => {
		const { store, files } = await open(t);
		const later = new Date("2025-01-01T00:00:00Z");
		await put(store, "a", "1");
		await store.settled();

		await store.objects.change(BUCKET, "a", undefined, () => ({
			modified: later,
		}));
		await store.settled();

		assert.deepEqual(statSync(join(files, BUCKET, "a")).mtime, later);
	});

	test("is created again after everything is cleared", async (t) => {
		const { store, files } = await open(t);
		await put(store, "a/b", "1");
		await store.settled();

		await store.reset();
		await makeBucket(store, BUCKET);
		await put(store, "c", "1");
		await store.settled();

		assert.deepEqual(tree(files), { [`${BUCKET}/`]: "", [`${BUCKET}/c`]: "1" });
	});

	for (const [what, spoil] of [
		["removed", (files: string) => rmSync(files, { recursive: true })],
		["moved away", (files: string) => renameSync(files, `${files} (old)`)],
	] as const) {
		test(`is created again if it was ${what}`, async (t) => {
			const { store, files } = await open(t);
			await fill(store);
			await store.settled();

			spoil(files);
			await put(store, "one more", "1");
			await store.settled();

			assert.deepEqual(tree(files), await expectedTree(store));
		});
	}

	for (const [what, spoil] of [
		["was removed", (files: string) => rmSync(files, { recursive: true })],
		[
			"may be outdated",
			(files: string) => {
				writeFileSync(`${files}.stale`, "");
				rmSync(join(files, BUCKET, "a"), { recursive: true });
				writeFileSync(join(files, "left over"), "");
			},
		],
		[
			"is incomplete",
			(files: string) => {
				writeFileSync(`${files}.stale`, "");
				renameSync(files, `${files}.old`);
				mkdirSync(`${files}.new`);
				writeFileSync(`${files}.new/half`, "");
				writeFileSync(`${files}.unfinished`, "");
			},
		],
	] as const) {
		test(`is created again at start if it ${what}`, async (t) => {
			const { store, files, data } = await open(t);
			await fill(store);
			await store.close();
			spoil(files);

			const again = await openStore(t, { folder: data, files: true });
			await again.settled();

			assert.deepEqual(tree(files), await expectedTree(again));
			assert.deepEqual(namesBeside(data), ["files"]);
		});
	}

	test("is created again after a run without copies", async (t) => {
		const { store, files, data } = await open(t);
		await fill(store);
		await store.close();
		const without = await openStore(t, { folder: data, files: false });
		await put(without, "new", "1");
		await without.objects.delete(BUCKET, "a", undefined, NOW);
		await without.close();

		const again = await openStore(t, { folder: data, files: true });
		await again.settled();

		assert.deepEqual(tree(files), await expectedTree(again));
	});

	test("is not created unless it is requested", async (t) => {
		const data = makeFolder(t);
		const store = await openStore(t, { folder: data, files: false });
		await makeBucket(store, BUCKET);
		await put(store, "a", "1");
		await store.close();

		assert.deepEqual(namesBeside(data), []);
	});

	test("is never read, so changes to it by a user have no effect", async (t) => {
		const { store, files, data } = await open(t);
		await put(store, "a", bytes(100_000));
		await store.settled();

		writeFileSync(join(files, BUCKET, "a"), "edited");
		writeFileSync(join(files, BUCKET, "made"), "by hand");

		assertBytes(await read(store, "a"), bytes(100_000));
		await store.close();
		const again = await openStore(t, { folder: data, files: true });
		assertBytes(await read(again, "a"), bytes(100_000));
		assert.equal(await read(again, "made"), undefined);
		assert.equal(readFileSync(join(files, BUCKET, "a"), "utf8"), "edited");
	});

	test("is complete when the store is closed, and marked as incomplete until then", async (t) => {
		const { store, files, data } = await open(t);

		await put(store, "a", "1");
		assert.ok(existsSync(join(data, "files.stale")));
		const expected = await expectedTree(store);
		await store.close();

		assert.deepEqual(tree(files), expected);
		assert.deepEqual(namesBeside(data), ["files"]);
	});

	test("is marked as incomplete if the emulator is killed, even immediately after an upload", async (t) => {
		const data = makeFolder(t);
		const child = spawn(
			process.execPath,
			[join(import.meta.dirname, "uploading-process.ts"), data, "upload", "0"],
			{ stdio: ["ignore", "pipe", "inherit"] },
		);
		const exited = once(child, "exit");
		for await (const line of child.stdout)
			if (String(line).includes("acknowledged")) child.kill("SIGKILL");
		await exited;

		assert.ok(existsSync(join(data, "files.stale")));
		const store = await openStore(t, { folder: data, files: true });
		await store.settled();
		assert.deepEqual(tree(join(data, "files")), await expectedTree(store));
	});

	test("is created again after more changes than are recorded", async (t) => {
		const { store, data, files } = await open(t);
		await fill(store);
		await store.settled();
		writeFileSync(join(files, "left over"), "");
		const copy = new PlainCopy(data, false, NOTHING, (error) =>
			assert.fail(String(error)),
		);

		for (let i = 0; i < CHANGES_MAX; i++) copy.changed(BUCKET, `k${i}`);
		await copy.settled();
		assert.ok(existsSync(join(files, "left over")));
		for (let i = 0; i <= CHANGES_MAX; i++) copy.changed(BUCKET, `k${i}`);
		await copy.settled();

		assert.deepEqual(tree(files), await expectedTree(store));
		await copy.close();
	});

	test("of a whole bucket includes its objects, whose changes are not recorded", async (t) => {
		const { store, data, files } = await open(t);
		await fill(store);
		await store.settled();
		writeFileSync(join(files, "left over"), "");
		writeFileSync(join(files, BUCKET, "left over"), "");
		const copy = new PlainCopy(data, false, NOTHING, (error) =>
			assert.fail(String(error)),
		);

		copy.changed(BUCKET, "");
		for (let i = 0; i <= CHANGES_MAX; i++) copy.changed(BUCKET, `k${i}`);
		await copy.settled();

		assert.ok(existsSync(join(files, "left over")));
		rmSync(join(files, "left over"));
		assert.deepEqual(tree(files), await expectedTree(store));
		await copy.close();
	});

	test("is reported, marked as incomplete, and abandoned after three attempts if it cannot be created", async (t) => {
		const data = makeFolder(t);
		mkdirSync(data); // a folder without a database
		const reported: unknown[] = [];
		const copy = new PlainCopy(data, true, NOTHING, (error) =>
			reported.push(error),
		);

		copy.changed(BUCKET, "a");
		await copy.settled();
		copy.changed(BUCKET, "b");
		await copy.close();

		assert.equal(reported.length, 3);
		assert.match(String(reported[0]), /unable to open database file/);
		assert.ok(existsSync(join(data, "files.stale")));
	});

	test("is reported for an object for which it cannot be created, and is created for others", async (t) => {
		const data = makeFolder(t);
		const reported: unknown[] = [];
		const report = (error: unknown) => void reported.push(error);
		const store = await openStore(t, { folder: data, files: true, report });
		await makeBucket(store, BUCKET);
		await store.settled();
		mkdirSync(join(data, "files.unfinished"));

		await put(store, "a", "1");
		await put(store, "b/", "");
		await store.settled();

		assert.match(
			String(reported),
			/^Error: no plain copy of photos\/a: Error: EISDIR/,
		);
		assert.deepEqual(readdirSync(join(data, "files", BUCKET)), ["b"]);
		assert.ok(existsSync(join(data, "files.stale")));
	});
});

suite("The plain copies of everything", () => {
	test("are created for all objects except one whose blob cannot be read, which is reported", async (t) => {
		const { store, data, files } = await open(t);
		for (const key of ["a", "b", "c"]) await put(store, key, bytes(100_000));
		await store.close();
		const [blob = ""] = filesIn(join(data, "blobs"));
		rmSync(blob);
		mkdirSync(blob);
		rmSync(files, { recursive: true });

		const reported: unknown[] = [];
		const report = (error: unknown) => void reported.push(error);
		const again = await openStore(t, { folder: data, files: true, report });
		await again.settled();

		assert.equal(readdirSync(join(files, BUCKET)).length, 2);
		assert.match(
			String(reported),
			/^Error: no plain copy of photos\/[abc]: Error: EISDIR/,
		);
	});
});

suite("The plain copies of an object and of others below its name", () => {
	for (const order of [
		["a", "a/b"],
		["a/b", "a"],
	] as const) {
		for (const together of [true, false]) {
			test(`do not conflict: ${order.join(" before ")}${together ? ", at the same time" : ""}`, async (t) => {
				const { store, files } = await open(t);
				const settle = async () => {
					if (!together) await store.settled();
				};
				for (const key of order) {
					await put(store, key, key);
					await settle();
				}
				await store.settled();
				assert.deepEqual(tree(join(files, BUCKET)), {
					"a/": "",
					"a/b": "a/b",
					"a%object": "a",
				});

				await store.objects.delete(BUCKET, order[0], undefined, NOW);
				await settle();
				await store.settled();
				assert.deepEqual(
					tree(join(files, BUCKET)),
					order[0] === "a" ? { "a/": "", "a/b": "a/b" } : { a: "a" },
				);

				await put(store, order[0], "again");
				await settle();
				await store.objects.delete(BUCKET, order[1], undefined, NOW);
				await store.settled();
				assert.deepEqual(
					tree(join(files, BUCKET)),
					order[0] === "a" ? { a: "again" } : { "a/": "", "a/b": "again" },
				);
			});
		}
	}

	test("are a folder for a folder object, and a file in it if the object has bytes", async (t) => {
		const { store, files } = await open(t);

		await put(store, "folder/", "");
		await put(store, "full/", "bytes");
		await store.settled();
		assert.deepEqual(tree(join(files, BUCKET)), {
			"folder/": "",
			"full/": "",
			"full/%": "bytes",
		});

		await put(store, "folder/a", "1");
		await put(store, "full/", "");
		await store.settled();
		await store.objects.delete(BUCKET, "folder/a", undefined, NOW);
		await store.settled();
		assert.deepEqual(tree(join(files, BUCKET)), { "folder/": "", "full/": "" });

		await store.objects.delete(BUCKET, "folder/", undefined, NOW);
		await store.settled();
		assert.deepEqual(tree(join(files, BUCKET)), { "full/": "" });
	});
});

async function open(t: TestContext): Promise<Opened> {
	const data = makeFolder(t);
	const store = await openStore(t, { folder: data, files: true });
	await makeBucket(store, BUCKET);
	return { store, data, files: join(data, "files") };
}

async function fill(store: Store): Promise<void> {
	await put(store, "a", "1");
	await put(store, "a/b", bytes(100_000));
	await put(store, "../up", "2");
	await put(store, "folder/", "");
	await makeBucket(store, "empty");
}

/** The names in the data folder that belong to the plain copies. */
const namesBeside = (data: string): string[] =>
	readdirSync(data).filter((name) => name.startsWith("files"));
