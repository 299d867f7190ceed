import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import {
	existsSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	writeFileSync,
} from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { dirname, join } from "node:path";
import { suite, type TestContext, test } from "node:test";
import Database from "better-sqlite3";
import { joinParts } from "../../emulator/operations/multipart/completion.ts";
import { storeProtocol } from "../../emulator/operations/store-protocol.ts";
import { StartError } from "../../emulator/oss/start-error.ts";
import { openStore as openUntracked } from "../../emulator/storage/open-store.ts";
import type { Store } from "../../emulator/storage/store.ts";
import {
	assertBytes,
	BUCKET,
	blobFiles,
	bytes,
	chunked,
	makeBucket,
	makeFolder,
	NOW,
	newObject,
	openStore,
	put,
	read,
} from "./stores.ts";

const OPTIONS = {
	durable: false,
	files: false,
	protocol: storeProtocol,
	report: (error: unknown) => assert.fail(String(error)),
};

/** The fault, the error code of the system or of SQLite, and a function that causes it. */
const UNUSABLE: [string, string, (folder: string) => string][] = [
	["below a file", "ENOTDIR", (folder) => join(makeFile(folder, ""), "data")],
	["that is a file", "EEXIST", (folder) => makeFile(folder, "")],
	[
		"in which the lock cannot be created",
		"SQLITE_CANTOPEN",
		(folder) => join(makeFile(join(folder, "lock", "x"), ""), "../.."),
	],
	[
		"in which the database cannot be created",
		"SQLITE_CANTOPEN",
		(folder) => join(makeFile(join(folder, "oss.db", "x"), ""), "../.."),
	],
	[
		"in which the blobs cannot be created",
		"EEXIST",
		(folder) => join(makeFile(join(folder, "blobs"), ""), ".."),
	],
	[
		"with another file in place of the database",
		"SQLITE_NOTADB",
		(folder) =>
			join(makeFile(join(folder, "oss.db"), "no database".repeat(999)), ".."),
	],
];

function makeFile(file: string, content: string): string {
	mkdirSync(dirname(file), { recursive: true });
	writeFileSync(file, content);
	return file;
}

if (process.platform === "linux")
	UNUSABLE.push([
		"where no folder can be created",
		"ENOENT",
		() => "/proc/oss/data",
	]);

suite("The data folder", () => {
	for (const durable of [false, true]) {
		test(`preserves everything across a restart${durable ? ", with --durable" : ""}`, async (t) => {
			const folder = makeFolder(t);
			const before = await openStore(t, { folder, durable });
			const expected = await fill(before);
			await before.close();

			const store = await openStore(t, { folder, durable });

			assert.deepEqual(await describe(store, expected.upload), expected);
			assertBytes(await read(store, "small"), bytes(10));
			assertBytes(await read(store, "big"), bytes(100_000));
			assertBytes(
				await read(store, "grown"),
				Buffer.concat([bytes(10), bytes(100_000), bytes(20)]),
			);
			await store.uploads.complete(
				expected.upload,
				joinParts(null),
				NOW,
				false,
			);
			assertBytes(
				await read(store, "upload"),
				Buffer.concat([bytes(200_000), bytes(10)]),
			);
		});
	}

	test("is created with its parents", async (t) => {
		const folder = join(makeFolder(t), "a", "b");

		await openStore(t, { folder });

		assert.ok(existsSync(join(folder, "oss.db")));
	});

	if (process.platform !== "win32")
		test("is written to the disk when it is new, and keeps its locks", async (t) => {
			const parent = makeFolder(t);
			const folder = join(parent, "a", "b");
			const handle = await open(dirname(parent), "r");
			const prototype: FileHandle = Object.getPrototypeOf(handle);
			await handle.close();
			const { promise: isSynced, resolve } = Promise.withResolvers<void>();
			const FILES_AND_FOLDERS = 3 + 4;
			const sync = t.mock.method(prototype, "sync", async () => {
				if (sync.mock.callCount() + 1 === FILES_AND_FOLDERS) resolve();
			});

			const store = await openStore(t, { folder });
			await isSynced;
			await assert.rejects(
				openUntracked({ folder, ...OPTIONS }),
				startError(/is used by another oss-emulator/),
			);
			await store.close();
			await openStore(t, { folder });

			assert.equal(sync.mock.callCount(), FILES_AND_FOLDERS);
		});

	test("removes only blobs without a row and unfinished uploads at start", async (t) => {
		const folder = makeFolder(t);
		const before = await openStore(t, { folder });
		await makeBucket(before, BUCKET);
		await put(before, "big", bytes(100_000));
		await before.close();
		const named = await blobFiles({ store: before, folder });
		const orphan = "ff".repeat(12);
		mkdirSync(join(folder, "blobs", "ff"), { recursive: true });
		writeFileSync(join(folder, "blobs", "ff", orphan), "left by a crash");
		writeFileSync(join(folder, "blobs", "note"), "not ours");
		writeFileSync(join(folder, "incoming", orphan), "left by a crash");

		const store = await openStore(t, { folder });
		await put(store, "new", bytes(200_000));

		const files = await blobFiles({ store, folder });
		assert.equal(files.length, named.length + 2);
		for (const file of named) assert.ok(files.includes(file));
		assert.ok(files.includes(join(folder, "blobs", "note")));
		assertBytes(await read(store, "big"), bytes(100_000));
		assertBytes(await read(store, "new"), bytes(200_000));
	});

	test("of a newer emulator is refused and not changed", async (t) => {
		const folder = makeFolder(t);
		await (await openStore(t, { folder })).close();
		const file = join(folder, "oss.db");
		const newer = new Database(file);
		newer.pragma("journal_mode = DELETE");
		newer.pragma("user_version = 999");
		newer.close();
		writeFileSync(join(folder, "incoming", "theirs"), "kept");
		const before = readFileSync(file);

		await assert.rejects(
			openUntracked({ folder, ...OPTIONS }),
			startError(/written by a newer oss-emulator \(data version 999, /),
		);

		assert.deepEqual(readFileSync(file), before);
		assert.deepEqual(readdirSync(join(folder, "incoming")), ["theirs"]);
	});

	test("can be used by only one emulator of a process", async (t) => {
		const folder = makeFolder(t);
		const first = await openStore(t, { folder });

		await assert.rejects(
			openUntracked({ folder, ...OPTIONS }),
			startError(
				/is used by another oss-emulator: stop it, or specify another folder/,
			),
		);

		await first.close();
		await openStore(t, { folder });
	});

	test("can be used by only one process, except for killed processes", async (t) => {
		const folder = makeFolder(t);
		const other = await holdInAnotherProcess(t, folder);

		await assert.rejects(
			openUntracked({ folder, ...OPTIONS }),
			startError(/is used by another oss-emulator/),
		);

		other.kill("SIGKILL");
		await once(other, "exit");
		await openStore(t, { folder });
	});

	for (const [what, code, makeUnusable] of UNUSABLE) {
		test(`${what} is refused with one line that explains the reason, every time`, async (t) => {
			const folder = makeUnusable(makeFolder(t));
			const line =
				code === "SQLITE_NOTADB"
					? `the database of the data folder ${folder} is damaged (${code}): run «oss-emulator check ${folder}»`
					: `the data folder ${folder} cannot be used (${code}): specify another folder with --data, or use --memory`;

			for (const _time of [1, 2]) {
				await assert.rejects(openUntracked({ folder, ...OPTIONS }), {
					name: "StartError",
					message: line,
				});
			}
		});
	}
});

const startError =
	(line: RegExp) =>
	(error: unknown): true => {
		assert.ok(error instanceof StartError, String(error));
		assert.match(error.message, line);
		return true;
	};

/** Writes one item of each kind. @returns the data for a later comparison */
async function fill(store: Store) {
	await makeBucket(store, BUCKET);
	await put(store, "small", bytes(10));
	await put(store, "big", bytes(100_000));
	for (const [position, size] of [
		[0, 10],
		[10, 100_000],
		[100_010, 20],
	] as const) {
		const body = chunked(bytes(size));
		await store.objects.append(newObject("grown"), position, body);
	}
	await store.buckets.change(BUCKET, { versioning: "Enabled" });
	await put(store, "versions", "1");
	await store.objects.delete(BUCKET, "versions", undefined, NOW);
	const upload = await store.uploads.initiate(newObject("upload"), true);
	for (const [number, size] of [
		[1, 200_000],
		[2, 10],
	] as const)
		await store.uploads.putPart(upload, number, NOW, chunked(bytes(size)));
	return describe(store, upload);
}

async function describe(
	store: Store,
	{ key, id }: { readonly key: string; readonly id: string },
) {
	const upload = await store.uploads.find(BUCKET, key, id);
	assert.ok(upload);
	return {
		bucket: await store.buckets.get(BUCKET),
		versions: await store.objects.listVersions(BUCKET, {
			prefix: "",
			delimiter: "",
			after: "",
			max: 1000,
		}),
		upload,
		parts: await store.uploads.parts(upload),
	};
}

async function holdInAnotherProcess(t: TestContext, folder: string) {
	const child = spawn(
		process.execPath,
		[join(import.meta.dirname, "uploading-process.ts"), folder, "hold"],
		{ stdio: ["ignore", "pipe", "inherit"] },
	);
	t.after(() => child.kill("SIGKILL"));
	await once(child.stdout, "data");
	return child;
}
