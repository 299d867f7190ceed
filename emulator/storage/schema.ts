/**
 * The database: its tables, version by version, and the migration of a file of an older version to the newest.
 *
 * An object is one row of `version`, which includes its content if it is small. Every row is in one of two partial
 * indexes: `listed` holds the rows that a listing shows (the newest version of each key, unless it is a delete
 * marker), `unlisted` all others. So a listing never scans history, and an unversioned bucket needs only one index.
 */
import Database from "better-sqlite3";
import { StartError } from "../oss/start-error.ts";

export type Sqlite = Database.Database;

/** The upper end of a range of keys: a blob sorts after every text, so `key < END` is true for all of them. */
export const END = Buffer.from([0xff]);

/** Entry n migrates from version n to n + 1. Entries are never changed, only added. */
const STEPS = [
	`
  CREATE TABLE bucket (
    id            INTEGER PRIMARY KEY,
    name          TEXT NOT NULL UNIQUE,
    owner         TEXT NOT NULL,
    created_ms    INTEGER NOT NULL,
    acl           TEXT NOT NULL,
    storage_class TEXT NOT NULL,
    redundancy    TEXT NOT NULL,
    location      TEXT NOT NULL,
    versioning    TEXT NOT NULL DEFAULT '' -- '' until first enabled, then Enabled or Suspended
  ) STRICT;

  -- A document a bucket keeps: CORS rules, lifecycle rules …
  CREATE TABLE configuration (
    bucket   INTEGER NOT NULL REFERENCES bucket ON DELETE CASCADE,
    name     TEXT NOT NULL,
    id       TEXT NOT NULL DEFAULT '',
    document TEXT NOT NULL,
    PRIMARY KEY (bucket, name, id)
  ) STRICT, WITHOUT ROWID;

  -- The same of an account.
  CREATE TABLE account_configuration (
    account  TEXT NOT NULL,
    name     TEXT NOT NULL,
    document TEXT NOT NULL,
    PRIMARY KEY (account, name)
  ) STRICT, WITHOUT ROWID;

  -- A larger id is a newer version.
  CREATE TABLE version (
    id            INTEGER PRIMARY KEY,
    bucket        INTEGER NOT NULL,
    key           TEXT NOT NULL,
    version_id    TEXT NOT NULL, -- 'null' when written outside versioning
    listed        INTEGER NOT NULL,
    type          TEXT NOT NULL,
    size          INTEGER NOT NULL,
    etag          TEXT NOT NULL,
    crc64         TEXT NOT NULL,
    md5           TEXT NOT NULL,
    modified_ms   INTEGER NOT NULL,
    storage_class TEXT NOT NULL,
    acl           TEXT NOT NULL,
    properties    TEXT NOT NULL, -- JSON
    content       TEXT,          -- names its pieces; null when it is in data
    data          BLOB
  ) STRICT;
  CREATE UNIQUE INDEX listed ON version (bucket, key) WHERE listed = 1;
  CREATE INDEX unlisted ON version (bucket, key, id DESC) WHERE listed = 0;

  CREATE TABLE upload (
    id            TEXT PRIMARY KEY,
    bucket        INTEGER NOT NULL,
    key           TEXT NOT NULL,
    initiated_ms  INTEGER NOT NULL,
    storage_class TEXT NOT NULL,
    acl           TEXT NOT NULL,
    sequential    INTEGER NOT NULL,
    properties    TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX upload_by_key ON upload (bucket, key, id);

  CREATE TABLE part (
    upload      TEXT NOT NULL,
    number      INTEGER NOT NULL,
    size        INTEGER NOT NULL,
    etag        TEXT NOT NULL,
    crc64       TEXT NOT NULL,
    modified_ms INTEGER NOT NULL,
    content     TEXT,
    data        BLOB,
    UNIQUE (upload, number)
  ) STRICT;

  -- A stretch of a content: bytes of a file, or of data, from an offset on. Contents may share files.
  CREATE TABLE piece (
    content  TEXT NOT NULL,
    start    INTEGER NOT NULL,
    size     INTEGER NOT NULL,
    file     TEXT,
    "offset" INTEGER NOT NULL,
    data     BLOB,
    UNIQUE (content, start)
  ) STRICT;
  CREATE INDEX piece_by_file ON piece (file) WHERE file IS NOT NULL;

  -- Requests to application servers. Apart from its document a row is small, so that a search reads few bytes.
  CREATE TABLE delivery (
    seq        INTEGER PRIMARY KEY, -- a larger one began later
    id         TEXT NOT NULL UNIQUE,
    bucket     TEXT NOT NULL,
    key        TEXT NOT NULL,
    status     TEXT NOT NULL,
    started_ms INTEGER NOT NULL,
    bytes      INTEGER NOT NULL -- of the document
  ) STRICT;
  CREATE TABLE delivery_document (
    seq      INTEGER PRIMARY KEY,
    document TEXT NOT NULL
  ) STRICT;
  `,
	`
  ALTER TABLE version ADD COLUMN state TEXT; -- JSON; null for an object to which nothing has happened
  `,
	"ALTER TABLE upload ADD COLUMN state TEXT", // of the object that is being uploaded
	"ALTER TABLE delivery ADD COLUMN account TEXT NOT NULL DEFAULT ''", // uid; '' in rows of older versions
	`
  UPDATE delivery SET account = coalesce((SELECT owner FROM bucket WHERE bucket.name = delivery.bucket), '')
  WHERE account = '';

  CREATE TABLE snapshot (
    id         INTEGER PRIMARY KEY, -- a larger one was taken later
    name       TEXT NOT NULL UNIQUE,
    created_ms INTEGER NOT NULL,
    state      TEXT NOT NULL
  ) STRICT;

  -- Rows that have changed since a snapshot, as they were in it; with \`existed\` 0, that there was no such row.
  CREATE TABLE former_bucket AS SELECT 0 AS snapshot, 0 AS existed, * FROM bucket LIMIT 0;
  CREATE UNIQUE INDEX former_bucket_key ON former_bucket (snapshot, id);
  CREATE TABLE former_configuration AS SELECT 0 AS snapshot, 0 AS existed, * FROM configuration LIMIT 0;
  CREATE UNIQUE INDEX former_configuration_key ON former_configuration (snapshot, bucket, name, id);
  CREATE TABLE former_account_configuration AS SELECT 0 AS snapshot, 0 AS existed, * FROM account_configuration LIMIT 0;
  CREATE UNIQUE INDEX former_account_configuration_key ON former_account_configuration (snapshot, account, name);
  CREATE TABLE former_version AS SELECT 0 AS snapshot, 0 AS existed, * FROM version LIMIT 0;
  CREATE UNIQUE INDEX former_version_key ON former_version (snapshot, id);
  CREATE TABLE former_upload AS SELECT 0 AS snapshot, 0 AS existed, * FROM upload LIMIT 0;
  CREATE UNIQUE INDEX former_upload_key ON former_upload (snapshot, id);
  CREATE TABLE former_part AS SELECT 0 AS snapshot, 0 AS existed, * FROM part LIMIT 0;
  CREATE UNIQUE INDEX former_part_key ON former_part (snapshot, upload, number);
  CREATE TABLE former_piece AS SELECT 0 AS snapshot, 0 AS existed, * FROM piece LIMIT 0;
  CREATE UNIQUE INDEX former_piece_key ON former_piece (snapshot, content, start);
  CREATE INDEX former_piece_by_file ON former_piece (file) WHERE file IS NOT NULL;
  CREATE TABLE former_delivery AS SELECT 0 AS snapshot, 0 AS existed, * FROM delivery LIMIT 0;
  CREATE UNIQUE INDEX former_delivery_key ON former_delivery (snapshot, seq);
  CREATE TABLE former_delivery_document AS SELECT 0 AS snapshot, 0 AS existed, * FROM delivery_document LIMIT 0;
  CREATE UNIQUE INDEX former_delivery_document_key ON former_delivery_document (snapshot, seq);
  `,
	`
  -- Names of the latest run of an emulator and of the one before it; '' for none.
  CREATE TABLE session (current TEXT NOT NULL, previous TEXT NOT NULL) STRICT;
  INSERT INTO session VALUES ('', '');
  `,
] as const;

/**
 * @param path the path of the database file, or `:memory:`
 * @param durable whether a commit waits for the disk, so that it survives a power cut
 * @throws StartError if the file was written by a newer emulator; it is not changed then
 */
export function openDatabase(path: string, durable: boolean): Sqlite {
	const db = new Database(path);
	try {
		const version = requireKnownVersion(db, path);
		requireOwnTables(db, version);
		// A new database has no data that a power cut could destroy, and SQLite would wait for the disk six times.
		if (version === 0 && !durable) db.pragma("synchronous = OFF");
		db.pragma("journal_mode = WAL");
		// Rows are deleted table by table: cascades would delete rows that a restored snapshot needs.
		db.pragma("foreign_keys = OFF");
		db.pragma("cache_size = -16000");
		db.pragma("temp_store = MEMORY");
		migrate(db, version);
		db.pragma(`synchronous = ${durable ? "FULL" : "NORMAL"}`);
		return db;
	} catch (error) {
		db.close();
		throw error;
	}
}

/** @throws StartError if the file has a version that this emulator does not support */
export function requireKnownVersion(db: Sqlite, path: string): number {
	const version = Number(db.pragma("user_version", { simple: true }));
	if (version > STEPS.length) {
		throw new StartError(
			`${path} was written by a newer oss-emulator (data version ${version}, this one supports up to ${STEPS.length}): ` +
				"run that version, or specify another folder with --data",
		);
	}
	return version;
}

/** Throws before the file is changed: migrations expect the tables of an emulator. */
function requireOwnTables(db: Sqlite, version: number): void {
	if (version > 0) return;
	const isNew =
		version === 0 && !db.prepare("SELECT 1 FROM sqlite_schema").get();
	if (!isNew)
		throw new Database.SqliteError(
			`unknown tables of data version ${version}`,
			"SQLITE_ERROR",
		);
}

/** @returns the name of a table that differs from the data version of the database */
export function findWrongTable(
	db: Sqlite,
	version: number,
): string | undefined {
	const tablesOf = (applied: readonly string[]): Map<string, string> => {
		const right = new Database(":memory:");
		for (const step of applied) right.exec(step);
		const tables = readTables(right);
		right.close();
		return tables;
	};
	const actual = readTables(db);
	const expected = tablesOf(STEPS.slice(0, Math.max(version, 0)));
	return [...tablesOf(STEPS).keys()].find(
		(name) => actual.get(name) !== expected.get(name),
	);
}

/** The columns of each table. */
const readTables = (db: Sqlite): Map<string, string> =>
	new Map(
		db
			.prepare<[], [string, string]>(
				`SELECT one.name, (SELECT group_concat(name) FROM (SELECT name FROM pragma_table_info(one.name) ORDER BY name))
         FROM sqlite_schema AS one WHERE type = 'table'`,
			)
			.raw()
			.all(),
	);

/** In one transaction: it waits for the disk once, and an interrupted migration does not change the file. */
function migrate(db: Sqlite, version: number): void {
	if (version === STEPS.length) return;
	const migration = db.transaction(() => {
		for (const step of STEPS.slice(version)) db.exec(step);
		db.pragma(`user_version = ${STEPS.length}`);
	});
	migration.immediate();
}
