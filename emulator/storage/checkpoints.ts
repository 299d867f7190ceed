/**
 * Keeps SQLite's write-ahead log short without a request waiting for it: SQLite itself would move the log's pages into
 * the database, and wait for the disk, within the commit that makes it too long.
 *
 * The worker that does it is started when the log is long, and ends when there has been nothing to do for a while.
 */
import { once } from "node:events";
import { statSync } from "node:fs";
import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import type { Sqlite } from "./schema.ts";

/** Size of the log. Twice this size is recovered within a tenth of a second after a crash. */
const LONG_BYTES = 8 * 1024 * 1024;
/** Commits between two looks at the log. */
const COMMITS_PER_LOOK = 32;
const IDLE_MS = 5_000;
/** SQLite's default, for when the worker cannot be had. */
const OWN_PAGES = 1000;

export class Checkpoints {
	readonly #path: string;
	readonly #db: Sqlite;
	readonly #report: (error: unknown) => void;
	#commits = 0;
	#worker: Worker | null = null;
	#isRunning = false;
	#idle: NodeJS.Timeout | undefined;

	/** @param path of the database */
	constructor(path: string, db: Sqlite, report: (error: unknown) => void) {
		this.#path = path;
		this.#db = db;
		this.#report = report;
		this.#disableOwn();
	}

	/** The log is even shorter where there is little room. */
	#disableOwn(): void {
		const pages = this.#db.pragma("wal_autocheckpoint", { simple: true });
		if (pages === OWN_PAGES) this.#db.pragma("wal_autocheckpoint = 0");
	}

	/** To be called after every commit. */
	committed(): void {
		this.#commits++;
		if (this.#isRunning || this.#commits < COMMITS_PER_LOOK) return;
		this.#commits = 0;
		const log = statSync(`${this.#path}-wal`, { throwIfNoEntry: false });
		if (log && log.size >= LONG_BYTES) this.#run();
	}

	#run(): void {
		clearTimeout(this.#idle);
		this.#isRunning = true;
		this.#worker ??= this.#start();
		this.#worker.postMessage("checkpoint");
	}

	#start(): Worker {
		const file = `./checkpoint-worker${extname(import.meta.url)}`;
		const worker = new Worker(new URL(file, import.meta.url), {
			workerData: this.#path,
		});
		worker.on("message", () => {
			this.#isRunning = false;
			this.#idle = setTimeout(() => void this.#stop(), IDLE_MS).unref();
		});
		worker.on("error", (error) => {
			this.#worker = null;
			this.#report(error);
			// #isRunning stays: no worker is asked again.
			this.#db.pragma(`wal_autocheckpoint = ${OWN_PAGES}`);
		});
		worker.unref();
		return worker;
	}

	async #stop(): Promise<void> {
		const worker = this.#worker;
		if (!worker) return;
		this.#worker = null;
		const exited = once(worker, "exit");
		worker.ref();
		worker.postMessage("close");
		await exited;
	}

	/** Ends a checkpoint in order, before the database is closed. */
	async close(): Promise<void> {
		clearTimeout(this.#idle);
		this.#isRunning = true;
		await this.#stop();
	}
}
