/**
 * Keeps SQLite's write-ahead log short without delaying requests: SQLite itself would move the log's pages into the
 * database, and wait for the disk, within the commit that makes the log too long.
 *
 * The worker that moves the pages is started when the log is long, and ends after some time without work.
 */
import { once } from "node:events";
import { statSync } from "node:fs";
import { extname } from "node:path";
import { Worker } from "node:worker_threads";
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
const IDLE_MS = 5_000;
/** SQLite's default, for use if the worker fails. */
const SQLITE_PAGES = 1000;

export class Checkpoints {
	readonly #path: string;
	readonly #db: Sqlite;
	readonly #transactions: Pick<Transactions, "pauseUntil">;
	readonly #report: (error: unknown) => void;
	/** The number of commits since the last check of the log's size. */
	#commits = 0;
	#isQuiet = false;
	/** The size of the log when its pages were last moved; 0 if it has been restarted. */
	#moved = 0;
	#worker: Worker | null = null;
	#isRunning = false;
	/** Ends the pause of the writes. */
	#resume: () => void = () => {};
	#timer: NodeJS.Timeout | undefined;

	/** @param path the path of the database */
	constructor(
		path: string,
		db: Sqlite,
		transactions: Pick<Transactions, "pauseUntil">,
		report: (error: unknown) => void,
	) {
		this.#path = path;
		this.#db = db;
		this.#transactions = transactions;
		this.#report = report;
		this.#disableAutomaticCheckpoints();
	}

	/** If the disk has little space, `DiskSpace` has set a shorter limit, which remains. */
	#disableAutomaticCheckpoints(): void {
		const pages = this.#db.pragma("wal_autocheckpoint", { simple: true });
		if (pages === SQLITE_PAGES) this.#db.pragma("wal_autocheckpoint = 0");
	}

	/** Must be called after every commit. */
	committed(): void {
		this.#isQuiet = false;
		this.#commits++;
		if (this.#isRunning || this.#commits < COMMITS_PER_CHECK) return;
		this.#commits = 0;
		if (this.#size() >= this.#moved + MOVED_BYTES) this.#move();
	}

	#size(): number {
		const log = statSync(`${this.#path}-wal`, { throwIfNoEntry: false });
		return log?.size ?? 0;
	}

	#move(): void {
		this.#moved = this.#size();
		this.#run("move", () => {
			if (this.#moved >= LONG_BYTES) this.#empty();
			else this.#emptyWhenQuiet();
		});
	}

	/** Few pages are left to be moved, because it is called soon after `#move`. */
	#empty(): void {
		const { promise, resolve } = Promise.withResolvers<void>();
		this.#resume = resolve;
		this.#isRunning = true; // a pause starts with a commit, which must not start another task
		this.#transactions.pauseUntil(promise);
		const worker = this.#run("empty", () => {
			worker.unref();
			this.#moved = this.#size();
			this.#resume();
			this.#timer = setTimeout(() => void this.#stop(), IDLE_MS).unref();
		});
		worker.ref(); // writes are waiting for it
	}

	#run(task: "move" | "empty", done: () => void): Worker {
		clearTimeout(this.#timer);
		this.#isRunning = true;
		this.#worker ??= this.#start();
		const worker = this.#worker;
		worker.once("message", () => {
			this.#isRunning = false;
			done();
		});
		worker.postMessage(task satisfies CheckpointTask);
		return worker;
	}

	#emptyWhenQuiet(): void {
		this.#isQuiet = true;
		this.#timer = setTimeout(() => {
			if (this.#isQuiet) this.#empty();
			else this.#emptyWhenQuiet();
		}, QUIET_MS).unref();
	}

	#start(): Worker {
		const file = `./checkpoint-worker${extname(import.meta.url)}`;
		const worker = new Worker(new URL(file, import.meta.url), {
			workerData: this.#path,
		});
		worker.on("error", (error) => {
			this.#worker = null;
			this.#report(error);
			// #isRunning remains set, so that no further task is sent to a worker.
			this.#db.pragma(`wal_autocheckpoint = ${SQLITE_PAGES}`);
		});
		worker.once("exit", () => this.#resume());
		worker.unref();
		return worker;
	}

	async #stop(): Promise<void> {
		const worker = this.#worker;
		if (!worker) return;
		this.#worker = null;
		worker.removeAllListeners("message"); // the end of a task would start the next one
		const exited = once(worker, "exit");
		worker.ref();
		worker.postMessage("close" satisfies CheckpointTask);
		await exited;
	}

	/** Finishes a running checkpoint before the database is closed. */
	async close(): Promise<void> {
		clearTimeout(this.#timer);
		this.#isRunning = true;
		await this.#stop();
	}
}
