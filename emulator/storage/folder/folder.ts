/**
 * The data folder: locks it for one emulator and opens it, or refuses it with the reason in one line.
 */
import {
	closeSync,
	existsSync,
	fsyncSync,
	mkdirSync,
	openSync,
	statSync,
	writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { codeOf } from "../../oss/code-of.ts";
import { StartError } from "../../oss/start-error.ts";
import { DiskBlobs } from "../content/disk-blobs.ts";
import { openDatabase, requireKnownVersion, type Sqlite } from "../schema.ts";
import { DiskSpace, freeSpaceForStart } from "./disk-space.ts";
import { lockFolder } from "./lock.ts";
import { PreservedLog } from "./preserved-log.ts";
import { findLoss, findMismatch, Session } from "./session.ts";
import { syncNewFolder } from "./sync-new-folder.ts";

export type OpenFolder = {
	readonly db: Sqlite;
	readonly blobs: DiskBlobs;
	readonly diskSpace: DiskSpace;
	/** Closes the database cleanly, and unlocks the folder. */
	readonly close: () => void;
};

/** @throws StartError */
export function openFolder(
	folder: string,
	durable: boolean,
	report: (error: unknown) => void,
): OpenFolder {
	const undo: (() => void)[] = [];
	try {
		const parents = makeFolder(folder, durable);
		const unlock = lockFolder(folder);
		undo.push(unlock);
		refuse(folder, findLoss(folder));
		freeSpaceForStart(folder);
		const database = join(folder, "oss.db");
		const isNew = !existsSync(database);
		const log = new PreservedLog(database);
		undo.push(() => log.restore());
		log.inspect((db) => {
			requireKnownVersion(db, database);
			refuse(folder, findMismatch(folder, db));
		});
		const db = openDatabase(database, durable);
		undo.push(() => db.close());
		refuse(folder, findMismatch(folder, db));
		const blobs = new DiskBlobs(folder, durable, report);
		const diskSpace = new DiskSpace(folder, db, report);
		const session = new Session(folder, durable);
		session.begin(db);
		log.release();
		hideFromGit(folder, report);
		if (durable) syncFolder(folder);
		const endSync =
			isNew && !durable ? syncNewFolder(folder, [folder, ...parents]) : null;
		const close = (): void => {
			closeInOrder(db, session, unlock);
			endSync?.();
		};
		return { db, blobs, diskSpace, close };
	} catch (error) {
		for (const step of undo.reverse()) step();
		throw explain(folder, error);
	}
}

/** The folder often lies in a project, and must not be committed there. The emulator works without this file. */
function hideFromGit(folder: string, report: (error: unknown) => void): void {
	const file = join(folder, ".gitignore");
	try {
		if (!existsSync(file)) writeFileSync(file, "*\n");
	} catch (error) {
		report(error);
	}
}

/** If everything is in the database file, the log is not needed; it is removed with the last connection. */
function closeInOrder(db: Sqlite, session: Session, unlock: () => void): void {
	const [result] = db.pragma("wal_checkpoint(TRUNCATE)") as {
		readonly busy: number;
	}[];
	if (result?.busy === 0) session.end();
	db.close();
	unlock();
}

function refuse(folder: string, reason: string | undefined): void {
	if (reason === undefined) return;
	throw new StartError(
		`the data folder ${folder} cannot be used (${reason}): restore the missing files, ` +
			`or run «oss-emulator check ${folder}»`,
	);
}

/**
 * Creates the folders one by one: where no folder can be created, as in /proc, Node's `recursive` never ends.
 *
 * @returns the parents of the created folders
 */
function makeFolder(folder: string, durable: boolean): string[] {
	if (isFolder(folder)) return [];
	const parent = dirname(folder);
	const above = existsSync(parent) ? [] : makeFolder(parent, durable);
	try {
		mkdirSync(folder);
	} catch (error) {
		if (!isFolder(folder)) throw error; // another process may have created it
	}
	if (durable) syncFolder(parent);
	return [parent, ...above];
}

const isFolder = (path: string): boolean =>
	statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;

/** Without this, a power cut may remove entries that were created in the folder. */
export function syncFolder(path: string): void {
	const folder = openSync(path, "r");
	try {
		fsyncSync(folder);
	} finally {
		closeSync(folder);
	}
}

/** Writes to a database file that was removed succeed, but are lost when the emulator ends. */
export function findRemoval(folder: string): StartError | undefined {
	try {
		statSync(join(folder, "oss.db"));
		return undefined;
	} catch (error) {
		if (!["ENOENT", "ENOTDIR"].includes(codeOf(error))) return undefined;
		return new StartError(
			`the data folder ${folder} was removed or moved while the emulator was running: start it again`,
		);
	}
}

/** Acknowledged writes of at most this time are lost with a database file that is removed from a running emulator. */
const WATCH_MS = 1000;

/**
 * Reports a removed data folder once, even if no request fails.
 *
 * @returns a function that ends this
 */
export function watchRemoval(
	folder: string,
	report: (error: StartError) => void,
): () => void {
	const timer = setInterval(() => {
		const removal = findRemoval(folder);
		if (!removal) return;
		clearInterval(timer);
		report(removal);
	}, WATCH_MS).unref();
	return () => clearInterval(timer);
}

const DAMAGED = ["SQLITE_CORRUPT", "SQLITE_NOTADB"];

/** Whether SQLite has read an invalid page of the database. */
export const isDamage = (error: unknown): boolean =>
	DAMAGED.some((code) => codeOf(error).startsWith(code));

/** Errors of the operating system and of SQLite have a code; all others are bugs of the emulator. */
export function explain(folder: string, error: unknown): unknown {
	if (error instanceof StartError) return error;
	const code = codeOf(error);
	if (code === "") return error;
	// SQLite does not find the tables or columns of the data version, or does not know the format.
	const isForeign = code === "SQLITE_ERROR";
	return new StartError(
		isDamage(error) || isForeign
			? `the database of the data folder ${folder} is damaged (${code}): run «oss-emulator check ${folder}»`
			: `the data folder ${folder} cannot be used (${code}): specify another folder with --data, or use --memory`,
	);
}
