/**
 * All data of the emulator: metadata in SQLite, large contents in blobs; on disk in one folder, or in memory.
 *
 * The only module that uses SQL. Its methods are asynchronous so that another engine can replace it.
 */

import { join } from "node:path";
import { StartError } from "../oss/start-error.ts";
import { Buckets, hasBuckets } from "./buckets.ts";
import { Checkpoints } from "./checkpoints.ts";
import { Configurations } from "./configurations.ts";
import { type BlobStore, Blobs } from "./content/blobs.ts";
import { Contents } from "./content/contents.ts";
import { MemoryBlobs } from "./content/memory-blobs.ts";
import { Deliveries } from "./deliveries.ts";
import type { Protocol } from "./facts.ts";
import { type DiskSpace, isDiskFullError } from "./folder/disk-space.ts";
import {
	explain,
	findRemoval,
	isDamage,
	type OpenFolder,
	openFolder,
	watchRemoval,
} from "./folder/folder.ts";
import { Objects } from "./objects.ts";
import { markPlainCopyOutdated, PlainCopy } from "./plain-files/plain-copy.ts";
import { type BucketStat, readStat } from "./rows/bucket-stat.ts";
import type { DeliveryLimits } from "./rows/delivery-rows.ts";
import { Listing } from "./rows/listing.ts";
import { Parts } from "./rows/parts.ts";
import {
	Snapshots,
	type Steps,
	type StoredSnapshot,
} from "./rows/snapshots.ts";
import { UploadRows } from "./rows/upload-rows.ts";
import { Usage } from "./rows/usage.ts";
import { Versions } from "./rows/versions.ts";
import { openDatabase, type Sqlite } from "./schema.ts";
import { Transactions, type Work } from "./transactions.ts";
import type { StoredBucket } from "./types.ts";
import { Uploads } from "./uploads.ts";
import { waiting } from "./waiting.ts";
import { type OnChange, Writes } from "./writes.ts";

export type StoreOptions = {
	/** The data folder, which is created if it does not exist; null for memory. */
	readonly folder: string | null;
	/** Whether acknowledged writes must survive a power cut too. */
	readonly durable: boolean;
	/** Whether `<folder>/files` has a plain copy of every current object. */
	readonly files: boolean;
	/** Called with errors in the background; with a StartError if the emulator cannot continue. */
	readonly report: (error: unknown) => void;
	readonly protocol: Protocol;
	/** The maximum number of deliveries in the record. */
	readonly deliveries?: DeliveryLimits;
};

const DELIVERIES: DeliveryLimits = {
	countMax: 10_000,
	bytesMax: 64 * 1024 * 1024,
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

type Opened = Omit<OpenFolder, "blobs" | "diskSpace"> & {
	readonly blobs: BlobStore;
	readonly diskSpace: DiskSpace | null;
};

function openMemory(): Opened {
	const db = openDatabase(":memory:", false);
	const blobs = new MemoryBlobs();
	return { db, blobs, diskSpace: null, close: () => db.close() };
}

/** @returns the reason why the emulator cannot continue after the error: its database is damaged, or was removed */
function findFatal(folder: string | null, error: unknown): unknown {
	if (folder === null || error instanceof StartError) return undefined;
	return (
		findRemoval(folder) ??
		(isDamage(error) ? explain(folder, error) : undefined)
	);
}

export class Store {
	readonly #buckets: Buckets;
	readonly #objects: Objects;
	readonly #uploads: Uploads;
	readonly #configurations: Configurations;
	readonly #deliveries: Deliveries;
	/** The parts as they are used while a snapshot is restored, and its end. */
	#restoring: Restoring | undefined;
	readonly #db: Sqlite;
	readonly #transactions: Transactions;
	readonly #contents: Contents;
	readonly #blobs: Blobs;
	readonly #plainCopy: PlainCopy | null;
	readonly #snapshots: Snapshots;
	readonly #usage: Usage;
	readonly #onChange: OnChange;
	readonly #close: () => void;
	readonly #checkpoints: Checkpoints | null;
	readonly #report: StoreOptions["report"];
	readonly #folder: string | null;
	readonly #endWatch: () => void;

	private constructor(
		opened: Opened,
		transactions: Transactions,
		plainCopy: PlainCopy | null,
		{ folder, report, protocol, deliveries = DELIVERIES }: StoreOptions,
	) {
		const { db, close } = opened;
		const blobs = new Blobs(opened.blobs);
		this.#db = db;
		this.#transactions = transactions;
		this.#blobs = blobs;
		this.#plainCopy = plainCopy;
		this.#close = close;
		this.#checkpoints =
			folder === null
				? null
				: new Checkpoints(join(folder, "oss.db"), db, transactions, report);
		const usage = new Usage(db);
		this.#usage = usage;
		transactions.whenUndone(() => usage.undone());
		transactions.whenCommitted(() => {
			usage.committed();
			this.#checkpoints?.committed();
		});
		this.#report = report;
		this.#folder = folder;
		this.#endWatch = folder === null ? () => {} : watchRemoval(folder, report);
		const onChange: OnChange = (bucket, key) => plainCopy?.changed(bucket, key);
		const contents = new Contents(db, transactions, blobs, report);
		this.#contents = contents;
		opened.diskSpace?.beforeMoving(() => contents.saveRetained());
		const { refuse } = protocol;
		const versions = new Versions(db, contents, usage, refuse);
		const { alone } = transactions;
		this.#buckets = new Buckets(
			db,
			alone,
			(bucket) => {
				onChange(bucket, "");
				this.#configurations.forget(bucket);
				usage.clear();
			},
			refuse,
		);
		this.#configurations = new Configurations(db, alone, this.#buckets);
		this.#onChange = onChange;
		this.#snapshots = new Snapshots(db);
		const writes = new Writes(
			transactions,
			this.#buckets,
			contents,
			versions,
			onChange,
			protocol,
			opened.diskSpace,
		);
		this.#objects = new Objects(writes, new Listing(db, this.#buckets));
		this.#uploads = new Uploads(
			writes,
			new UploadRows(db),
			new Parts(db, contents, refuse),
		);
		this.#deliveries = new Deliveries(db, transactions, deliveries, (error) => {
			if (!isDiskFullError(error)) report(error);
		});
		blobs.sweep((name) => contents.isNamed(name), report);
	}

	/** @throws StartError if the folder cannot be used; it is not changed then */
	static async open(given: StoreOptions): Promise<Store> {
		const { folder, durable, files } = given;
		const report = (error: unknown): void =>
			given.report(findFatal(folder, error) ?? error);
		const options = { ...given, report };
		const opened =
			folder === null ? openMemory() : openFolder(folder, durable, report);
		try {
			const { diskSpace } = opened;
			const transactions = new Transactions(
				opened.db,
				(error) => diskSpace?.handleFullDisk(error) ?? false,
			);
			const commit = (): void => transactions.commit();
			const isEmpty = !hasBuckets(opened.db);
			const plainCopy =
				folder !== null && files
					? new PlainCopy(folder, isEmpty, commit, report, diskSpace)
					: null;
			if (folder !== null && !files) markPlainCopyOutdated(folder);
			return new Store(opened, transactions, plainCopy, options);
		} catch (error) {
			opened.close();
			throw explain(folder ?? "", error);
		}
	}

	get buckets(): Buckets {
		return this.#restoring?.buckets ?? this.#buckets;
	}

	get objects(): Objects {
		return this.#restoring?.objects ?? this.#objects;
	}

	get uploads(): Uploads {
		return this.#restoring?.uploads ?? this.#uploads;
	}

	/** Documents of buckets and accounts. */
	get configurations(): Configurations {
		return this.#restoring?.configurations ?? this.#configurations;
	}

	/** Requests that were sent to application servers. */
	get deliveries(): Deliveries {
		return this.#restoring?.deliveries ?? this.#deliveries;
	}

	/**
	 * Must be called with errors of the store that would otherwise count as bugs of the emulator.
	 *
	 * @returns whether the error has a known cause, which is reported: the disk is full, or the emulator cannot
	 *   continue
	 */
	explains(error: unknown): boolean {
		const fatal = findFatal(this.#folder, error);
		if (fatal) this.#report(fatal);
		return fatal !== undefined || isDiskFullError(error);
	}

	/**
	 * Deletes all buckets of an account, or of all accounts, including their contents, the documents of the account and
	 * the record of its deliveries. Objects that are being read can be read to the end. Snapshots remain.
	 */
	async reset(account?: string): Promise<void> {
		await this.#whole();
		this.#change(() => {
			const { owned, isAll } = this.#buckets.ownedBy(account);
			if (isAll) this.#deleteAllBuckets();
			else for (const bucket of owned) this.#deleteBucket(bucket);
			this.#configurations.clearAccounts(account);
			this.#deliveries.clearRows(account);
		});
	}

	/** SQLite empties a table in one step if there is no condition. */
	#deleteAllBuckets(): void {
		this.#contents.clear();
		this.#db.exec("DELETE FROM version; DELETE FROM part; DELETE FROM upload");
		this.#buckets.clear();
	}

	#deleteBucket({ id, name }: StoredBucket): void {
		this.#contents.dropOfBucket(id);
		for (const sql of DELETE_IN_BUCKET) this.#db.prepare(sql).run(id);
		this.#buckets.deleteRow(id, name);
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
		if (this.#snapshots.count() >= SNAPSHOTS_MAX) return undefined;
		this.#snapshots.insert(snapshot);
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
		const found = this.#snapshots.find(name);
		if (!found) return undefined;
		const { id, ...snapshot } = found;
		const changed = this.#plainCopy
			? yield* this.#snapshots.changedKeys(id)
			: [];
		this.#contents.saveRetained();
		const files = yield* this.#snapshots.restore(id);
		this.#contents.removeUnnamed(files);
		this.#deliveries.replaced();
		for (const [bucket, key] of changed) this.#onChange(bucket, key);
		return snapshot;
	}

	/** Resolves when no snapshot is being restored. */
	async #whole(): Promise<void> {
		while (this.#restoring) await this.#restoring.end;
	}

	/** Lists the snapshots in the order in which they were taken. */
	async listSnapshots(): Promise<StoredSnapshot[]> {
		await this.#whole();
		return this.#snapshots.list();
	}

	/** @returns whether there was a snapshot of that name */
	async deleteSnapshot(name: string): Promise<boolean> {
		return this.#changeInSteps(() => this.#deleteSnapshot(name));
	}

	*#deleteSnapshot(name: string): Steps<boolean> {
		const found = this.#snapshots.find(name);
		if (!found) return false;
		const files = yield* this.#snapshots.delete(found.id);
		this.#contents.removeUnnamed(files);
		return true;
	}

	/** Changes many rows in a separate commit, and then reloads the caches. */
	#change<T>(work: Work<T>): T {
		try {
			return this.#transactions.alone(work);
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
			buckets: waiting(this.#buckets, whole),
			objects: waiting(this.#objects, whole),
			uploads: waiting(this.#uploads, whole),
			configurations: waiting(this.#configurations, whole),
			deliveries: waiting(this.#deliveries, whole),
		};
		try {
			return await this.#transactions.inSteps(work);
		} finally {
			this.#reload();
			this.#restoring = undefined;
			resolve();
		}
	}

	#reload(): void {
		this.#buckets.reload();
		this.#configurations.reload();
		this.#deliveries.reload();
		this.#usage.clear();
	}

	/** The number and size of a bucket's objects. @param billedBytesMin the billed size of smaller objects */
	async stat(bucket: string, billedBytesMin = 0): Promise<BucketStat> {
		await this.#whole();
		const { id } = this.#buckets.require(bucket);
		return readStat(this.#db, id, billedBytesMin);
	}

	/** The size in bytes of all versions of a bucket. It is cached after the first call. */
	async usedBytes(bucket: string): Promise<number> {
		await this.#whole();
		return this.#usage.bytesOf(this.#buckets.require(bucket).id);
	}

	/** Resolves when the background work requested so far is done. */
	async settled(): Promise<void> {
		await this.#plainCopy?.settled();
		await this.#blobs.settled();
	}

	/** Resolves when all acknowledged writes are in their final place; the store must not be used afterwards. */
	async close(): Promise<void> {
		this.#endWatch();
		await this.#checkpoints?.close(); // writes may be waiting for this
		this.#transactions.commit();
		await this.#plainCopy?.close();
		await this.#blobs.close();
		this.#deliveries.close();
		this.#close();
	}
}
