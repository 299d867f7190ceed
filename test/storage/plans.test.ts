import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { storeProtocol } from "../../emulator/operations/store-protocol.ts";
import { Buckets } from "../../emulator/storage/buckets.ts";
import { Blobs } from "../../emulator/storage/content/blobs.ts";
import { Contents } from "../../emulator/storage/content/contents.ts";
import { MemoryBlobs } from "../../emulator/storage/content/memory-blobs.ts";
import { PlainSource } from "../../emulator/storage/plain-files/plain-source.ts";
import { Listing } from "../../emulator/storage/rows/listing.ts";
import { Parts } from "../../emulator/storage/rows/parts.ts";
import { UploadRows } from "../../emulator/storage/rows/upload-rows.ts";
import { Usage } from "../../emulator/storage/rows/usage.ts";
import { Versions } from "../../emulator/storage/rows/versions.ts";
import { openDatabase, type Sqlite } from "../../emulator/storage/schema.ts";
import { Transactions } from "../../emulator/storage/transactions.ts";

/** Statements that run only once, at start. */
const ALL_BUCKETS = [
	"SELECT * FROM bucket",
	"SELECT name FROM bucket ORDER BY name",
];

suite("SQLite's plan", () => {
	const db = openDatabase(":memory:", false);
	const transactions = new Transactions(db);
	const { refuse } = storeProtocol;
	const statements = prepared(db, () => {
		const contents = new Contents(
			db,
			transactions,
			new Blobs(new MemoryBlobs()),
			(error) => assert.fail(String(error)),
		);
		new Versions(db, contents, new Usage(db), refuse);
		new Listing(db, new Buckets(db, transactions.alone, () => {}, refuse));
		new UploadRows(db);
		new Parts(db, contents, refuse);
		new PlainSource(db);
	}).filter((sql) => !ALL_BUCKETS.includes(sql));

	for (const sql of statements) {
		test(`searches by an index and does not sort: ${sql.replaceAll(/\s+/g, " ")}`, () => {
			const plan = explain(db, sql);

			assert.deepEqual(
				plan.filter((step) => /SCAN|TEMP B-TREE FOR ORDER BY/.test(step)),
				[],
				plan.join("\n"),
			);
		});
	}

	test("of listing versions merges the two indexes", () => {
		const both = statements.find((sql) =>
			sql.includes("ORDER BY key, id DESC"),
		);

		assert.deepEqual(explain(db, both ?? assert.fail()), [
			"MERGE (UNION ALL)",
			"LEFT",
			"SEARCH version USING INDEX listed (bucket=? AND key>? AND key<?)",
			"RIGHT",
			"SEARCH version USING INDEX unlisted (bucket=? AND key>? AND key<?)",
		]);
	});
});

/** The SQL of all statements that `work` prepares and that search for rows. */
function prepared(db: Sqlite, work: () => void): string[] {
	const seen: string[] = [];
	const prepare = db.prepare;
	db.prepare = ((sql: string) => {
		seen.push(sql);
		return prepare.call(db, sql);
	}) as typeof prepare;
	work();
	db.prepare = prepare;
	return seen.filter((sql) => /WHERE|^SELECT/.test(sql));
}

function explain(db: Sqlite, sql: string): string[] {
	const names = sql.matchAll(/@(\w+)/g).map(([, name]) => [name, 1] as const);
	const named = Object.fromEntries(names);
	const unnamed = (sql.match(/\?/g) ?? []).map(() => 1);
	return db
		.prepare<unknown[], { readonly detail: string }>(
			`EXPLAIN QUERY PLAN ${sql}`,
		)
		.all(...unnamed, named)
		.map(({ detail }) => detail);
}
