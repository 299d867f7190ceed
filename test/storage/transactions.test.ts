import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { suite, type TestContext, test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import Database from "better-sqlite3";
import { openDatabase, type Sqlite } from "../../emulator/storage/schema.ts";
import { Transactions } from "../../emulator/storage/transactions.ts";
import { makeFolder } from "./stores.ts";

suite("Work items of one iteration of the event loop", () => {
	test("share a commit, and each is resolved after it", async (t) => {
		const { transactions, add, seen } = open(t);

		const first = transactions.share(() => add("a"));
		const second = transactions.share(() => add("b"));
		assert.deepEqual(seen(), []);
		assert.equal(await first, "a");

		assert.deepEqual(seen(), ["a", "b"]);
		assert.equal(await second, "b");
	});

	test("do not share a commit with those of the next iteration", async (t) => {
		const { transactions, add, seen } = open(t);
		await transactions.share(() => add("a"));

		const next = transactions.share(() => add("b"));

		assert.deepEqual(seen(), ["a"]);
		await next;
		assert.deepEqual(seen(), ["a", "b"]);
	});

	test("wait during a pause, which commits the pending ones, and keep their order", async (t) => {
		const { transactions, add, seen } = open(t);
		const pause = Promise.withResolvers<void>();
		const before = transactions.share(() => add("a"));

		transactions.pauseUntil(pause.promise);
		const during = [
			transactions.share(() => add("b")),
			transactions.share(() => add("c")),
		];

		await before;
		await turn();
		assert.deepEqual(seen(), ["a"]);
		pause.resolve();
		await Promise.all(during);
		assert.deepEqual(seen(), ["a", "b", "c"]);
	});

	test("undo only the writes of a failed item", async (t) => {
		const { transactions, add, seen } = open(t);
		const refusal = new Error("refused");

		const works = [
			transactions.share(() => add("a")),
			transactions.share(() => {
				add("b");
				throw refusal;
			}),
			transactions.share(() => add("c")),
		];

		const ended = await Promise.allSettled(works);
		assert.deepEqual(
			ended.map(({ status }) => status),
			["fulfilled", "rejected", "fulfilled"],
		);
		await assert.rejects(works[1] ?? assert.fail(), refusal);
		assert.deepEqual(seen(), ["a", "c"]);
	});

	test("wait for work in steps, which is stored as a whole, or not at all", async (t) => {
		const { transactions, add, seen } = open(t);
		const refusal = new Error("refused");

		const inSteps = (work: () => Generator<void, void>) =>
			transactions.exclusively(() => transactions.inSteps(work));
		const stepped = inSteps(function* () {
			add("a");
			yield;
			add("c");
		});
		const shared = transactions.share(() => add("b"));
		transactions.alone(() => add("d"));
		assert.deepEqual(seen(), []);
		await stepped;
		assert.deepEqual(seen(), ["a", "c", "d"]);
		await shared;
		const failing = inSteps(function* () {
			add("e");
			yield;
			throw refusal;
		});

		await assert.rejects(failing, refusal);
		await transactions.share(() => add("f"));
		assert.deepEqual(seen(), ["a", "b", "c", "d", "f"]);
	});

	test("are all rejected if SQLite cannot commit, and nothing is stored", async (t) => {
		const { transactions, add, addOrphan, seen } = open(t);

		const works = [
			transactions.share(() => add("a")),
			transactions.share(() => addOrphan()), // detected by COMMIT
		];

		for (const work of works)
			await assert.rejects(work, /FOREIGN KEY constraint failed/);
		assert.deepEqual(seen(), []);
		await transactions.share(() => add("b"));
		assert.deepEqual(seen(), ["b"]);
	});

	test("are all rejected if SQLite rolls back the whole transaction, as on a full disk", async (t) => {
		const { db, transactions, add, seen } = open(t);
		const full = new Error("full");

		const works = [
			transactions.share(() => add("a")),
			transactions.share(() => {
				db.exec("ROLLBACK"); // as SQLite does
				throw full;
			}),
		];
		const later = transactions.share(() => add("b"));

		for (const work of works) await assert.rejects(work, full);
		await later;
		assert.deepEqual(seen(), ["b"]);
	});

	test("are stored if and only if they are resolved when the disk is full", async (t) => {
		const { db, transactions, add, seen } = open(t);
		const pages = Number(db.pragma("page_count", { simple: true }));
		db.pragma(`max_page_count = ${pages + 1}`);
		const names = ["a", "b".repeat(100_000), "c"];

		const works = names.map((name) => transactions.share(() => add(name)));

		const ended = await Promise.allSettled(works);
		assert.equal(ended[1]?.status, "rejected");
		assert.deepEqual(
			names.filter((_, i) => ended[i]?.status === "fulfilled"),
			seen(),
		);
	});
});

suite("A single work item", () => {
	test("is committed immediately, after earlier items", async (t) => {
		const { transactions, add, seen } = open(t);
		const shared = transactions.share(() => add("a"));

		transactions.alone(() => add("b"));

		assert.deepEqual(seen(), ["a", "b"]);
		await shared;
	});

	test("changes nothing if it fails, and does not affect earlier items", async (t) => {
		const { transactions, add, seen } = open(t);
		const shared = transactions.share(() => add("a"));
		const refusal = new Error("refused");

		assert.throws(
			() =>
				transactions.alone(() => {
					add("b");
					throw refusal;
				}),
			refusal,
		);

		await shared;
		assert.deepEqual(seen(), ["a"]);
	});
});

suite("A step after the commit", () => {
	test("is executed after a successful commit", async (t) => {
		const { transactions, add, seen } = open(t);
		const steps: string[][] = [];

		await transactions.share(() => {
			add("a");
			transactions.afterwards(() => steps.push(seen()));
			assert.deepEqual(steps, []);
		});

		assert.deepEqual(steps, [["a"]]);
	});

	test("is also executed after a failed commit", async (t) => {
		const { transactions, addOrphan, seen } = open(t);
		const steps: string[][] = [];

		await assert.rejects(
			transactions.share(() => {
				addOrphan();
				transactions.afterwards(() => steps.push(seen()));
			}),
		);

		assert.deepEqual(steps, [[]]);
	});
});

suite("Reads of one iteration of the event loop", () => {
	test("share a transaction, which ends with the iteration", async (t) => {
		const { db, transactions } = open(t);

		transactions.shareReads();
		transactions.shareReads();

		assert.ok(db.inTransaction);
		await turn();
		assert.ok(!db.inTransaction);
	});

	test("do not prevent writes, which are committed with their own iteration", async (t) => {
		const { transactions, add, seen } = open(t);
		transactions.shareReads();

		const shared = transactions.share(() => add("a"));
		transactions.shareReads();
		transactions.alone(() => add("b"));
		assert.deepEqual(seen(), ["a", "b"]);
		await shared;

		transactions.shareReads();
		await transactions.inSteps(function* () {
			add("c");
			yield;
			transactions.shareReads();
			add("d");
		});
		assert.deepEqual(seen(), ["a", "b", "c", "d"]);
	});

	test("end without an error if the database is closed before", async (t) => {
		const { db, transactions } = open(t);
		transactions.shareReads();

		db.close();

		await turn();
		assert.ok(!db.open);
	});
});

type Opened = {
	readonly db: Sqlite;
	readonly transactions: Transactions;
	readonly add: (name: string) => string;
	/** Adds a row that makes the commit fail. */
	readonly addOrphan: () => void;
	/** The committed rows, read over a separate connection. */
	readonly seen: () => string[];
};

function open(t: TestContext): Opened {
	const folder = makeFolder(t);
	mkdirSync(folder);
	const path = join(folder, "oss.db");
	const db = openDatabase(path, false);
	db.pragma("foreign_keys = ON"); // so that a commit can fail
	db.exec(
		`CREATE TABLE note (name TEXT PRIMARY KEY,
		                    of TEXT REFERENCES note DEFERRABLE INITIALLY DEFERRED)`,
	);
	const other = new Database(path, { readonly: true });
	t.after(() => {
		other.close();
		db.close();
	});
	const insert = db.prepare("INSERT INTO note VALUES (?, ?)");
	const names = other
		.prepare<[], string>("SELECT name FROM note ORDER BY name")
		.pluck();
	return {
		db,
		transactions: new Transactions(db),
		add: (name) => {
			insert.run(name, null);
			return name;
		},
		addOrphan: () => void insert.run("orphan", "unknown"),
		seen: () => names.all(),
	};
}
