/**
 * Free space on the disk of a data folder. When the disk is full, uploads are refused, and requests that free space
 * continue: deleting, aborting and resetting need some space themselves, for SQLite's log, which is taken from a
 * reserve.
 *
 * The reserve is a file that is created when little space is left, removed when the disk is full, and created again
 * when there is enough. The log has one line when the disk becomes full and one when it has space again.
 */
import { existsSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { codeOf } from "../../oss/code-of.ts";
import type { Sqlite } from "../schema.ts";

/** If less than this is free, a reserve exists, and the log of the database is kept short. */
const LOW_SPACE_BYTES = 256 * 1024 * 1024;
const RESERVE_BYTES_MAX = 8 * 1024 * 1024;
/** The share of a small disk that becomes the reserve. */
const RESERVE_SHARE = 1 / 8;
/** The space that must be free in addition to the reserve, or the disk counts as full. */
const MARGIN_BYTES = 512 * 1024;
/** The number of pages at which SQLite empties its log if little space is left. */
const SHORT_LOG_PAGES = 100;
/** The interval between two checks of the disk, as bytes written and as time. */
const CHECK_BYTES = 16 * 1024 * 1024;
const CHECK_MS = 200;
/** The maximum size of a database that is rewritten, which takes about a tenth of a second. */
const REWRITTEN_BYTES_MAX = 16 * 1024 * 1024;
/** The minimum interval between two lines in the log. */
const REPORT_MS = 60_000;

/** Error codes of rows and blobs; SQLite also fails with the last one if its index cannot grow. */
const CODES = ["ENOSPC", "EDQUOT", "SQLITE_FULL", "SQLITE_IOERR_SHMSIZE"];

export const isDiskFullError = (error: unknown): boolean =>
	CODES.includes(codeOf(error));

/** Must be called before the database is opened, which needs some space for its index and its log. */
export function freeSpaceForStart(folder: string): void {
	if (freeIn(folder) < MARGIN_BYTES)
		rmSync(join(folder, "reserve"), { force: true });
}

function freeIn(folder: string): number {
	const { bavail, bsize } = statfsSync(folder);
	return bavail * bsize;
}

export class DiskSpace {
	readonly #folder: string;
	readonly #reserve: string;
	readonly #db: Sqlite;
	readonly #report: (line: string) => void;
	readonly #listeners: (() => void)[] = [];
	readonly #beforeMoving: (() => void)[] = [];
	readonly #reserveBytes: number;
	#isFull = false;
	#isLogShort = false;
	#written = 0;
	#checkedAt = 0;
	#reportedAt = Number.NEGATIVE_INFINITY;

	constructor(folder: string, db: Sqlite, report: (line: string) => void) {
		this.#folder = folder;
		this.#reserve = join(folder, "reserve");
		this.#db = db;
		this.#report = report;
		const { blocks, bsize } = statfsSync(folder);
		const share = Math.trunc(blocks * bsize * RESERVE_SHARE);
		this.#reserveBytes = Math.min(RESERVE_BYTES_MAX, share);
		const free = this.#free();
		if (existsSync(this.#reserve) && free >= MARGIN_BYTES)
			this.#shortenFutureLog();
		else if (free < this.#reserveBytes + MARGIN_BYTES) this.#markFull();
		else this.#checkSpace(free);
	}

	get isFull(): boolean {
		return this.#isFull;
	}

	/** @param listener called when the disk has space again */
	onFreeSpace(listener: () => void): void {
		this.#listeners.push(listener);
	}

	/** @param listener called before rows are renumbered */
	beforeMoving(listener: () => void): void {
		this.#beforeMoving.push(listener);
	}

	/** Must be called with the number of bytes written. */
	wrote(bytes: number): void {
		this.#written += bytes;
		if (this.#written < CHECK_BYTES || this.#isFull) return;
		this.#checkSpace(this.#free());
	}

	/** Whether data may be written that is not temporary. Rows can reuse the space of deleted rows. */
	allowsWrite(place: "row" | "blob"): boolean {
		if (!this.#isFull) return true;
		const now = performance.now();
		if (now - this.#checkedAt > CHECK_MS) {
			this.#checkedAt = now;
			this.#shrinkDatabase();
			const isEnough = this.#free() >= this.#reserveBytes + 2 * MARGIN_BYTES;
			if (isEnough && this.#makeReserve()) this.#markAvailable();
		}
		if (!this.#isFull) return true;
		return place === "row" && this.#freeInRows() >= MARGIN_BYTES;
	}

	/**
	 * Must be called when a write has failed.
	 *
	 * @returns whether the write should be tried again
	 */
	handleFullDisk(error: unknown): boolean {
		if (!isDiskFullError(error)) return false;
		this.#markFull();
		return true;
	}

	#markFull(): void {
		this.#isFull = true;
		rmSync(this.#reserve, { force: true });
		this.#shortenFutureLog();
		if (!this.#db.inTransaction) this.#shortenLog();
		const now = performance.now();
		if (now - this.#reportedAt < REPORT_MS) return;
		this.#reportedAt = now;
		this.#report(
			`the disk of ${this.#folder} is full: uploads are refused until there is free space, reading and deleting still work`,
		);
	}

	#markAvailable(): void {
		this.#isFull = false;
		if (performance.now() - this.#reportedAt < REPORT_MS)
			this.#report(`the disk of ${this.#folder} has free space again`);
		for (const listener of this.#listeners) listener();
	}

	#checkSpace(free: number): void {
		this.#written = 0;
		if (free >= LOW_SPACE_BYTES || existsSync(this.#reserve)) return;
		this.#makeReserve();
		this.#shortenFutureLog();
	}

	/** @returns whether the reserve exists */
	#makeReserve(): boolean {
		try {
			writeFileSync(this.#reserve, Buffer.alloc(this.#reserveBytes));
			return true;
		} catch (error) {
			if (!isDiskFullError(error)) throw error;
			rmSync(this.#reserve, { force: true });
			return false;
		}
	}

	#shortenFutureLog(): void {
		if (this.#isLogShort) return;
		this.#isLogShort = true;
		this.#db.pragma(`wal_autocheckpoint = ${SHORT_LOG_PAGES}`);
	}

	/** Frees the space of the log if its pages fit into the database. */
	#shortenLog(): void {
		try {
			this.#db.pragma("wal_checkpoint(TRUNCATE)");
		} catch (error) {
			if (!isDiskFullError(error)) throw error;
		}
	}

	#free(): number {
		return freeIn(this.#folder);
	}

	#freeInRows(): number {
		return this.#pages("freelist_count");
	}

	/** The size of these pages in bytes. */
	#pages(name: "freelist_count" | "page_count"): number {
		const read = (pragma: string): number =>
			Number(this.#db.pragma(pragma, { simple: true }));
		return read(name) * read("page_size");
	}

	/** SQLite keeps the space of deleted rows in its file: the remaining rows are rewritten if that is quick. */
	#shrinkDatabase(): void {
		const unused = this.#freeInRows();
		const used = this.#pages("page_count") - unused;
		const isQuick = used <= Math.min(this.#free() / 2, REWRITTEN_BYTES_MAX);
		if (unused < used || !isQuick || this.#db.inTransaction) return;
		for (const listener of this.#beforeMoving) listener();
		try {
			this.#db.exec("VACUUM");
			this.#shortenLog();
		} catch (error) {
			if (!isDiskFullError(error)) throw error;
		}
	}
}
