/**
 * Keeps SQLite's write-ahead log short without delaying requests: SQLite itself would move the log's pages into the
 * database, and wait for the disk, within the commit that makes the log too long.
 */
import { statSync } from "node:fs";
import { IdleWorker } from "../oss/idle-worker.ts";
import type { CheckpointTask } from "./checkpoint-worker.ts";
import type { Sqlite } from "./schema.ts";
import type { Transactions } from "./transactions.ts";

/** How much the log grows before its pages are moved into the database, which delays no request. */
const MOVED_BYTES = 8 * 1024 * 1024;
/** At this size of the log, writes pause for as long as the disk needs, so that SQLite can restart the log. */
const LONG_BYTES = 32 * 1024 * 1024;
/** After this time without a commit, the log is restarted earlier. */
const QUIET_MS = 100;
/** The number of commits between two checks of the log's size. */
const COMMITS_PER_CHECK = 32;
/** SQLite's default, for use if the worker fails. */
const SQLITE_PAGES = 1000;

export class Checkpoints {
	readonly #log: string;
	readonly #db: Sqlite;
	readonly #transactions: Pick<Transactions, "pauseUntil">;
	readonly #report: (error: unknown) => void;
	/** The number of commits since the last check of the log's size. */
	#commits = 0;
	#isQuiet = false;
	/** The size of the log when its pages were last moved; 0 if it has been restarted. */
	#moved = 0;
	readonly #worker: IdleWorker<CheckpointTask, "done">;
	#isRunning = false;
	#isClosed = false;
	#timer: NodeJS.Timeout | undefined;

	/** @param path the path of the database */
	constructor(
		path: string,
		db: Sqlite,
		transactions: Pick<Transactions, "pauseUntil">,
		report: (error: unknown) => void,
	) {
		this.#log = `${path}-wal`;
		this.#db = db;
		this.#transactions = transactions;
		this.#report = report;
		this.#worker = new IdleWorker(
			"checkpoint-worker",
			import.meta.url,
			path,
			(worker) => worker.postMessage("close" satisfies CheckpointTask),
		);
		this.#disableAutomaticCheckpoints();
	}

	/** If the disk has little space, `DiskSpace` has set a shorter limit, which remains. */
	#disableAutomaticCheckpoints(): void {
		const pages = this.#db.pragma("wal_autocheckpoint", { simple: true });
		if (pages === SQLITE_PAGES) this.#db.pragma("wal_autocheckpoint = 0");
	}

	/** @param isLarge whether the log may have grown by any size */
	committed(isLarge: boolean): void {
		this.#isQuiet = false;
		this.#commits += isLarge ? COMMITS_PER_CHECK : 1;
		if (this.#commits < COMMITS_PER_CHECK || this.#isRunning || this.#isClosed)
			return;
		this.#commits = 0;
		if (this.#size() >= this.#moved + MOVED_BYTES) void this.#move();
	}

	#size(): number {
		return statSync(this.#log, { throwIfNoEntry: false })?.size ?? 0;
	}

	/** Afterwards a long log is emptied immediately, a shorter one when there are no commits. */
	async #move(): Promise<void> {
		this.#moved = this.#size();
		await this.#run("move");
		if (this.#isRunning || this.#isClosed) return;
		if (this.#moved >= LONG_BYTES) await this.#empty();
		else this.#emptyWhenQuiet();
	}

	/** Few pages are left to be moved, because it is called soon after `#move`. */
	async #empty(): Promise<void> {
		this.#isRunning = true; // a pause starts with a commit, which must not start another task
		const { promise, resolve } = Promise.withResolvers<void>();
		this.#transactions.pauseUntil(promise);
		await this.#run("empty");
		this.#moved = this.#size();
		resolve();
	}

	async #run(task: "move" | "empty"): Promise<void> {
		clearTimeout(this.#timer);
		this.#isRunning = true;
		try {
			await this.#worker.run((ask) => ask(task));
			this.#isRunning = false;
		} catch (error) {
			// #isRunning remains set, so that no further task is sent to a worker.
			this.#report(error);
			this.#db.pragma(`wal_autocheckpoint = ${SQLITE_PAGES}`);
		}
	}

	#emptyWhenQuiet(): void {
		this.#isQuiet = true;
		this.#timer = setTimeout(() => {
			if (this.#isQuiet) void this.#empty();
			else this.#emptyWhenQuiet();
		}, QUIET_MS).unref();
	}

	/** Finishes a running checkpoint before the database is closed. */
	async close(): Promise<void> {
		clearTimeout(this.#timer);
		this.#isClosed = true;
		await this.#worker.stop();
	}
}
