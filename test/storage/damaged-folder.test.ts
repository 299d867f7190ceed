import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import {
	copyFileSync,
	existsSync,
	readFileSync,
	rmSync,
	symlinkSync,
	truncateSync,
	writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { suite, type TestContext, test } from "node:test";
import { storeProtocol } from "../../emulator/operations/store-protocol.ts";
import { StartError } from "../../emulator/oss/start-error.ts";
import { checkFolder } from "../../emulator/storage/folder/repair.ts";
import { openStore as openUntracked } from "../../emulator/storage/open-store.ts";
import { start } from "./emulator-process.ts";
import { killedFolder } from "./killed-folder.ts";
import {
	assertBytes,
	BUCKET,
	bytes,
	damagePages,
	filesIn,
	makeBucket,
	makeFolder,
	openStore,
	put,
	read,
} from "./stores.ts";

const refusedOpening = async (folder: string): Promise<string> => {
	const before = filesIn(join(folder, "blobs"));
	const report = (error: unknown): never => assert.fail(String(error));
	const options = { durable: false, files: false, report };
	try {
		const protocol = storeProtocol;
		const store = await openUntracked({ folder, protocol, ...options });
		await store.close();
		return assert.fail("it was opened");
	} catch (error) {
		assert.ok(error instanceof StartError, String(error));
		assert.doesNotMatch(error.message, /\n/);
		assert.match(error.message, /run «oss-emulator check /);
		assert.deepEqual(filesIn(join(folder, "blobs")), before);
		return error.message;
	}
};

const flip = (file: string, at: number): void => {
	const content = readFileSync(file);
	content[at] = (content[at] ?? 0) ^ 0xff;
	writeFileSync(file, content);
};

const LOG = "is missing or damaged";
const DAMAGES: readonly (readonly [
	what: string,
	damage: (database: string) => void,
	line: string,
])[] = [
	["without its database", (db) => rmSync(db), "is missing or empty"],
	["with an empty database", (db) => truncateSync(db), "is missing or empty"],
	["without the log", (db) => rmSync(`${db}-wal`), LOG],
	[
		"without the log and its index",
		(db) => {
			rmSync(`${db}-wal`);
			rmSync(`${db}-shm`);
		},
		LOG,
	],
	["with an empty log", (db) => truncateSync(`${db}-wal`), LOG],
	[
		"with a truncated log",
		(db) => truncateSync(`${db}-wal`, readFileSync(`${db}-wal`).length / 2),
		LOG,
	],
	[
		"with a log that is damaged in the middle",
		(db) => flip(`${db}-wal`, readFileSync(`${db}-wal`).length / 2),
		LOG,
	],
	[
		"with a log that is damaged in the middle, without its index",
		(db) => {
			flip(`${db}-wal`, 32 + 24 + 100);
			rmSync(`${db}-shm`);
		},
		LOG,
	],
];

/** Refusals of folders whose log is intact. */
const REFUSALS: readonly (readonly [
	what: string,
	damage: (folder: string) => void,
	line: RegExp,
])[] = [
	[
		"with a file in place of its blobs",
		(folder) => {
			rmSync(join(folder, "blobs"), { recursive: true });
			writeFileSync(join(folder, "blobs"), "");
		},
		/ cannot be used \(EEXIST\)/,
	],
	[
		"with the blobs of another folder",
		(folder) => {
			const marker = join(folder, "session");
			const text = readFileSync(marker, "latin1");
			writeFileSync(marker, text.replace(/^\w+/, "another"));
		},
		/ does not belong to its blobs/,
	],
];

const DATABASE_FILES = ["oss.db", "oss.db-wal", "oss.db-shm", "session"];

const databaseIn = (folder: string): readonly string[] =>
	DATABASE_FILES.map((name) =>
		createHash("md5")
			.update(readFileSync(join(folder, name)))
			.digest("hex"),
	);

suite("The data folder of an emulator that was killed", () => {
	for (const [what, damage, line] of DAMAGES) {
		test(`${what} is refused, and its blobs are preserved`, async (t) => {
			const folder = await killedFolder(t);
			damage(join(folder, "oss.db"));
			assert.ok((await refusedOpening(folder)).includes(line));
			assert.ok((await refusedOpening(folder)).includes(line));
		});
	}

	for (const [what, damage, line] of REFUSALS) {
		test(`${what} is refused and not changed`, async (t) => {
			const folder = await killedFolder(t);
			damage(folder);
			const before = databaseIn(folder);
			for (let attempt = 0; attempt < 2; attempt++)
				assert.match((await openAndClose(folder)) ?? "accepted", line);
			assert.deepEqual(databaseIn(folder), before);
		});
	}

	test("with a damaged log and no index is refused after a check too", async (t) => {
		const folder = await killedFolder(t);
		const database = join(folder, "oss.db");
		flip(`${database}-wal`, readFileSync(`${database}-wal`).length / 2);
		rmSync(`${database}-shm`);
		const { problems } = await checkFolder(folder, false);
		assert.ok(problems.length > 0);
		assert.ok((await refusedOpening(folder)).includes(LOG));
	});

	test("can be opened with and without the index of the log", async (t) => {
		for (const change of [
			() => {},
			(folder: string) => rmSync(join(folder, "oss.db-shm")),
		]) {
			const folder = await killedFolder(t);
			change(folder);
			const store = await openStore(t, { folder });
			await store.settled();
			await store.close();
		}
	});

	test("can be opened after a restart of the machine, with any index", async (t) => {
		const folder = await killedFolder(t);
		// After a restart of the machine, the index may belong to another log.
		const marker = join(folder, "session");
		const text = readFileSync(marker, "latin1");
		const [session = "", state = ""] = text.split(" ");
		const elsewhere = `${session} ${state} elsewhere`;
		writeFileSync(marker, `${elsewhere.padEnd(text.length - 1)}\n`);
		flip(join(folder, "oss.db-shm"), 20);
		await (await openStore(t, { folder })).close();
	});
});

suite("A data folder that was closed properly", () => {
	const fill = async (folder: string, t: TestContext, seed: number) => {
		const store = await openStore(t, { folder });
		if (seed === 0) await makeBucket(store, BUCKET);
		await put(store, `big-${seed}`, bytes(100_000, seed));
		await store.close();
	};

	test("is refused with an older copy of its database, and with the database of another folder", async (t) => {
		const [folder, other] = [makeFolder(t), makeFolder(t)];
		await fill(folder, t, 0);
		await fill(other, t, 0);
		const database = join(folder, "oss.db");
		copyFileSync(database, `${database}.old`);
		await fill(folder, t, 1);
		await fill(folder, t, 2);
		copyFileSync(database, `${database}.new`);

		for (const copy of [`${database}.old`, join(other, "oss.db")]) {
			copyFileSync(copy, database);
			const line = await refusedOpening(folder);
			assert.match(line, /does not belong to its blobs/);
		}

		copyFileSync(`${database}.new`, database);
		const store = await openStore(t, { folder });
		await store.settled();
		assert.equal(filesIn(join(folder, "blobs")).length, 3);
	});

	test("whose database and blobs were both removed is initialized again", async (t) => {
		const folder = makeFolder(t);
		await fill(folder, t, 0);
		rmSync(join(folder, "oss.db"));
		rmSync(join(folder, "blobs"), { recursive: true });
		const store = await openStore(t, { folder });
		assert.deepEqual(await store.buckets.all(), []);
	});
});

suite("A damaged page of the database", () => {
	test("makes the start fail with one line, whenever it is read", async (t) => {
		const folder = makeFolder(t);
		const store = await openStore(t, { folder });
		await makeBucket(store, BUCKET);
		for (let i = 0; i < 200; i++) await put(store, `${i}`, bytes(3000, i));
		await store.close();
		const database = join(folder, "oss.db");
		const whole = readFileSync(database);
		let refused = 0;
		const pages = whole.length / 4096;
		for (let page = 0; page < pages; page += page < 10 ? 1 : pages / 10) {
			const garbage = Buffer.alloc(4096, 0xa5);
			const content = Buffer.from(whole);
			garbage.copy(content, Math.trunc(page) * 4096);
			writeFileSync(database, content);
			const found = await openAndClose(folder);
			if (found) refused++;
		}
		assert.ok(refused > 0);
	});
});

suite("A running emulator", () => {
	test("whose folder is removed says so in one line, and exits with code 2", async (t) => {
		const folder = makeFolder(t);
		const { oss, lines, ended } = await start(t, folder, "--no-files");
		await oss.put(`/${BUCKET}`);
		rmSync(folder, { recursive: true });

		await assert.rejects(oss.put(`/${BUCKET}/big`, bytes(100_000)));

		assert.equal(await ended, 2);
		assert.deepEqual(lines, [
			`oss-emulator: the data folder ${folder} was removed or moved while the emulator was running: start it again`,
		]);
	});

	for (const removed of ["oss.db", "."]) {
		test(`without requests exits when its ${removed === "." ? "folder" : removed} is removed`, async (t) => {
			const folder = makeFolder(t);
			const { lines, ended } = await start(t, folder, "--no-files");
			rmSync(join(folder, removed), { recursive: true });

			assert.equal(await ended, 2);
			assert.equal(lines.length, 1);
			assert.match(lines[0] ?? "", / was removed or moved /);
		});
	}

	for (const removed of ["incoming", "blobs", "files"]) {
		test(`creates ${removed} again when it is removed`, async (t) => {
			const folder = makeFolder(t);
			const store = await openStore(t, { folder, files: true });
			await makeBucket(store, BUCKET);
			for (let i = 0; i < 3; i++) await put(store, "big", bytes(100_000, i));
			await store.settled();
			rmSync(join(folder, removed), { recursive: true });

			// Some of these blobs go into the subfolders of earlier ones.
			for (let i = 0; i < 300; i++) await put(store, "big", bytes(70_000, i));

			assertBytes(await read(store, "big"), bytes(70_000, 299));
			await store.settled();
			assert.ok(existsSync(join(folder, removed)));
		});
	}

	test("replaces a link in place of the file for plain copies", async (t) => {
		const folder = makeFolder(t);
		const outside = join(folder, "..", "outside");
		writeFileSync(outside, "precious");
		const store = await openStore(t, { folder, files: true });
		await makeBucket(store, BUCKET);
		symlinkSync(outside, join(folder, "files.unfinished"));

		await put(store, "small", "copy");
		await store.settled();

		const copy = join(folder, "files", BUCKET, "small");
		assert.equal(readFileSync(copy, "utf8"), "copy");
		assert.equal(readFileSync(outside, "utf8"), "precious");
	});

	test("that reads a damaged page reports it in one line, and exits with code 2", async (t) => {
		const folder = makeFolder(t);
		const store = await openStore(t, { folder });
		await makeBucket(store, BUCKET);
		for (let i = 0; i < 300; i++) await put(store, `${i}`, bytes(3000, i));
		await store.close();
		const database = join(folder, "oss.db");
		damagePages(database);
		const { oss, lines, ended } = await start(t, folder, "--no-files");

		const readAll = async (): Promise<void> => {
			for (let i = 0; i < 300; i++) await oss.get(`/${BUCKET}/${i}`);
		};

		await assert.rejects(readAll());
		assert.equal(await ended, 2);
		assert.equal(lines.length, 1);
		assert.match(lines[0] ?? "", /^oss-emulator: the database .* is damaged /);
	});
});

/** @returns the error line if the folder was refused */
async function openAndClose(folder: string): Promise<string | undefined> {
	const reported: unknown[] = [];
	const report = (error: unknown): unknown => reported.push(error);
	const options = { durable: false, files: false, report };
	try {
		const protocol = storeProtocol;
		const store = await openUntracked({ folder, protocol, ...options });
		await store.settled();
		await store.close();
		for (const error of reported)
			assert.ok(error instanceof StartError, String(error));
		return reported.length > 0 ? String(reported[0]) : undefined;
	} catch (error) {
		assert.ok(error instanceof StartError, (error as Error).stack);
		return error.message;
	}
}
