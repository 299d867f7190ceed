/**
 * Room on the disk of a data folder. When it is full, uploads are refused, and requests that free room go on:
 * deleting, aborting and resetting need some themselves, for SQLite's log, which comes from a reserve.
 *
 * The reserve is a file that is made when little room is left, removed when the disk is full, and made again when
 * there is enough. All of this is one line in the log when it begins and one when it ends.
 */
import { existsSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { codeOf } from "../../oss/code-of.ts";
import type { Sqlite } from "../schema.ts";

/** Below this a reserve exists, and the log of the database stays short. */
const LITTLE_BYTES = 256 * 1024 * 1024;
const RESERVE_BYTES_MAX = 8 * 1024 * 1024;
/** How much of a small disk becomes the reserve. */
const RESERVE_SHARE = 1 / 8;
/** In addition to the reserve; the disk is not full while this much is free. */
const MARGIN_BYTES = 512 * 1024;
/** Pages of the log after which SQLite empties it, when there is little room. */
const SHORT_LOG_PAGES = 100;
/** Between two looks at the disk, as bytes that were written and as time. */
const LOOK_BYTES = 16 * 1024 * 1024;
const LOOK_MS = 200;
/** Takes about a tenth of a second. */
const REWRITTEN_BYTES_MAX = 16 * 1024 * 1024;
/** Between two lines in the log. */
const REPORT_MS = 60_000;

/** Of rows and blobs alike; SQLite says it also when its index cannot grow. */
const CODES = ["ENOSPC", "EDQUOT", "SQLITE_FULL", "SQLITE_IOERR_SHMSIZE"];

export const isNoRoom = (error: unknown): boolean =>
	CODES.includes(codeOf(error));

/** To be called before the database is opened, which needs some room for its index and its log. */
export function makeRoomToStart(folder: string): void {
	if (freeIn(folder) < MARGIN_BYTES)
		rmSync(join(folder, "reserve"), { force: true });
}

function freeIn(folder: string): number {
	const { bavail, bsize } = statfsSync(folder);
	return bavail * bsize;
}

export class DiskRoom {
	readonly #folder: string;
	readonly #reserve: string;
	readonly #db: Sqlite;
	readonly #report: (line: string) => void;
	readonly #listeners: (() => void)[] = [];
	readonly #beforeMoving: (() => void)[] = [];
	readonly #reserveBytes: number;
	#isFull = false;
	#isLittle = false;
	#written = 0;
	#lookedAt = 0;
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
		if (existsSync(this.#reserve) && free >= MARGIN_BYTES) this.#beLittle();
		else if (free < this.#reserveBytes + MARGIN_BYTES) this.#fill();
		else this.#look(free);
	}

	get isFull(): boolean {
		return this.#isFull;
	}

	/** @param listener called when there is room again */
	whenRoom(listener: () => void): void {
		this.#listeners.push(listener);
	}

	/** @param listener called before rows are given other numbers */
	beforeMoving(listener: () => void): void {
		this.#beforeMoving.push(listener);
	}

	/** Must be called with the number of bytes written. */
	wrote(bytes: number): void {
		this.#written += bytes;
		if (this.#written < LOOK_BYTES || this.#isFull) return;
		this.#look(this.#free());
	}

	/**
	 * Whether something may be written that stays.
	 *
	 * @param inRows whether it goes into rows: those have room where others were deleted
	 */
	admits(inRows: boolean): boolean {
		if (!this.#isFull) return true;
		const now = performance.now();
		if (now - this.#lookedAt > LOOK_MS) {
			this.#lookedAt = now;
			this.#shrinkDatabase();
			const isEnough = this.#free() >= this.#reserveBytes + 2 * MARGIN_BYTES;
			if (isEnough && this.#makeReserve()) this.#empty();
		}
		return !this.#isFull || (inRows && this.#freeInRows() >= MARGIN_BYTES);
	}

	/**
	 * To be called when something could not be written.
	 *
	 * @returns whether it is worth while to try it again
	 */
	relieve(error: unknown): boolean {
		if (!isNoRoom(error)) return false;
		this.#fill();
		return true;
	}

	#fill(): void {
		this.#isFull = true;
		rmSync(this.#reserve, { force: true });
		this.#beLittle();
		if (!this.#db.inTransaction) this.#shortenLog();
		const now = performance.now();
		if (now - this.#reportedAt < REPORT_MS) return;
		this.#reportedAt = now;
		this.#report(
			`the disk of ${this.#folder} is full: uploads are refused until there is room, reading and deleting go on`,
		);
	}

	#empty(): void {
		this.#isFull = false;
		if (performance.now() - this.#reportedAt < REPORT_MS)
			this.#report(`the disk of ${this.#folder} has room again`);
		for (const listener of this.#listeners) listener();
	}

	#look(free: number): void {
		this.#written = 0;
		if (free >= LITTLE_BYTES || existsSync(this.#reserve)) return;
		this.#makeReserve();
		this.#beLittle();
	}

	/** @returns whether it is there */
	#makeReserve(): boolean {
		try {
			writeFileSync(this.#reserve, Buffer.alloc(this.#reserveBytes));
			return true;
		} catch (error) {
			if (!isNoRoom(error)) throw error;
			rmSync(this.#reserve, { force: true });
			return false;
		}
	}

	#beLittle(): void {
		if (this.#isLittle) return;
		this.#isLittle = true;
		this.#db.pragma(`wal_autocheckpoint = ${SHORT_LOG_PAGES}`);
	}

	/** Frees the room of the log if its pages fit into the database. */
	#shortenLog(): void {
		try {
			this.#db.pragma("wal_checkpoint(TRUNCATE)");
		} catch (error) {
			if (!isNoRoom(error)) throw error;
		}
	}

	#free(): number {
		return freeIn(this.#folder);
	}

	#freeInRows(): number {
		return this.#pages("freelist_count");
	}

	/** Bytes of some pages. */
	#pages(name: "freelist_count" | "page_count"): number {
		const read = (pragma: string): number =>
			Number(this.#db.pragma(pragma, { simple: true }));
		return read(name) * read("page_size");
	}

	/** SQLite keeps the room of deleted rows in its file: the rows that are left are written anew when that is quick. */
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
			if (!isNoRoom(error)) throw error;
		}
	}
}
