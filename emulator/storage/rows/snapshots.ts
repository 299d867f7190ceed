/**
 * Snapshots: named states of all data, to which the store can return.
 *
 * Taking a snapshot copies nothing. From then on triggers copy into separate tables, once and before its first
 * change, each row as it was when the newest snapshot was taken; for a row that did not exist they insert a mark. So
 * a snapshot costs only later changes, and blobs are shared: a blob remains while a stored row refers to it. A row as
 * of an older snapshot is the earliest row stored for that snapshot or a later one, or else the present row.
 *
 * Every method that writes is called inside a transaction. While there is no snapshot there are no triggers.
 */
import type { Sqlite } from "../schema.ts";

export type StoredSnapshot = {
	readonly name: string;
	readonly created: Date;
	/** The caller's own data, returned with the snapshot; opaque here. */
	readonly state: string;
};

type SnapshotRow = { readonly id: number } & Omit<StoredSnapshot, "created"> & {
		readonly created_ms: number;
	};
type RowRange = {
	readonly id: number;
	readonly first: number;
	readonly last: number;
};

/** Work that other requests may interrupt after each step. */
export type Steps<T> = Generator<void, T>;

export type ChangedKeys = readonly (readonly [bucket: string, key: string])[];

/** Few enough that a step does not delay other requests. */
const STEP_ROWS = 1000;

type FileRow = { readonly file: string };

/** The tables that belong to a snapshot, with the columns of their keys. */
const KEYS = {
	bucket: ["id"],
	configuration: ["bucket", "name", "id"],
	account_configuration: ["account", "name"],
	version: ["id"],
	upload: ["id"],
	part: ["upload", "number"],
	piece: ["content", "start"],
	delivery: ["seq"],
	delivery_document: ["seq"],
} as const;

export class Snapshots {
	readonly #db: Sqlite;
	readonly #tables: readonly Table[];

	constructor(db: Sqlite) {
		this.#db = db;
		this.#tables = Object.entries(KEYS).map(([name, key]) => ({
			name,
			key,
			columns: db
				.prepare<[], string>(`SELECT name FROM pragma_table_info('${name}')`)
				.pluck()
				.all(),
		}));
	}

	/** Lists them in the order in which they were taken. */
	list(): StoredSnapshot[] {
		return this.#db
			.prepare<[], SnapshotRow>("SELECT * FROM snapshot ORDER BY id")
			.all()
			.map(toSnapshot);
	}

	count(): number {
		const sql = "SELECT count(*) FROM snapshot";
		return this.#db.prepare<[], number>(sql).pluck().get() ?? 0;
	}

	find(name: string): (StoredSnapshot & { readonly id: number }) | undefined {
		const row = this.#db
			.prepare<[string], SnapshotRow>("SELECT * FROM snapshot WHERE name = ?")
			.get(name);
		return row && { id: row.id, ...toSnapshot(row) };
	}

	insert({ name, created, state }: StoredSnapshot): void {
		this.#db
			.prepare(
				"INSERT INTO snapshot (name, created_ms, state) VALUES (?, ?, ?)",
			)
			.run(name, created.getTime(), state);
		for (const table of this.#tables) this.#db.exec(makeTriggers(table));
	}

	/**
	 * Yields the keys whose current version may differ from that in the snapshot; '' for the bucket itself. May yield a
	 * key twice.
	 */
	*changedKeys(id: number): Generator<ChangedKeys> {
		const ofVersions = this.#db
			.prepare<[object], [string, string]>(CHANGED_KEYS)
			.raw();
		for (const range of this.#ranges("version", id))
			yield ofVersions.all(range);
		yield this.#db
			.prepare<[object], [string, string]>(CHANGED_BUCKETS)
			.raw()
			.all({ id });
	}

	/** At least the number of rows that are stored for snapshots. */
	formerRows(): number {
		const last = this.#tables.map(({ name }) => this.#lastFormerRow(name));
		return last.reduce((sum, rows) => sum + rows, 0);
	}

	#lastFormerRow(table: string): number {
		const sql = `SELECT max(rowid) FROM former_${table}`;
		return this.#db.prepare<[], number | null>(sql).pluck().get() ?? 0;
	}

	/**
	 * In steps, in one transaction. While the newest snapshot is restored there are no triggers: they would only store
	 * rows that it does not need, in three times the time.
	 *
	 * @returns files whose last piece may have been removed
	 */
	*restore(id: number): Steps<string[]> {
		const files = new Set<string>();
		const changed = this.#db.prepare<[object], FileRow>(CHANGED_FILES);
		for (const range of this.#ranges("piece", id)) {
			for (const { file } of changed.iterate(range)) files.add(file);
			yield;
		}
		const isNewest = id === this.#newest();
		for (const table of this.#tables) {
			if (isNewest) this.#db.exec(dropTriggers(table));
			const ranges = [...this.#ranges(table.name, id)];
			for (const sql of [removeChanged(table), restoreSql(table)]) {
				const statement = this.#db.prepare(sql);
				for (const range of ranges) {
					statement.run(range);
					yield;
				}
			}
			if (isNewest) this.#db.exec(makeTriggers(table));
		}
		if (isNewest) yield* this.#dropRowsInSteps(id);
		return [...files];
	}

	/** Former rows of a table, some at a time; rows that are added meanwhile are not included. */
	*#ranges(table: string, id: number): Generator<RowRange> {
		const end = this.#lastFormerRow(table);
		for (let first = 1; first <= end; first += STEP_ROWS)
			yield { id, first, last: Math.min(first + STEP_ROWS - 1, end) };
	}

	*#dropRowsInSteps(id: number): Steps<void> {
		for (const { name } of this.count() === 1 ? [] : this.#tables) {
			const statement = this.#db.prepare(
				`DELETE FROM former_${name} WHERE +snapshot = @id AND rowid BETWEEN @first AND @last`,
			);
			for (const range of this.#ranges(name, id)) {
				statement.run(range);
				yield;
			}
		}
		this.#dropRows(id);
	}

	/**
	 * In steps, in one transaction. Stored rows that the previous snapshot also needs are transferred to it.
	 *
	 * @returns files whose last piece may have been removed
	 */
	*delete(id: number): Steps<string[]> {
		const files = this.#db
			.prepare<[number], FileRow>(
				"SELECT DISTINCT file FROM former_piece WHERE file IS NOT NULL AND snapshot = ?",
			)
			.all(id);
		for (const table of this.#tables) {
			const statement = this.#db.prepare(transferSql(table));
			for (const range of this.#ranges(table.name, id)) {
				statement.run(range);
				yield;
			}
		}
		yield* this.#dropRowsInSteps(id);
		this.#db.prepare("DELETE FROM snapshot WHERE id = ?").run(id);
		if (this.#newest() === null)
			for (const table of this.#tables) this.#db.exec(dropTriggers(table));
		return files.map(({ file }) => file);
	}

	#newest(): number | null {
		const sql = "SELECT max(id) FROM snapshot";
		return this.#db.prepare<[], number | null>(sql).pluck().get() ?? null;
	}

	#dropRows(id: number): void {
		// SQLite empties a table in one step if there is no condition.
		const isOnly = this.count() === 1;
		for (const { name } of this.#tables)
			if (isOnly) this.#db.exec(`DELETE FROM former_${name}`);
			else
				this.#db
					.prepare(`DELETE FROM former_${name} WHERE snapshot = ?`)
					.run(id);
	}
}

type Table = {
	readonly name: string;
	readonly key: readonly string[];
	readonly columns: readonly string[];
};

const quoted = (columns: readonly string[], of = ""): string =>
	columns.map((column) => `${of}"${column}"`).join(", ");

const same = (key: readonly string[], first: string, second: string): string =>
	key
		.map((column) => `${first}."${column}" = ${second}."${column}"`)
		.join(" AND ");

/**
 * Without OR IGNORE: in a trigger, the conflict clause of the statement that fires it applies instead. A row that was
 * created after the snapshot and is deleted again leaves no mark, so that a key that is overwritten often costs one
 * row.
 */
function makeTriggers({ name, key, columns }: Table): string {
	const newest = "(SELECT max(id) FROM snapshot)";
	const isSaved = (row: string): string =>
		`EXISTS (SELECT 1 FROM former_${name} AS former WHERE former.snapshot = ${newest} AND ${same(key, "former", row)})`;
	const saveOld = `
    INSERT INTO former_${name} (snapshot, existed, ${quoted(columns)})
    SELECT ${newest}, 1, ${quoted(columns, "OLD.")} WHERE NOT ${isSaved("OLD")};`;
	return `
  CREATE TRIGGER IF NOT EXISTS keep_new_${name} AFTER INSERT ON ${name} BEGIN
    INSERT INTO former_${name} (snapshot, existed, ${quoted(key)})
    SELECT ${newest}, 0, ${quoted(key, "NEW.")} WHERE NOT ${isSaved("NEW")};
  END;
  CREATE TRIGGER IF NOT EXISTS keep_changed_${name} AFTER UPDATE ON ${name} BEGIN ${saveOld} END;
  CREATE TRIGGER IF NOT EXISTS keep_deleted_${name} AFTER DELETE ON ${name} BEGIN ${saveOld}
    DELETE FROM former_${name}
    WHERE snapshot = ${newest} AND existed = 0 AND ${same(key, `former_${name}`, "OLD")};
  END;`;
}

const dropTriggers = ({ name }: Table): string =>
	["new", "changed", "deleted"]
		.map((what) => `DROP TRIGGER IF EXISTS keep_${what}_${name};`)
		.join("\n");

/** The plus prevents SQLite from reading all rows of a snapshot by their index, for every range. */
const rangeOf = (former: string): string =>
	`${former}.rowid BETWEEN @first AND @last AND +${former}.snapshot >= @id`;

const removeChanged = ({ name, key }: Table): string =>
	`DELETE FROM ${name}
   WHERE (${quoted(key)}) IN (SELECT ${quoted(key)} FROM former_${name} AS former WHERE ${rangeOf("former")})`;

/**
 * Of several former rows of a key, the first one since the snapshot. The plus removes the type of the number, because
 * the column has none: otherwise SQLite could not use the index.
 */
const restoreSql = ({ name, key, columns }: Table): string =>
	`INSERT INTO ${name} (${quoted(columns)})
   SELECT ${quoted(columns)} FROM former_${name} AS former
   WHERE ${rangeOf("former")} AND existed = 1 AND NOT EXISTS (
     SELECT 1 FROM snapshot WHERE snapshot.id >= @id AND snapshot.id < former.snapshot AND EXISTS (
       SELECT 1 FROM former_${name} AS earlier INDEXED BY former_${name}_key
       WHERE earlier.snapshot = +snapshot.id AND ${same(key, "earlier", "former")}))`;

const CHANGED_FILES = `
  SELECT DISTINCT piece.file FROM former_piece AS former
  JOIN piece ON piece.content = former.content AND piece.start = former.start
  WHERE piece.file IS NOT NULL AND ${rangeOf("former")}`;

const transferSql = ({ name, key }: Table): string =>
	`UPDATE former_${name} SET snapshot = (SELECT max(id) FROM snapshot WHERE id < @id)
   WHERE rowid BETWEEN @first AND @last AND +snapshot = @id AND EXISTS (SELECT 1 FROM snapshot WHERE id < @id)
     AND NOT EXISTS (SELECT 1 FROM former_${name} AS earlier
       WHERE earlier.snapshot = (SELECT max(id) FROM snapshot WHERE id < @id)
         AND ${same(key, "earlier", `former_${name}`)})`;

/** Reads current and former rows, because a key may have only one of the two. */
const CHANGED_KEYS = `
  SELECT bucket.name, version.key FROM former_version AS former
    JOIN version ON version.id = former.id JOIN bucket ON bucket.id = version.bucket WHERE ${rangeOf("former")}
  UNION ALL SELECT bucket.name, former.key FROM former_version AS former
    JOIN bucket ON bucket.id = former.bucket WHERE ${rangeOf("former")} AND former.existed = 1`;

const CHANGED_BUCKETS = `
  SELECT name, '' FROM former_bucket WHERE snapshot >= @id AND existed = 1
  UNION SELECT bucket.name, '' FROM former_bucket AS former
    JOIN bucket ON bucket.id = former.id WHERE former.snapshot >= @id`;

const toSnapshot = ({
	name,
	created_ms,
	state,
}: SnapshotRow): StoredSnapshot => ({
	name,
	state,
	created: new Date(created_ms),
});
