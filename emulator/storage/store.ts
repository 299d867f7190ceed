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
import type { Objects } from "./objects.ts";
import type { PlainCopy } from "./plain-files/plain-copy.ts";
import { type BucketStat, readStat } from "./rows/bucket-stat.ts";
import type { Snapshots, Steps, StoredSnapshot } from "./rows/snapshots.ts";
import type { Usage } from "./rows/usage.ts";
import type { Sqlite } from "./schema.ts";
import type { Transactions, Work } from "./transactions.ts";
import type { StoredBucket } from "./types.ts";
import type { Uploads } from "./uploads.ts";
import { waiting } from "./waiting.ts";

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

/** The deletion of versions from both indexes. */
const DELETE_IN_BUCKET = [
	"DELETE FROM version WHERE bucket = ? AND listed = 1",
	"DELETE FROM version WHERE bucket = ? AND listed = 0",
	"DELETE FROM part WHERE upload IN (SELECT id FROM upload WHERE bucket = ?)",
	"DELETE FROM upload WHERE bucket = ?",
] as const;

type Restoring = {
	readonly end: Promise<void>;
} & Pick<
	Store,
	"buckets" | "objects" | "uploads" | "configurations" | "deliveries"
>;

export class Store {
	readonly #parts: StoreParts;
	/** The parts as they are used while a snapshot is restored, and its end. */
	#restoring: Restoring | undefined;

	constructor(parts: StoreParts) {
		this.#parts = parts;
	}

	get buckets(): Buckets {
		return this.#restoring?.buckets ?? this.#parts.buckets;
	}

	get objects(): Objects {
		return this.#restoring?.objects ?? this.#parts.objects;
	}

	get uploads(): Uploads {
		return this.#restoring?.uploads ?? this.#parts.uploads;
	}

	/** Documents of buckets and accounts. */
	get configurations(): Configurations {
		return this.#restoring?.configurations ?? this.#parts.configurations;
	}

	/** Requests that were sent to application servers. */
	get deliveries(): Deliveries {
		return this.#restoring?.deliveries ?? this.#parts.deliveries;
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
		await this.#whole();
		this.#change(() => {
			const { owned, isAll } = this.#parts.buckets.ownedBy(account);
			if (isAll) this.#deleteAllBuckets();
			else for (const bucket of owned) this.#deleteBucket(bucket);
			this.#parts.configurations.clearAccounts(account);
			this.#parts.deliveries.clearRows(account);
		});
	}

	/** SQLite empties a table in one step if there is no condition. */
	#deleteAllBuckets(): void {
		this.#parts.contents.clear();
		this.#parts.db.exec(
			"DELETE FROM version; DELETE FROM part; DELETE FROM upload",
		);
		this.#parts.buckets.clear();
	}

	#deleteBucket({ id, name }: StoredBucket): void {
		this.#parts.contents.dropOfBucket(id);
		for (const sql of DELETE_IN_BUCKET) this.#parts.db.prepare(sql).run(id);
		this.#parts.buckets.deleteRow(id, name);
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
		return this.#changeInSteps(() => this.#snapshot(snapshot));
	}

	*#snapshot(snapshot: StoredSnapshot): Steps<StoredSnapshot | undefined> {
		yield* this.#deleteSnapshot(snapshot.name);
		if (this.#parts.snapshots.count() >= SNAPSHOTS_MAX) return undefined;
		this.#parts.snapshots.insert(snapshot);
		return snapshot;
	}

	/**
	 * Restores all data as of a snapshot: buckets, objects, uploads, documents, deliveries. This snapshot and the
	 * others remain. The time depends on the number of rows that have changed since.
	 *
	 * @returns undefined if there is no snapshot of that name
	 */
	async restore(name: string): Promise<StoredSnapshot | undefined> {
		return this.#changeInSteps(() => this.#restore(name));
	}

	*#restore(name: string): Steps<StoredSnapshot | undefined> {
		const found = this.#parts.snapshots.find(name);
		if (!found) return undefined;
		const { id, ...snapshot } = found;
		const changed = this.#parts.plainCopy
			? yield* this.#parts.snapshots.changedKeys(id)
			: [];
		this.#parts.contents.saveRetained();
		const files = yield* this.#parts.snapshots.restore(id);
		this.#parts.contents.removeUnnamed(files);
		this.#parts.deliveries.replaced();
		for (const [bucket, key] of changed)
			this.#parts.plainCopy?.changed(bucket, key);
		return snapshot;
	}

	/** Resolves when no snapshot is being restored. */
	async #whole(): Promise<void> {
		while (this.#restoring) await this.#restoring.end;
	}

	/** Lists the snapshots in the order in which they were taken. */
	async listSnapshots(): Promise<StoredSnapshot[]> {
		await this.#whole();
		return this.#parts.snapshots.list();
	}

	/** @returns whether there was a snapshot of that name */
	async deleteSnapshot(name: string): Promise<boolean> {
		return this.#changeInSteps(() => this.#deleteSnapshot(name));
	}

	*#deleteSnapshot(name: string): Steps<boolean> {
		const found = this.#parts.snapshots.find(name);
		if (!found) return false;
		const files = yield* this.#parts.snapshots.delete(found.id);
		this.#parts.contents.removeUnnamed(files);
		return true;
	}

	/** Changes many rows in a separate commit, and then reloads the caches. */
	#change<T>(work: Work<T>): T {
		try {
			return this.#parts.transactions.alone(work);
		} finally {
			this.#reload();
		}
	}

	/** Like `#change`, with breaks; other requests reach the store when it is committed. */
	async #changeInSteps<T>(work: () => Steps<T>): Promise<T> {
		// `#whole` returns a moment later, when another change may have begun.
		while (this.#restoring) await this.#restoring.end;
		const { promise, resolve } = Promise.withResolvers<void>();
		const whole = () => this.#whole();
		this.#restoring = {
			end: promise,
			buckets: waiting(this.#parts.buckets, whole),
			objects: waiting(this.#parts.objects, whole),
			uploads: waiting(this.#parts.uploads, whole),
			configurations: waiting(this.#parts.configurations, whole),
			deliveries: waiting(this.#parts.deliveries, whole),
		};
		try {
			return await this.#parts.transactions.inSteps(work);
		} finally {
			this.#reload();
			this.#restoring = undefined;
			resolve();
		}
	}

	#reload(): void {
		this.#parts.buckets.reload();
		this.#parts.configurations.reload();
		this.#parts.deliveries.reload();
		this.#parts.usage.clear();
	}

	/** The number and size of a bucket's objects. @param billedBytesMin the billed size of smaller objects */
	async stat(bucket: string, billedBytesMin = 0): Promise<BucketStat> {
		await this.#whole();
		const { id } = this.#parts.buckets.require(bucket);
		return readStat(this.#parts.db, id, billedBytesMin);
	}

	/** The size in bytes of all versions of a bucket. It is cached after the first call. */
	async usedBytes(bucket: string): Promise<number> {
		await this.#whole();
		return this.#parts.usage.bytesOf(this.#parts.buckets.require(bucket).id);
	}

	/** Resolves when the background work requested so far is done. */
	async settled(): Promise<void> {
		await this.#parts.plainCopy?.settled();
		await this.#parts.blobs.settled();
	}

	/** Resolves when all acknowledged writes are in their final place; the store must not be used afterwards. */
	async close(): Promise<void> {
		this.#parts.endWatch();
		await this.#parts.checkpoints?.close(); // writes may be waiting for this
		this.#parts.transactions.commit();
		await this.#parts.plainCopy?.close();
		await this.#parts.blobs.close();
		this.#parts.deliveries.close();
		this.#parts.close();
	}
}
