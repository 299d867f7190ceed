/**
 * Runs changes of many rows, one at a time, each as one transaction: restoring a snapshot, a reset.
 *
 * On disk, a quick change takes a single turn of the event loop, and a worker performs any other: SQLite can neither
 * commit a long transaction nor empty a large table in steps, and a transaction of its own connection is stored as a
 * whole or not at all, whatever ends the process. In memory there is only one connection, and commits are quick: a
 * change is made in steps.
 */
import { join } from "node:path";
import { IdleWorker } from "../../oss/idle-worker.ts";
import type { Contents } from "../content/contents.ts";
import { CHANGES_MAX, type PlainCopy } from "../plain-files/plain-copy.ts";
import { type ChangedKeys, Snapshots, type Steps } from "../rows/snapshots.ts";
import type { Sqlite } from "../schema.ts";
import { type Transactions, takeSteps } from "../transactions.ts";
import { isQuick, type LargeChange, perform } from "./change.ts";
import type { ChangeResult, ChangeTask } from "./change-worker.ts";

export type LargeChangesOptions = {
	readonly db: Sqlite;
	/** The data folder; null for memory. */
	readonly folder: string | null;
	readonly durable: boolean;
	readonly transactions: Transactions;
	readonly contents: Contents;
	readonly plainCopy: PlainCopy | null;
};

/** The objects and buckets whose plain copies must be updated; if there are too many, all of them. */
type Changed = ChangedKeys | "all";

/** A change, and what else it needs. */
export type Plan = {
	readonly change: LargeChange;
	/** The buckets that it creates or deletes. */
	readonly buckets?: readonly string[];
	/** Called when it is committed, before any other request reaches the store. */
	readonly committed?: () => void;
};

export class LargeChanges {
	readonly #options: LargeChangesOptions;
	readonly #reload: () => void;
	readonly #worker = new IdleWorker<ChangeTask, ChangeResult>(
		"change-worker",
		import.meta.url,
	);
	#isClosed = false;

	/** @param reload called when rows have changed, and after a failure */
	constructor(options: LargeChangesOptions, reload: () => void) {
		this.#options = options;
		this.#reload = reload;
	}

	/**
	 * @param plan called when no other change is in progress
	 * @returns whether there was anything to do
	 */
	async run(plan: () => Plan | undefined): Promise<boolean> {
		return this.#options.transactions.exclusively(async () => {
			const planned = plan();
			if (!planned) return false;
			try {
				await this.#perform(planned);
				planned.committed?.();
			} finally {
				this.#reload();
			}
			return true;
		});
	}

	async #perform(planned: Plan): Promise<void> {
		const { db, folder, transactions, contents, plainCopy } = this.#options;
		const { change } = planned;
		contents.saveRetained();
		if (folder === null) {
			await transactions.inSteps(function* () {
				contents.removeUnnamed(yield* perform(db, change));
			});
		} else if (isQuick(db, change)) {
			const end = plainCopy?.beginChange();
			let changed: Changed = [];
			try {
				const keys = takeAll(this.#changedKeys(planned));
				transactions.alone(() => {
					contents.removeUnnamed(takeAll(perform(db, change)));
				});
				changed = keys;
			} finally {
				end?.(changed);
			}
		} else await this.#performElsewhere(folder, planned);
	}

	async #performElsewhere(folder: string, planned: Plan): Promise<void> {
		const { durable, transactions, contents, plainCopy } = this.#options;
		const { change } = planned;
		const end = plainCopy?.beginChange();
		let changed: Changed = [];
		try {
			const keys = await takeSteps(this.#changedKeys(planned));
			const path = join(folder, "oss.db");
			const files = await this.#runWorker({ path, durable, change });
			changed = keys;
			contents.removeUnnamedFiles(namesIn(files));
			transactions.changedElsewhere();
		} finally {
			end?.(changed);
		}
	}

	*#changedKeys({ change, buckets = [] }: Plan): Steps<Changed> {
		const { db, plainCopy } = this.#options;
		const keys: (readonly [bucket: string, key: string])[] = buckets.map(
			(name) => [name, ""],
		);
		if (!plainCopy || change.is !== "restoring") return keys;
		for (const some of new Snapshots(db).changedKeys(change.id)) {
			keys.push(...some);
			if (keys.length > CHANGES_MAX) return "all";
			yield;
		}
		return keys;
	}

	async #runWorker(task: ChangeTask): Promise<Uint8Array<ArrayBuffer>> {
		if (this.#isClosed) throw new Error("the store is closed");
		const result = await this.#worker.run((ask) => ask(task));
		if ("files" in result) return result.files;
		throw Object.assign(new Error(result.failed), { code: result.code });
	}

	/** Ends the work of a worker, which then has changed nothing; a change in memory is completed. */
	async close(): Promise<void> {
		this.#isClosed = true;
		await this.#worker.stop();
		const { transactions } = this.#options;
		while (transactions.changing) await transactions.changing;
	}
}

function takeAll<T>(steps: Steps<T>): T {
	for (;;) {
		const { done, value } = steps.next();
		if (done) return value;
	}
}

function* namesIn(lines: Uint8Array<ArrayBuffer>): Generator<string> {
	const text = Buffer.from(lines.buffer);
	for (let start = 0; start < text.length; ) {
		const next = text.indexOf(10, start);
		const end = next < 0 ? text.length : next;
		yield text.toString("latin1", start, end);
		start = end + 1;
	}
}
