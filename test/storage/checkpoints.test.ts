import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { suite, test } from "node:test";
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

/** Changes when the log is emptied, or begins anew. */
const saltOf = (database: string): string =>
	readFileSync(`${database}-wal`).toString("hex", 16, 24);

suite("The write-ahead log", () => {
	test("begins anew while objects are written, and is emptied when the store is closed", async (t) => {
		const folder = makeFolder(t);
		const database = join(folder, "oss.db");
		const store = await openStore(t, { folder });
		await makeBucket(store, BUCKET);
		const first = saltOf(database);
		let count = 0;
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
});
