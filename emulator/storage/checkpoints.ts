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
import type { CheckpointTask } from "./checkpoint-worker.ts";
import type { Sqlite } from "./schema.ts";

/** How much the log grows until its pages are moved into the database, which no request waits for. */
const MOVED_BYTES = 8 * 1024 * 1024;
/** Size of the log at which it begins anew, while requests wait … */
const LONG_BYTES = 32 * 1024 * 1024;
/** … and it does so earlier when there has been no commit for this long. */
const QUIET_MS = 100;
/** Commits between two looks at the log. */
const COMMITS_PER_LOOK = 32;
const IDLE_MS = 5_000;
/** SQLite's default, for when the worker cannot be had. */
const OWN_PAGES = 1000;

export class Checkpoints {
	readonly #path: string;
	readonly #db: Sqlite;
	readonly #report: (error: unknown) => void;
	/** Since the last look at the size of the log. */
	#commits = 0;
	#isQuiet = false;
	/** Size of the log when its pages were last moved; 0 when it has begun anew. */
	#moved = 0;
	#worker: Worker | null = null;
	#isRunning = false;
	#timer: NodeJS.Timeout | undefined;

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
		this.#isQuiet = false;
		this.#commits++;
		if (this.#isRunning || this.#commits < COMMITS_PER_LOOK) return;
		this.#commits = 0;
		const size = this.#size();
		if (size >= LONG_BYTES) this.#run("empty");
		else if (size >= this.#moved + MOVED_BYTES) this.#run("move");
	}

	#size(): number {
		const log = statSync(`${this.#path}-wal`, { throwIfNoEntry: false });
		return log?.size ?? 0;
	}

	#run(task: "move" | "empty"): void {
		clearTimeout(this.#timer);
		this.#isRunning = true;
		this.#moved = task === "move" ? this.#size() : 0;
		this.#worker ??= this.#start();
		this.#worker.postMessage(task satisfies CheckpointTask);
	}

	#done(): void {
		this.#isRunning = false;
		if (this.#moved > 0) this.#emptyWhenQuiet();
		else this.#timer = setTimeout(() => void this.#stop(), IDLE_MS).unref();
	}

	#emptyWhenQuiet(): void {
		this.#isQuiet = true;
		this.#timer = setTimeout(() => {
			if (this.#isQuiet) this.#run("empty");
			else this.#emptyWhenQuiet();
		}, QUIET_MS).unref();
	}

	#start(): Worker {
		const file = `./checkpoint-worker${extname(import.meta.url)}`;
		const worker = new Worker(new URL(file, import.meta.url), {
			workerData: this.#path,
		});
		worker.on("message", () => this.#done());
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
		worker.removeAllListeners("message"); // the end of a task would ask for the next one
		const exited = once(worker, "exit");
		worker.ref();
		worker.postMessage("close" satisfies CheckpointTask);
		await exited;
	}

	/** Ends a checkpoint in order, before the database is closed. */
	async close(): Promise<void> {
		clearTimeout(this.#timer);
		this.#isRunning = true;
		await this.#stop();
	}
}
