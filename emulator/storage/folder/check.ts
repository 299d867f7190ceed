/**
 * Reports the contents of a data folder, and missing or damaged parts. Changes nothing.
 */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { codeOf } from "../../oss/code-of.ts";
import { StartError } from "../../oss/start-error.ts";
import { blobSize, namedSize } from "../content/disk-blobs.ts";
import { findWrongTable, requireKnownVersion, type Sqlite } from "../schema.ts";
import { findChanged } from "./checksums.ts";
import { isDamage } from "./folder.ts";
import { saveIndex } from "./preserved-log.ts";
import { findLoss, findMismatch, isCut } from "./session.ts";

export type Findings = {
	/** Lines for users: the contents. */
	readonly facts: readonly string[];
	/** Lines for users: the damage. */
	readonly problems: readonly string[];
	/** Whether blobs that no row refers to may still be needed. */
	readonly isLost: boolean;
	/** Whether the database can be read completely, partly or not at all. */
	readonly database: "whole" | "damaged" | "missing";
	/** Contents that cannot be read, with the reason. */
	readonly contents: ReadonlyMap<string, string>;
	readonly orphans: readonly string[];
};

/** The maximum number of shown lines of SQLite's own check, and of contents. */
const SHOWN_MAX = 20;

/** The folder must be locked. @throws StartError if it was written by a newer emulator */
export async function inspect(folder: string): Promise<Findings> {
	const loss = findLoss(folder);
	const blobs = listBlobs(folder);
	const restoreIndex = saveIndex(join(folder, "oss.db"));
	try {
		return await inspectDatabase(folder, loss, blobs);
	} catch (error) {
		const exists = existsSync(join(folder, "oss.db"));
		if (exists && !isDamage(error)) throw error;
		const problem = loss ?? `the database cannot be read (${codeOf(error)})`;
		return { ...withoutContents(blobs, problem), database: "missing" };
	} finally {
		restoreIndex();
	}
}

async function inspectDatabase(
	folder: string,
	loss: string | undefined,
	blobs: readonly string[],
): Promise<Findings> {
	const path = join(folder, "oss.db");
	const db = new Database(path, { readonly: true, fileMustExist: true });
	try {
		const version = requireKnownVersion(db, path);
		if (version === 0 && !hasTable(db, "version"))
			throw new Database.SqliteError("no tables", "SQLITE_NOTADB");
		const wrong = findWrongTable(db, version);
		if (wrong !== undefined)
			return withoutContents(
				blobs,
				`the database: its table ${wrong} is not the one of its data version ${version}`,
			);
		const damage = integrityOf(db);
		const mismatch = findMismatch(folder, db);
		const contents = unreadableContents(db, folder);
		const changed = await findChanged(db, folder, contents, ifReadable);
		const named = new Set(namedFiles(db).map(({ file }) => file));
		const reasons = [loss, mismatch].filter((reason) => reason !== undefined);
		return {
			facts: [...count(db), `${blobs.length} blobs`],
			problems: [
				...reasons,
				...damage.slice(0, SHOWN_MAX).map((line) => `the database: ${line}`),
				...describe(db, contents),
				...abridge(changed),
			],
			isLost: reasons.length > 0 || damage.length > 0,
			database: damage.length > 0 || isCut(path) ? "damaged" : "whole",
			contents,
			orphans: blobs.filter((name) => !named.has(name)),
		};
	} finally {
		db.close();
	}
}

/** The rows are not known: every blob may be needed. */
const withoutContents = (
	blobs: readonly string[],
	problem: string,
): Findings => ({
	facts: [`${blobs.length} blobs`],
	problems: [problem],
	isLost: true,
	database: "damaged",
	contents: new Map(),
	orphans: blobs,
});

function integrityOf(db: Sqlite): string[] {
	try {
		const lines = db.pragma("integrity_check") as {
			readonly integrity_check: string;
		}[];
		return lines
			.flatMap(({ integrity_check }) => integrity_check.split("\n"))
			.filter((line) => line !== "ok");
	} catch (error) {
		if (!(error instanceof Error) || !isDamage(error)) throw error;
		return [error.message];
	}
}

const hasTable = (db: Sqlite, name: string): boolean =>
	db.prepare("SELECT 1 FROM sqlite_schema WHERE name = ?").get(name) !==
	undefined;

function count(db: Sqlite): string[] {
	const count = (sql: string): number =>
		ifReadable(() => db.prepare<[], number>(sql).pluck().get()) ?? 0;
	const objects = count("SELECT count(*) FROM version WHERE listed = 1");
	const versions = count("SELECT count(*) FROM version");
	return [
		`${count("SELECT count(*) FROM bucket")} buckets`,
		`${objects} objects, and ${versions - objects} older versions and delete markers`,
		`${count("SELECT count(*) FROM upload")} multipart uploads under way`,
		`${count("SELECT count(*) FROM delivery")} callbacks on record`,
	];
}

/** @returns undefined if a damaged page prevents reading */
function ifReadable<T>(read: () => T): T | undefined {
	try {
		return read();
	} catch (error) {
		if (isDamage(error)) return undefined;
		throw error;
	}
}

type NamedFile = { readonly file: string; readonly end: number };

/** Files that rows refer to, now or in snapshots, and the end of the range used in each. */
function namedFiles(db: Sqlite): NamedFile[] {
	const tables = ["piece", "former_piece"].filter((name) => hasTable(db, name));
	return tables.flatMap(
		(table) =>
			ifReadable(() =>
				db
					.prepare<[], NamedFile>(
						`SELECT file, max("offset" + size) AS end FROM ${table} WHERE file IS NOT NULL GROUP BY file`,
					)
					.all(),
			) ?? [],
	);
}

/** Versions and parts with pieces that are missing, or in files that have changed. */
function unreadableContents(db: Sqlite, folder: string): Map<string, string> {
	const found = new Map<string, string>();
	const tables = ["piece", "former_piece"].filter((name) => hasTable(db, name));
	for (const { file, end } of namedFiles(db)) {
		const size = blobSize(folder, file);
		const right = namedSize(file) ?? Math.max(end, size ?? 0);
		if (size === right) continue;
		const why =
			size === undefined
				? `blob ${file} is missing`
				: `blob ${file} has ${size} bytes instead of ${right}`;
		for (const table of tables)
			for (const content of db
				.prepare<[string], string>(
					`SELECT content FROM ${table} WHERE file = ?`,
				)
				.pluck()
				.all(file))
				found.set(content, why);
	}
	for (const table of ["version", "part"])
		for (const content of ifReadable(() => incomplete(db, table)) ?? [])
			if (!found.has(content))
				found.set(content, "some of its pieces are missing");
	return found;
}

const incomplete = (db: Sqlite, table: string): string[] =>
	db
		.prepare<[], string>(
			`SELECT content FROM ${table} AS owner WHERE content IS NOT NULL
         AND size <> (SELECT coalesce(sum(size), 0) FROM piece WHERE piece.content = owner.content)`,
		)
		.pluck()
		.all();

/** The versions and parts whose content cannot be read. */
export type Owner = {
	readonly bucket: string | null;
	readonly key: string;
	/** The name of a version, or `part N of upload ID`. */
	readonly what: string;
};

export const ownersOf = (db: Sqlite, content: string): Owner[] =>
	db
		.prepare<[string, string], Owner>(
			`SELECT bucket.name AS bucket, key, 'version ' || version_id AS what
       FROM version LEFT JOIN bucket ON bucket.id = version.bucket WHERE content = ?
       UNION ALL SELECT bucket.name, key, 'part ' || number || ' of upload ' || upload.id
       FROM part JOIN upload ON upload.id = part.upload LEFT JOIN bucket ON bucket.id = upload.bucket
       WHERE content = ?`,
		)
		.all(content, content);

function describe(
	db: Sqlite,
	contents: ReadonlyMap<string, string>,
): readonly string[] {
	const lines = [...contents].slice(0, SHOWN_MAX).flatMap(([content, why]) => {
		const owners = ifReadable(() => ownersOf(db, content)) ?? [];
		if (owners.length === 0) return [`an object of a snapshot: ${why}`];
		return owners.map(
			({ bucket, key, what }) => `${bucket}/${key}, ${what}: ${why}`,
		);
	});
	const more = contents.size - SHOWN_MAX;
	return more > 0 ? [...lines, `and ${more} more`] : lines;
}

function abridge(lines: readonly string[]): readonly string[] {
	const more = lines.length - SHOWN_MAX;
	if (more <= 0) return lines;
	return [...lines.slice(0, SHOWN_MAX), `and ${more} more`];
}

function listBlobs(folder: string): string[] {
	const blobs = join(folder, "blobs");
	if (!existsSync(blobs)) return [];
	return readdirSync(blobs, { withFileTypes: true })
		.filter((entry) => entry.isDirectory())
		.flatMap(({ name }) => readdirSync(join(blobs, name)));
}

/** @throws StartError */
export function requireFolder(folder: string): void {
	if (existsSync(join(folder, "blobs")) || existsSync(join(folder, "oss.db")))
		return;
	throw new StartError(`${folder} is not a data folder of oss-emulator`);
}
