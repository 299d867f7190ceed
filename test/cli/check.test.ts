import assert from "node:assert/strict";
import {
	existsSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	rmSync,
	statSync,
	truncateSync,
	writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { suite, type TestContext, test } from "node:test";
import Database from "better-sqlite3";
import { killedFolder } from "../storage/killed-folder.ts";
import {
	assertBytes,
	BUCKET,
	bytes,
	damagePages,
	filesIn,
	makeBucket,
	makeFolder,
	NOW,
	openStore,
	put,
	read,
} from "../storage/stores.ts";
import { type Ended, runCommand } from "./command.ts";

const check = (...words: readonly string[]): Promise<Ended> =>
	runCommand(["check", ...words]);

/** Makes three objects with one version each, the large one in a blob, and closes the store properly. */
async function makeData(t: TestContext): Promise<string> {
	const folder = makeFolder(t);
	const store = await openStore(t, { folder });
	await makeBucket(store, BUCKET);
	await store.buckets.change(BUCKET, { versioning: "Enabled" });
	await put(store, "small", "1");
	await put(store, "both", "before");
	await put(store, "both", bytes(100_000));
	await store.close();
	return folder;
}

const onlyBlob = (folder: string): string => {
	const [blob = "", ...more] = filesIn(join(folder, "blobs"));
	assert.deepEqual(more, []);
	return blob;
};

function flipByte(file: string, find: (content: Buffer) => number): void {
	const content = readFileSync(file);
	const at = find(content);
	content.writeUInt8(content.readUInt8(at) ^ 1, at);
	writeFileSync(file, content);
}

suite("oss-emulator check", () => {
	test("reports the content of an intact data folder", async (t) => {
		const folder = await makeData(t);
		const { code, out, err } = await check(folder);
		assert.deepEqual({ code, err }, { code: 0, err: "" });
		assert.match(out, /^1 buckets\n2 objects, and 1 older versions/);
		assert.match(out, /\n1 blobs\nno problems found\n$/);
		const json = JSON.parse((await check(folder, "--json")).out);
		assert.deepEqual([json.problems, json.left], [[], []]);
	});

	for (const [what, damage, line] of [
		["missing", (blob: string) => rmSync(blob), / is missing\n/],
		[
			"truncated",
			(blob: string) => truncateSync(blob, 5),
			/ has 5 bytes instead /,
		],
		[
			"too long",
			(blob: string) => truncateSync(blob, 100_001),
			/ has 100001 bytes instead of 100000\n/,
		],
	] as const) {
		test(`reports an object with ${what} content, and removes it with --repair`, async (t) => {
			const folder = await makeData(t);
			damage(onlyBlob(folder));
			const found = await check(folder);
			assert.equal(found.code, 1);
			assert.match(found.out, /^problem: photos\/both, version CAEQ/);
			assert.match(found.out, line);
			assert.match(
				found.err,
				/^oss-emulator: .*: 1 problem found.*--repair.*\n$/,
			);

			const repaired = await check(folder, "--repair");

			assert.deepEqual([repaired.code, repaired.err], [0, ""]);
			assert.match(repaired.out, /\nremoved: photos\/both, version CAEQ/);
			const store = await openStore(t, { folder });
			assertBytes(await read(store, "both"), "before");
			assertBytes(await read(store, "small"), "1");
			await store.close();
			assert.equal((await check(folder)).code, 0);
		});
	}

	test("reports objects whose bytes have changed, in a blob or in a row, and does not remove them", async (t) => {
		const folder = await makeData(t);
		flipByte(onlyBlob(folder), () => 1000);
		flipByte(join(folder, "oss.db"), (content) => content.indexOf("before"));
		for (const flags of [[], ["--repair"]]) {
			const { code, out, err } = await check(folder, ...flags);
			assert.equal(code, 1);
			const lines = out.match(/^problem: photos\/both, version .*$/gm) ?? [];
			assert.equal(lines.length, 2, out);
			assert.match(lines[0] ?? "", /: its content has changed since it was /);
			assert.match(err, /: 2 problems (found|left)/);
		}
		const store = await openStore(t, { folder });
		assert.equal((await read(store, "both"))?.length, 100_000);
	});

	test("moves the blobs of a missing database aside with --repair", async (t) => {
		const folder = await killedFolder(t);
		const blobs = filesIn(join(folder, "blobs")).length;
		assert.ok(blobs > 0);
		rmSync(join(folder, "oss.db"));
		const found = await check(folder);
		assert.equal(found.code, 1);
		assert.match(found.out, /^problem: .*oss\.db is missing or empty/);
		assert.equal(filesIn(join(folder, "blobs")).length, blobs);

		assert.equal((await check(folder, "--repair")).code, 0);

		const store = await openStore(t, { folder });
		assert.deepEqual(await store.buckets.all(), []);
		assert.equal(filesIn(join(folder, "blobs.lost-1")).length, blobs);
	});

	test("leaves a truncated log unchanged without --repair", async (t) => {
		const folder = await killedFolder(t);
		const log = join(folder, "oss.db-wal");
		const blobs = filesIn(join(folder, "blobs")).length;
		truncateSync(log, readFileSync(log).length / 2);
		for (const _time of [1, 2]) {
			const { code, out } = await check(folder);
			assert.equal(code, 1);
			assert.match(out, /^problem: the write-ahead log /);
		}

		const repaired = await check(folder, "--repair");

		assert.equal(repaired.code, 0, repaired.out);
		assert.match(repaired.out, /a copy of the log, oss\.db-wal\.lost-1/);
		const store = await openStore(t, { folder });
		await store.settled();
		const aside = join(folder, "blobs.lost");
		const lost = existsSync(aside) ? readdirSync(aside).length : 0;
		assert.equal(filesIn(join(folder, "blobs")).length + lost, blobs);
	});

	test("keeps the readable rows of a damaged database", async (t) => {
		const folder = makeFolder(t);
		const store = await openStore(t, { folder });
		await makeBucket(store, BUCKET);
		for (let i = 0; i < 300; i++) await put(store, `${i}`, bytes(3000, i));
		await put(store, "big", bytes(100_000));
		await store.objects.delete(BUCKET, "0", undefined, NOW);
		await store.close();
		const database = join(folder, "oss.db");
		damagePages(database);
		const found = await check(folder);
		assert.equal(found.code, 1);
		assert.match(found.out, /^problem: the database: /);

		const repaired = await check(folder, "--repair");

		assert.equal(repaired.code, 0, repaired.out + repaired.err);
		assert.match(repaired.out, /moved aside: oss\.db\.lost-1; \d+ rows/);
		const after = await openStore(t, { folder });
		const all = { prefix: "", delimiter: "", after: "", max: 1000 };
		const { entries } = await after.objects.list(BUCKET, all);
		assert.ok(entries.length > 200, String(entries.length));
		for (const { key } of entries)
			if (key !== "big")
				assertBytes(await read(after, key), bytes(3000, Number(key)));
	});

	test("repairs again after a repair that was interrupted", async (t) => {
		const folder = makeFolder(t);
		const store = await openStore(t, { folder });
		await makeBucket(store, BUCKET);
		for (let i = 0; i < 300; i++) await put(store, `${i}`, bytes(3000, i));
		await store.close();
		const database = join(folder, "oss.db");
		const content = damagePages(database);
		// An interrupted repair leaves the damaged database in place, and part of its copy.
		writeFileSync(`${database}.repaired`, content.subarray(0, 50 * 4096));
		writeFileSync(`${database}.repaired-wal`, "part of a log");

		assert.equal((await check(folder, "--repair")).code, 0);

		const after = await openStore(t, { folder });
		const all = { prefix: "", delimiter: "", after: "", max: 1000 };
		const { entries } = await after.objects.list(BUCKET, all);
		assert.ok(entries.length > 200, String(entries.length));
	});

	test("refuses a database that ends inside a page, and copies its rows with --repair", async (t) => {
		const folder = await makeData(t);
		const database = join(folder, "oss.db");
		truncateSync(database, statSync(database).size - 1);
		const found = await check(folder);
		assert.equal(found.code, 1);
		assert.match(found.out, /^problem: .*oss\.db ends inside a page\n/);
		await assert.rejects(openStore(t, { folder }), /ends inside a page/);

		const repaired = await check(folder, "--repair");

		assert.equal(repaired.code, 0, repaired.out + repaired.err);
		assert.match(repaired.out, /moved aside: oss\.db\.lost-1; \d+ rows/);
		const after = await openStore(t, { folder });
		assertBytes(await read(after, "small"), "1");
	});

	for (const version of [-1, 0, 1, 3, 5, -(2 ** 31)]) {
		test(`refuses a database of data version ${version} with the tables of another version, and keeps its rows with --repair`, async (t) => {
			const folder = await makeData(t);
			const db = new Database(join(folder, "oss.db"));
			db.pragma(`user_version = ${version}`);
			db.close();
			await assert.rejects(openStore(t, { folder }), {
				name: "StartError",
				message: new RegExp(`run «oss-emulator check ${folder}»$`),
			});
			const found = await check(folder);
			assert.equal(found.code, 1);
			assert.match(
				found.out,
				new RegExp(`problem: .* of its data version ${version}\n`),
			);

			assert.equal((await check(folder, "--repair")).code, 0);

			const after = await openStore(t, { folder });
			assertBytes(await read(after, "small"), "1");
			assertBytes(await read(after, "both"), bytes(100_000));
		});
	}

	for (const table of ["version", "piece", "delivery", "session"]) {
		test(`repairs a database without the table ${table}`, async (t) => {
			const folder = await makeData(t);
			const db = new Database(join(folder, "oss.db"));
			db.exec(`DROP TABLE ${table}`);
			db.close();
			await assert.rejects(openStore(t, { folder }), {
				name: "StartError",
				message: /run «oss-emulator check .*»$/,
			});

			assert.equal((await check(folder, "--repair")).code, 0);

			const after = await openStore(t, { folder });
			assert.equal((await after.buckets.all()).length, 1);
		});
	}

	for (const [lost, name] of [
		["the rows of buckets", BUCKET],
		["the rows of buckets and the index of their names", "recovered-1"],
	] as const) {
		test(`recovers a bucket with its objects when a page with ${lost} is damaged`, async (t) => {
			const folder = await makeData(t);
			const path = join(folder, "oss.db");
			const db = new Database(path);
			const roots = db
				.prepare<[], number>(
					"SELECT rootpage FROM sqlite_schema WHERE tbl_name = 'bucket' ORDER BY type DESC",
				)
				.pluck()
				.all();
			db.close();
			const content = readFileSync(path);
			for (const page of name === BUCKET ? roots.slice(0, 1) : roots)
				content.fill(0xa5, (page - 1) * 4096, page * 4096);
			writeFileSync(path, content);

			const repaired = await check(folder, "--repair");

			assert.equal(repaired.code, 0, repaired.out + repaired.err);
			assert.match(repaired.out, new RegExp(`recovered: the bucket ${name}, `));
			const after = await openStore(t, { folder });
			const [bucket] = await after.buckets.all();
			assert.equal(bucket?.name, name);
			assert.equal(bucket?.versioning, "Enabled");
			const both = await after.objects.open(name, "both");
			assertBytes(await both?.content.readWhole(), bytes(100_000));
		});
	}

	test("reports files that cannot be read in one line", async (t) => {
		for (const name of ["oss.db", "oss.db-wal", "lock", "blobs"]) {
			const folder = await killedFolder(t);
			const path = join(folder, name);
			rmSync(path, { recursive: true });
			if (name === "blobs") writeFileSync(path, "");
			else mkdirSync(path);
			for (const flags of [[], ["--repair"]]) {
				const { code, out, err } = await check(folder, ...flags);
				assert.deepEqual({ name, code, out }, { name, code: 2, out: "" });
				assert.match(err, /^oss-emulator: .* cannot be checked \(\w+\)\n$/);
			}
			assert.ok(existsSync(path));
		}
	});

	test("refuses a folder in use, a path that is not a data folder, and wrong arguments", async (t) => {
		const folder = await makeData(t);
		const store = await openStore(t, { folder });
		const used = await check(folder);
		assert.equal(used.code, 2);
		assert.match(used.err, /is used by another oss-emulator/);
		await store.close();
		const other = await check(join(folder, "incoming"));
		assert.equal(other.code, 2);
		assert.match(other.err, /is not a data folder/);
		for (const words of [[], ["a", "b"], [folder, "--recursive"]])
			assert.equal((await check(...words)).code, 2);
	});
});
