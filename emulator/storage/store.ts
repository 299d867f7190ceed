/**
 * All data of the emulator: metadata in SQLite, large contents in blobs; on disk in one folder, or in memory.
 *
 * The only module that uses SQL. Its methods are asynchronous so that another engine can replace it.
 */

import type { Buckets } from "./buckets.ts";
import type { Checkpoints } from "./checkpoints.ts";
import type { Configurations } from "./configurations.ts";
import type { Blobs } from "./content/blobs.ts";
import type { Contents } from "./content/contents.ts";
import type { Deliveries } from "./deliveries.ts";
import { LargeChanges } from "./large-changes/large-changes.ts";
import type { Objects } from "./objects.ts";
import type { PlainCopy } from "./plain-files/plain-copy.ts";
import { type BucketStat, readStat } from "./rows/bucket-stat.ts";
import type { Snapshots, StoredSnapshot } from "./rows/snapshots.ts";
import type { Usage } from "./rows/usage.ts";
import type { Sqlite } from "./schema.ts";
import type { Transactions } from "./transactions.ts";
import type { Uploads } from "./uploads.ts";
import { type Waiting, waiting } from "./waiting.ts";

/** The parts of a store; `open-store.ts` makes them. */
export type StoreParts = {
	readonly buckets: Buckets;
	readonly objects: Objects;
	readonly uploads: Uploads;
	readonly configurations: Configurations;
	readonly deliveries: Deliveries;
	readonly snapshots: Snapshots;
	readonly db: Sqlite;
	readonly transactions: Transactions;
	readonly contents: Contents;
	readonly blobs: Blobs;
	readonly usage: Usage;
	/** null in memory. */
	readonly checkpoints: Checkpoints | null;
	/** null in memory, and without `<data>/files`. */
	readonly plainCopy: PlainCopy | null;
	/** @returns whether the error has a known cause, which is reported */
	readonly explains: (error: unknown) => boolean;
	/** Ends the watch for the removal of the data folder. */
	readonly endWatch: () => void;
	/** Closes the database, and gives up the data folder. */
	readonly close: () => void;
};

/** The maximum number of snapshots: the rows that change after a snapshot are copied for it. */
export const SNAPSHOTS_MAX = 100;

export class Store {
	readonly buckets: Waiting<Buckets>;
	readonly objects: Waiting<Objects>;
	readonly uploads: Waiting<Uploads>;
	/** Documents of buckets and accounts. */
	readonly configurations: Waiting<Configurations>;
	/** Requests that were sent to application servers. */
	readonly deliveries: Waiting<Deliveries, "watch">;
	readonly #parts: StoreParts;
	readonly #changes: LargeChanges;

	constructor(
		parts: StoreParts,
		options: { readonly folder: string | null; readonly durable: boolean },
	) {
		const { transactions } = parts;
		this.buckets = waiting(parts.buckets, transactions);
		this.objects = waiting(parts.objects, transactions);
		this.uploads = waiting(parts.uploads, transactions);
		this.configurations = waiting(parts.configurations, transactions);
		this.deliveries = waiting(parts.deliveries, transactions, ["watch"]);
		this.#parts = parts;
		const { folder, durable } = options;
		this.#changes = new LargeChanges({ ...parts, folder, durable }, () =>
			this.#reload(),
		);
	}

	/**
	 * Must be called with errors of the store that would otherwise count as bugs of the emulator.
	 *
	 * @returns whether the error has a known cause, which is reported: the disk is full, or the emulator cannot
	 *   continue
	 */
	explains(error: unknown): boolean {
		return this.#parts.explains(error);
	}

	/**
	 * Deletes all buckets of an account, or of all accounts, including their contents, the documents of the account and
	 * the record of its deliveries. Objects that are being read can be read to the end. Snapshots remain.
	 */
	async reset(account?: string): Promise<void> {
		await this.#changes.run(() => {
			const { owned, isAll } = this.#parts.buckets.ownedBy(account);
			return {
				change: {
					is: "resetting",
					account: account ?? null,
					buckets: isAll ? null : owned.map(({ id }) => id),
				},
				buckets: owned.map(({ name }) => name),
				committed: () => this.#parts.deliveries.forget(account),
			};
		});
	}

	/**
	 * Takes a snapshot of all data under a name, in place of a snapshot of that name. The time does not depend on the
	 * amount of data: rows are copied when they change, and contents are shared.
	 *
	 * @param state data of the caller, returned with the snapshot
	 * @returns undefined if there are `SNAPSHOTS_MAX` snapshots with other names
	 */
	async snapshot(
		name: string,
		created: Date,
		state = "",
	): Promise<StoredSnapshot | undefined> {
		const snapshot = { name, created, state };
		const isTaken = await this.#changes.run(() => {
			const replaced = this.#parts.snapshots.find(name)?.id;
			return replaced === undefined &&
				this.#parts.snapshots.count() >= SNAPSHOTS_MAX
				? undefined
				: { change: { is: "taking", snapshot, replaced } };
		});
		return isTaken ? snapshot : undefined;
	}

	/**
	 * Restores all data as of a snapshot: buckets, objects, uploads, documents, deliveries. This snapshot and the
	 * others remain. The time depends on the number of rows that have changed since.
	 *
	 * @returns undefined if there is no snapshot of that name
	 */
	async restore(name: string): Promise<StoredSnapshot | undefined> {
		let snapshot: StoredSnapshot | undefined;
		await this.#changes.run(() => {
			const found = this.#parts.snapshots.find(name);
			if (!found) return undefined;
			const { id, ...rest } = found;
			snapshot = rest;
			return {
				change: { is: "restoring", id },
				committed: () => this.#parts.deliveries.forget(undefined),
			};
		});
		return snapshot;
	}

	/** Lists the snapshots in the order in which they were taken. */
	async listSnapshots(): Promise<StoredSnapshot[]> {
		while (this.#parts.transactions.changing)
			await this.#parts.transactions.changing;
		return this.#parts.snapshots.list();
	}

	/** @returns whether there was a snapshot of that name */
	async deleteSnapshot(name: string): Promise<boolean> {
		return this.#changes.run(() => {
			const id = this.#parts.snapshots.find(name)?.id;
			return id === undefined ? undefined : { change: { is: "deleting", id } };
		});
	}

	#reload(): void {
		this.#parts.buckets.reload();
		this.#parts.configurations.reload();
		this.#parts.deliveries.reload();
		this.#parts.usage.clear();
	}

	/** The number and size of a bucket's objects. @param billedBytesMin the billed size of smaller objects */
	async stat(bucket: string, billedBytesMin = 0): Promise<BucketStat> {
		const { transactions, buckets, db } = this.#parts;
		for (;;) {
			while (transactions.changing) await transactions.changing;
			const { id } = buckets.require(bucket);
			const { changes } = transactions;
			const stat = await readStat(db, id, billedBytesMin);
			// A snapshot that was restored meanwhile may have been counted in part.
			if (transactions.changes === changes) return stat;
		}
	}

	/** The size in bytes of all versions of a bucket. It is cached after the first call. */
	async usedBytes(bucket: string): Promise<number> {
		const { transactions, buckets, usage } = this.#parts;
		while (transactions.changing) await transactions.changing;
		return usage.bytesOf(buckets.require(bucket).id);
	}

	/** Resolves when the background work requested so far is done. */
	async settled(): Promise<void> {
		await this.#parts.plainCopy?.settled();
		await this.#parts.blobs.settled();
	}

	/** Resolves when all acknowledged writes are in their final place; the store must not be used afterwards. */
	async close(): Promise<void> {
		this.#parts.endWatch();
		await this.#changes.close();
		await this.#parts.checkpoints?.close(); // writes may be waiting for this
		this.#parts.transactions.commit();
		await this.#parts.plainCopy?.close();
		await this.#parts.blobs.close();
		this.#parts.deliveries.close();
		this.#parts.close();
	}
}
