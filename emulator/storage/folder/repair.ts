/**
 * Repairs a data folder so that an emulator can start with it: removes unreadable data, and moves files that may be
 * needed aside instead of deleting them.
 */
import {
	copyFileSync,
	existsSync,
	mkdirSync,
	renameSync,
	rmSync,
} from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { codeOf } from "../../oss/code-of.ts";
import { StartError } from "../../oss/start-error.ts";
import { blobPath } from "../content/disk-blobs.ts";
import { openDatabase, type Sqlite } from "../schema.ts";
import { type Findings, inspect, ownersOf, requireFolder } from "./check.ts";
import { isDamage } from "./folder.ts";
import { lockFolder } from "./lock.ts";
import { recoverBuckets } from "./recover-buckets.ts";
import { acceptBlobs } from "./session.ts";

/** Lines for users. */
export type Checked = {
	readonly facts: readonly string[];
	readonly problems: readonly string[];
	/** Repairs that were made. */
	readonly repairs: readonly string[];
	/** Problems that remain. */
	readonly left: readonly string[];
};

/** @throws StartError if the folder is in use, was written by a newer emulator, is not a data folder or unreadable */
export async function checkFolder(
	folder: string,
	withRepair: boolean,
): Promise<Checked> {
	requireFolder(folder);
	try {
		return await checkLocked(folder, withRepair);
	} catch (error) {
		const code = codeOf(error);
		if (error instanceof StartError || code === "") throw error;
		throw new StartError(`${folder} cannot be checked (${code})`);
	}
}

async function checkLocked(
	folder: string,
	withRepair: boolean,
): Promise<Checked> {
	const unlock = lockFolder(folder);
	try {
		const findings = await inspect(folder);
		const { facts, problems } = findings;
		if (!withRepair || problems.length === 0)
			return { facts, problems, repairs: [], left: problems };
		const repairs = await repair(folder, findings);
		if (findings.database === "missing")
			return { facts: [], problems, repairs, left: [] };
		const after = await inspect(folder);
		return { facts: after.facts, problems, repairs, left: after.problems };
	} finally {
		unlock();
	}
}

async function repair(folder: string, found: Findings): Promise<string[]> {
	if (found.database === "missing") return startEmpty(folder);
	if (found.database === "damaged") {
		const lines = copyReadableRows(folder);
		const kept = await inspect(folder);
		return [...lines, ...removeUnreadable(folder, kept, true)];
	}
	const lines = found.isLost ? copyLog(folder) : [];
	return [...lines, ...removeUnreadable(folder, found, found.isLost)];
}

/** @param isLost whether blobs without a row are moved aside instead of being removed at the next start */
function removeUnreadable(
	folder: string,
	{ contents, orphans }: Findings,
	isLost: boolean,
): string[] {
	const db = openDatabase(join(folder, "oss.db"), true);
	try {
		const removed = db
			.transaction(() => removeOwners(db, contents))
			.immediate();
		const damaged = [...contents.values()].flatMap(
			(why) => /^blob (\S+)/.exec(why)?.[1] ?? [],
		);
		const aside = new Set([...(isLost ? orphans : []), ...damaged]);
		const moved = moveFilesAside(folder, [...aside]);
		acceptBlobs(folder, db);
		db.pragma("wal_checkpoint(TRUNCATE)");
		return [...removed, ...moved];
	} finally {
		db.close();
	}
}

/**
 * Inside a transaction: removes versions and parts whose contents cannot be read, the current ones and those of
 * snapshots.
 */
function removeOwners(
	db: Sqlite,
	contents: ReadonlyMap<string, string>,
): string[] {
	const keys = db.prepare<[string], { bucket: number; key: string }>(
		"SELECT bucket, key FROM version WHERE content = ?",
	);
	return [...contents.keys()].flatMap((content) => {
		const owners = ownersOf(db, content);
		const changed = keys.all(content);
		for (const sql of REMOVALS) db.prepare(sql).run(content);
		for (const key of changed) db.prepare(LIST_NEWEST).run(key);
		return owners.map(
			({ bucket, key, what }) => `removed: ${bucket}/${key}, ${what}`,
		);
	});
}

/** Rows of snapshots come last: triggers copy the other rows into them when those are deleted. */
const REMOVALS = [
	"DELETE FROM version WHERE content = ?",
	"DELETE FROM part WHERE content = ?",
	"DELETE FROM piece WHERE content = ?",
	"UPDATE former_version SET existed = 0 WHERE content = ?",
	"UPDATE former_part SET existed = 0 WHERE content = ?",
	"DELETE FROM former_piece WHERE content = ?",
] as const;

/** The newest remaining version of a key is listed, unless it is a delete marker. */
const LIST_NEWEST = `UPDATE version SET listed = 1 WHERE type <> 'DeleteMarker'
  AND id = (SELECT max(id) FROM version WHERE bucket = @bucket AND key = @key)`;

/** A folder without a readable database becomes an empty one. */
function startEmpty(folder: string): string[] {
	const moved = ["oss.db", "oss.db-wal", "oss.db-shm", "blobs", "session"]
		.filter((name) => existsSync(join(folder, name)))
		.map((name) => moveAside(folder, name));
	return [`moved aside: ${moved.join(", ")}; the folder is now empty`];
}

/** A name that is not used yet. */
function unusedName(folder: string, name: string): string {
	for (let i = 1; ; i++) {
		const other = `${name}.lost-${i}`;
		if (!existsSync(join(folder, other))) return other;
	}
}

function moveAside(folder: string, name: string): string {
	const other = unusedName(folder, name);
	renameSync(join(folder, name), join(folder, other));
	return other;
}

/** Opening the database removes the part of the log that SQLite cannot read. */
function copyLog(folder: string): string[] {
	const log = "oss.db-wal";
	if (!existsSync(join(folder, log))) return [];
	const other = unusedName(folder, log);
	copyFileSync(join(folder, log), join(folder, other));
	return [`kept: a copy of the log, ${other}`];
}

function moveFilesAside(folder: string, names: readonly string[]): string[] {
	const there = names.filter((name) => existsSync(blobPath(folder, name)));
	if (there.length === 0) return [];
	mkdirSync(join(folder, "blobs.lost"), { recursive: true });
	for (const name of there)
		renameSync(blobPath(folder, name), join(folder, "blobs.lost", name));
	return [`moved aside: ${there.length} blobs, into blobs.lost`];
}

/**
 * Copies every readable row into a new database, which replaces the damaged one when it is complete: an interrupted
 * repair can be repeated.
 */
function copyReadableRows(folder: string): string[] {
	const path = join(folder, "oss.db");
	const copy = join(folder, "oss.db.repaired");
	for (const end of ["", "-wal", "-shm"]) rmSync(copy + end, { force: true });
	const { count, lines } = copyRows(path, copy);
	const other = unusedName(folder, "oss.db");
	for (const end of ["-wal", "-shm", ""])
		if (existsSync(path + end))
			renameSync(path + end, join(folder, other + end));
	renameSync(copy, path);
	return [`moved aside: ${other}; ${count} rows of it were kept`, ...lines];
}

function copyRows(
	source: string,
	target: string,
): { readonly count: number; readonly lines: readonly string[] } {
	const from = new Database(source, { readonly: true });
	const to = openDatabase(target, true);
	try {
		const tables = to
			.prepare<[], string>(
				"SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name <> 'session'",
			)
			.pluck()
			.all();
		const copy = to.transaction(() => {
			const rows = tables.map((table) => copyTable(from, to, table));
			const lines = recoverBuckets(from, to);
			for (const sql of WITHOUT_BUCKET) to.exec(sql);
			return { count: rows.reduce((sum, count) => sum + count, 0), lines };
		});
		return copy.immediate();
	} finally {
		from.close();
		to.close();
	}
}

const WITHOUT_BUCKET = [
	"DELETE FROM version WHERE bucket NOT IN (SELECT id FROM bucket)",
	"DELETE FROM configuration WHERE bucket NOT IN (SELECT id FROM bucket)",
	"DELETE FROM upload WHERE bucket NOT IN (SELECT id FROM bucket)",
	"DELETE FROM part WHERE upload NOT IN (SELECT id FROM upload)",
] as const;

/** Copies from both ends, up to the unreadable pages. @returns the number of copied rows */
function copyTable(from: Sqlite, to: Sqlite, table: string): number {
	const columnsIn = (db: Sqlite): string[] =>
		db
			.prepare<[string], string>("SELECT name FROM pragma_table_info(?)")
			.pluck()
			.all(table);
	const known = columnsIn(from);
	const columns = columnsIn(to).filter((column) => known.includes(column));
	if (columns.length === 0) return 0;
	const list = columns.map((column) => `"${column}"`).join(", ");
	const values = columns.map(() => "?").join(", ");
	const insert = to.prepare<unknown[]>(
		`INSERT OR IGNORE INTO ${table} (${list}) VALUES (${values})`,
	);
	let copied = 0;
	for (const order of ["ASC", "DESC"]) {
		const rows = from
			.prepare<[], unknown[]>(
				`SELECT ${list} FROM ${table} NOT INDEXED ORDER BY ${orderOf(from, table)} ${order}`,
			)
			.raw();
		try {
			for (const row of rows.iterate()) copied += insert.run(...row).changes;
			return copied;
		} catch (error) {
			if (!isDamage(error)) throw error;
		}
	}
	return copied;
}

/** The order in which rows are stored in their table, which needs no sorting. */
const orderOf = (db: Sqlite, table: string): string => {
	const sql = db
		.prepare<[string], string>("SELECT sql FROM sqlite_schema WHERE name = ?")
		.pluck()
		.get(table);
	const key = /PRIMARY KEY \(([^)]*)\)\s*\) STRICT, WITHOUT ROWID/.exec(
		sql ?? "",
	)?.[1];
	if (key) return key.split(",")[0] ?? "rowid";
	return sql?.includes("WITHOUT ROWID") ? "id" : "rowid";
};
