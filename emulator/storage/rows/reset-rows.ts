/**
 * Deletes the rows of all accounts, or of one account, in steps, in one transaction. Rows of snapshots remain.
 *
 * SQLite empties a table quickly if there is no condition, unless the triggers of a snapshot must see each row.
 */
import type { Sqlite } from "../schema.ts";
import { clearDeliveries } from "./delivery-rows.ts";
import type { Steps } from "./snapshots.ts";

export type Owned = {
	/** The uid of the account; null for all accounts. */
	readonly account: string | null;
	/** The ids of its buckets; null for all buckets. */
	readonly buckets: readonly number[] | null;
};

/** Few enough that a step does not delay other requests. */
const STEP_ROWS = 1000;

/** The tables of buckets' contents, with the columns of their keys. */
const TABLES = [
	["piece", "content, start"],
	["version", "id"],
	["part", "rowid"],
	["upload", "id"],
] as const;

/** The next versions of a bucket, in the order of an index; then the parts of its uploads. */
const OF_BUCKET = [
	["version", "bucket = @bucket AND listed = 1 ORDER BY key"],
	["version", "bucket = @bucket AND listed = 0 ORDER BY key, id DESC"],
	[
		"part",
		"upload IN (SELECT id FROM upload WHERE bucket = @bucket) ORDER BY upload, number",
	],
] as const;

/** @returns files whose last piece may have been removed */
export function* resetRows(
	db: Sqlite,
	{ account, buckets }: Owned,
): Steps<string[]> {
	const files = buckets
		? yield* clearBuckets(db, buckets)
		: yield* clearAll(db);
	db.prepare(
		"DELETE FROM account_configuration WHERE account = coalesce(?, account)",
	).run(account);
	clearDeliveries(db, account ?? undefined);
	return files;
}

function* clearAll(db: Sqlite): Steps<string[]> {
	const files = db
		.prepare<[], string>(
			"SELECT DISTINCT file FROM piece WHERE file IS NOT NULL",
		)
		.pluck()
		.all();
	const hasTriggers = db.prepare("SELECT 1 FROM snapshot").get() !== undefined;
	for (const [table, key] of TABLES)
		if (hasTriggers)
			yield* repeat(
				db,
				`DELETE FROM ${table} WHERE (${key}) IN (SELECT ${key} FROM ${table} LIMIT ${STEP_ROWS})`,
			);
		else {
			db.exec(`DELETE FROM ${table}`);
			yield;
		}
	db.exec("DELETE FROM configuration; DELETE FROM bucket");
	return files;
}

function* clearBuckets(db: Sqlite, ids: readonly number[]): Steps<string[]> {
	const files = new Set<string>();
	for (const bucket of ids) {
		for (const [table, condition] of OF_BUCKET) {
			const next = (column: string): string =>
				`SELECT ${column} FROM ${table} WHERE ${condition} LIMIT ${STEP_ROWS}`;
			const contents = `content IN (${next("content")})`;
			const found = db
				.prepare<[object], string>(
					`SELECT DISTINCT file FROM piece WHERE ${contents} AND file IS NOT NULL`,
				)
				.pluck();
			const pieces = db.prepare(`DELETE FROM piece WHERE ${contents}`);
			const rows = db.prepare(
				`DELETE FROM ${table} WHERE rowid IN (${next("rowid")})`,
			);
			for (;;) {
				for (const file of found.iterate({ bucket })) files.add(file);
				pieces.run({ bucket });
				if (rows.run({ bucket }).changes === 0) break;
				yield;
			}
		}
		yield* repeat(
			db,
			`DELETE FROM upload WHERE id IN (SELECT id FROM upload WHERE bucket = @bucket LIMIT ${STEP_ROWS})`,
			bucket,
		);
		db.prepare("DELETE FROM configuration WHERE bucket = ?").run(bucket);
		db.prepare("DELETE FROM bucket WHERE id = ?").run(bucket);
	}
	return [...files];
}

/** Runs a statement until it changes nothing. */
function* repeat(db: Sqlite, sql: string, bucket = 0): Steps<void> {
	const statement = db.prepare(sql);
	const values = sql.includes("@bucket") ? [{ bucket }] : [];
	while (statement.run(...values).changes > 0) yield;
}

/** The number of rows that a reset deletes, without rows of small tables; at most `max`. */
export function countRows(db: Sqlite, { buckets }: Owned, max: number): number {
	const count = (from: string, ...values: number[]): number =>
		db
			.prepare<number[], number>(
				`SELECT count(*) FROM (SELECT 1 FROM ${from} LIMIT ${max})`,
			)
			.pluck()
			.get(...values) ?? 0;
	const tables = ["version", "piece", "part"];
	if (!buckets) return tables.reduce((sum, table) => sum + count(table), 0);
	return buckets.reduce(
		(sum, id) =>
			sum +
			count("version WHERE bucket = ? AND listed = 1", id) +
			count("version WHERE bucket = ? AND listed = 0", id) +
			count("upload JOIN part ON part.upload = upload.id WHERE bucket = ?", id),
		0,
	);
}
