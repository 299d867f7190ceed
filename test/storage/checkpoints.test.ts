import assert from "node:assert/strict";
import { closeSync, existsSync, openSync, readSync, statSync } from "node:fs";
import { join } from "node:path";
import { suite, test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import Database from "better-sqlite3";
import { readMarker } from "../../emulator/storage/folder/session.ts";
import {
	assertBytes,
	BUCKET,
	bytes,
	makeBucket,
	makeFolder,
	openStore,
	put,
	read,
} from "./stores.ts";

/** A value in the log's header that changes when the log is emptied or restarted. */
function saltOf(database: string): string {
	const log = openSync(`${database}-wal`, "r");
	const salt = Buffer.alloc(8);
	readSync(log, salt, 0, salt.length, 16);
	closeSync(log);
	return salt.toString("hex");
}

/** Opens a second connection that keeps reading an old state. @returns a function that ends the reading */
function readOldState(database: string): () => void {
	const db = new Database(database, { readonly: true });
	db.exec("BEGIN; SELECT count(*) FROM bucket");
	return () => db.close();
}

suite("The write-ahead log", () => {
	test("grows without failed writes while it is being read, is restarted afterwards, and is emptied at the end", async (t) => {
		const folder = makeFolder(t);
		const database = join(folder, "oss.db");
		const store = await openStore(t, { folder });
		await makeBucket(store, BUCKET);
		const first = saltOf(database);
		const stop = readOldState(database);
		let count = 0;
		while (statSync(`${database}-wal`).size < 44 * 1024 * 1024)
			await put(store, `${count % 7}`, bytes(60_000, count++));
		assert.equal(saltOf(database), first);

		stop();

		while (saltOf(database) === first && count < 3000)
			await put(store, `${count % 7}`, bytes(60_000, count++));
		assert.notEqual(saltOf(database), first);

		await store.close();

		assert.ok(!existsSync(`${database}-wal`));
		assert.equal(readMarker(folder)?.state, "shut");
		const db = new Database(database, { readonly: true });
		assert.deepEqual(db.pragma("integrity_check"), [{ integrity_check: "ok" }]);
		db.close();
		const again = await openStore(t, { folder });
		const last = count - 1;
		assertBytes(await read(again, `${last % 7}`), bytes(60_000, last));
	});

	test("is emptied if it is long and writes have stopped", async (t) => {
		const folder = makeFolder(t);
		const log = join(folder, "oss.db-wal");
		const store = await openStore(t, { folder });
		await makeBucket(store, BUCKET);
		let longest = 0;
		for (let i = 0; i < 200; i++) {
			await put(store, `${i % 7}`, bytes(60_000, i));
			longest = Math.max(longest, statSync(log).size);
		}
		assert.ok(longest > 4 * 1024 * 1024);

		while (statSync(log).size > 0) await turn();

		assertBytes(await read(store, `${199 % 7}`), bytes(60_000, 199));
	});
});
