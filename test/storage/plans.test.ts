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
import { Snapshots } from "../../emulator/storage/rows/snapshots.ts";
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

suite("SQLite's plan for the rows of a snapshot", () => {
	const db = openDatabase(":memory:", false);
	const snapshots = new Snapshots(db);
	const take = (name: string) =>
		snapshots.insert({ name, created: new Date(), state: "" });
	take("older");
	insertVersion(db, "a");
	take("newer");
	insertVersion(db, "b");
	const statements = prepared(db, () => {
		for (const steps of [
			snapshots.changedKeys(1),
			snapshots.restore(1),
			snapshots.delete(2),
		])
			for (const _ of steps);
	}).filter((sql) => sql.includes("BETWEEN @first"));

	test("of a step reads only the rows of the step", () => {
		const tables = new Set<string>();
		for (const sql of statements) {
			tables.add(/former_\w+/.exec(sql)?.[0] ?? "");
			const steps = explain(db, sql).filter((step) =>
				/^(SCAN|SEARCH) (former|former_\w+) /.test(step),
			);
			for (const step of steps)
				assert.match(step, /USING INTEGER PRIMARY KEY \(rowid>\? AND/, sql);
		}
		assert.ok(statements.length > 3 && tables.has("former_version"));
	});
});

function insertVersion(db: Sqlite, key: string): void {
	const columns = db
		.prepare<[], string>(
			"SELECT name FROM pragma_table_info('version') WHERE \"notnull\" AND name <> 'key'",
		)
		.pluck()
		.all();
	db.prepare(
		`INSERT INTO version (key, ${columns.join(", ")}) VALUES (?, ${columns.map(() => "1").join(", ")})`,
	).run(key);
}

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
