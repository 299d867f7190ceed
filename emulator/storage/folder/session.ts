/**
 * Checks whether the database and the blobs of a data folder belong together, and whether the database has all
 * commits: only then may blobs without rows be removed.
 *
 * Each run of an emulator is a session with a random name. The name is stored in the database, in its first commit, and
 * after that in a file next to it, together with whether the session has ended cleanly. So a database that was restored
 * from a copy, or lost its log, is recognised.
 */
import { randomBytes } from "node:crypto";
import {
	closeSync,
	existsSync,
	fsyncSync,
	openSync,
	readdirSync,
	readFileSync,
	readSync,
	statSync,
	writeSync,
} from "node:fs";
import { join } from "node:path";
import { codeOf } from "../../oss/code-of.ts";
import type { Sqlite } from "../schema.ts";
import { hasLostCommits } from "./write-ahead-log.ts";

export type Marker = {
	readonly session: string;
	readonly state: "open" | "shut";
	/** The boot id of the machine, which loses unsynced data when it restarts; '' if it is unknown. */
	readonly boot: string;
	/** Whether commits were synced before they were acknowledged. */
	readonly durable: boolean;
};

const databaseOf = (folder: string): string => join(folder, "oss.db");
const markerOf = (folder: string): string => join(folder, "session");

/**
 * Must be called before the database is opened.
 *
 * @returns the reason why blobs must not be removed; undefined if there is no sign of lost commits
 */
export function findLoss(folder: string): string | undefined {
	const database = databaseOf(folder);
	const marker = readMarker(folder);
	const sameBoot = marker?.boot === "" || marker?.boot === readBoot();
	if (
		sizeOf(database) > 0 &&
		marker?.state === "open" &&
		hasLostCommits(database, { sameBoot, durable: marker.durable })
	)
		return "the write-ahead log of its database, oss.db-wal, is missing or damaged";
	if (isCut(database)) return "its database oss.db ends inside a page";
	return isEmptyDatabase(database) && findBlob(folder) !== undefined
		? "its database oss.db is missing or empty, but there are blobs"
		: undefined;
}

const sizeOf = (path: string): number =>
	statSync(path, { throwIfNoEntry: false })?.size ?? 0;

/** Whether there is no file, or one without tables, unless they are in the log. */
function isEmptyDatabase(path: string): boolean {
	if (sizeOf(path) < DATABASE_HEADER_BYTES) return true;
	if (!statSync(path).isFile() || sizeOf(`${path}-wal`) > 0) return false;
	return readStart(path, DATABASE_HEADER_BYTES).readUInt32BE(60) === 0; // user_version
}

const DATABASE_HEADER_BYTES = 100;
const DATABASE_MAGIC = "SQLite format 3\0";

/** Whether the last page is incomplete, and not in the log: SQLite reads the missing bytes as zeros. */
export function isCut(database: string): boolean {
	const size = sizeOf(database);
	if (size < DATABASE_HEADER_BYTES || sizeOf(`${database}-wal`) > 0)
		return false;
	if (!statSync(database).isFile()) return false;
	const start = readStart(database, DATABASE_HEADER_BYTES);
	const pageSize = start.readUInt16BE(16); // 1 stands for 65,536
	return (
		start.toString("latin1", 0, DATABASE_MAGIC.length) === DATABASE_MAGIC &&
		size % (pageSize === 1 ? 65_536 : pageSize) !== 0
	);
}

function readStart(path: string, size: number): Buffer {
	const file = openSync(path, "r");
	try {
		const bytes = Buffer.alloc(size);
		readSync(file, bytes, 0, size, 0);
		return bytes;
	} finally {
		closeSync(file);
	}
}

/** Like `findLoss`, from the contents of the database. Databases that were written before sessions existed match. */
export function findMismatch(folder: string, db: Sqlite): string | undefined {
	if (!hasSessions(db)) return undefined;
	const known = db
		.prepare<[], [string, string]>("SELECT current, previous FROM session")
		.raw()
		.get();
	// A folder that was written before sessions existed has '' in the database, and no marker.
	const isSame = known?.includes(readMarker(folder)?.session ?? "");
	return isSame || findBlob(folder) === undefined
		? undefined
		: "its database oss.db does not belong to its blobs";
}

const hasSessions = (db: Sqlite): boolean =>
	db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'session'").get() !==
	undefined;

/** One run of an emulator on a data folder. */
export class Session {
	readonly #folder: string;
	readonly #durable: boolean;
	readonly #session = randomBytes(12).toString("hex");

	constructor(folder: string, durable: boolean) {
		this.#folder = folder;
		this.#durable = durable;
	}

	/** The database is written first: after a crash between the two writes, the marker has the previous name. */
	begin(db: Sqlite): void {
		db.prepare("UPDATE session SET previous = current, current = ?").run(
			this.#session,
		);
		this.#mark("open");
	}

	/** Must be called when all commits are in the database file; does nothing if the folder was removed. */
	end(): void {
		if (existsSync(markerOf(this.#folder))) this.#mark("shut");
	}

	#mark(state: Marker["state"]): void {
		writeMarker(
			this.#folder,
			{
				session: this.#session,
				state,
				boot: readBoot(),
				durable: this.#durable,
			},
			this.#durable,
		);
	}
}

/** Accepts the blobs as belonging to the present database, by decision of the user. */
export function acceptBlobs(folder: string, db: Sqlite): void {
	const session = randomBytes(12).toString("hex");
	db.prepare("UPDATE session SET previous = current, current = ?").run(session);
	writeMarker(
		folder,
		{ session, state: "shut", boot: "", durable: true },
		true,
	);
}

/** @returns undefined if the folder has no marker, or an unreadable one */
export function readMarker(folder: string): Marker | undefined {
	const path = markerOf(folder);
	if (!existsSync(path)) return undefined;
	const [session = "", state, boot = "", durable] = readFileSync(path, "latin1")
		.trim()
		.split(" ");
	return state === "open" || state === "shut"
		? { session, state, boot, durable: durable === "durable" }
		: undefined;
}

/** Always the same length, written in place: that needs no space on a full disk. */
const MARKER_BYTES = 80;

function writeMarker(folder: string, marker: Marker, durable: boolean): void {
	const { session, state, boot } = marker;
	const word = marker.durable ? "durable" : "";
	const text = `${session} ${state} ${boot} ${word}`.padEnd(MARKER_BYTES - 1);
	const file = openForWriting(markerOf(folder));
	try {
		writeSync(file, `${text}\n`, 0, "latin1");
		if (durable) fsyncSync(file);
	} finally {
		closeSync(file);
	}
}

function openForWriting(path: string): number {
	try {
		return openSync(path, "r+");
	} catch (error) {
		if (codeOf(error) !== "ENOENT") throw error;
		return openSync(path, "w");
	}
}

function readBoot(): string {
	const path = "/proc/sys/kernel/random/boot_id"; // Linux only
	return existsSync(path) ? readFileSync(path, "latin1").trim() : "";
}

/** The name of any blob, if there is one. */
function findBlob(folder: string): string | undefined {
	const blobs = join(folder, "blobs");
	if (!statSync(blobs, { throwIfNoEntry: false })?.isDirectory())
		return undefined;
	for (const entry of readdirSync(blobs, { withFileTypes: true })) {
		if (!entry.isDirectory()) continue;
		const [name] = readdirSync(join(blobs, entry.name));
		if (name !== undefined) return name;
	}
	return undefined;
}
