/**
 * Everything the emulator keeps: metadata in SQLite, large contents in blobs; on disk under one folder, or in memory.
 *
 * The only module that knows SQL. Its methods are asynchronous so that another engine can take its place.
 */

import { Buckets, hasBuckets } from "./buckets.ts";
import { Configurations } from "./configurations.ts";
import { Blobs } from "./content/blobs.ts";
import { Contents } from "./content/contents.ts";
import { MemoryBlobs } from "./content/memory-blobs.ts";
import { Deliveries } from "./deliveries.ts";
import { openFolder } from "./folder.ts";
import { Objects } from "./objects.ts";
import { neglectPlainCopy, PlainCopy } from "./plain-files/plain-copy.ts";
import { type BucketStat, readStat } from "./rows/bucket-stat.ts";
import type { DeliveryLimits } from "./rows/delivery-rows.ts";
import { Listing } from "./rows/listing.ts";
import { Parts } from "./rows/parts.ts";
import { UploadRows } from "./rows/upload-rows.ts";
import { Versions } from "./rows/versions.ts";
import { openDatabase, type Sqlite } from "./schema.ts";
import { Transactions } from "./transactions.ts";
import { Uploads } from "./uploads.ts";
import { type OnChange, Writes } from "./writes.ts";

export type StoreOptions = {
	/** The data folder, made if absent; null for memory. */
	readonly folder: string | null;
	/** Whether what was acknowledged survives a power cut too. */
	readonly durable: boolean;
	/** Whether `<folder>/files` shows a plain copy of every current object. */
	readonly files: boolean;
	/** Told of what goes wrong in the background. */
	readonly report: (error: unknown) => void;
	/** How many deliveries are remembered. */
	readonly deliveries?: DeliveryLimits;
};

const DELIVERIES: DeliveryLimits = {
	countMax: 10_000,
	bytesMax: 64 * 1024 * 1024,
};

export class Store {
	readonly buckets: Buckets;
	readonly objects: Objects;
	readonly uploads: Uploads;
	/** The documents of buckets and accounts. */
	readonly configurations: Configurations;
	/** What application servers were sent. */
	readonly deliveries: Deliveries;
	readonly #db: Sqlite;
	readonly #transactions: Transactions;
	readonly #contents: Contents;
	readonly #blobs: Blobs;
	readonly #plainCopy: PlainCopy | null;
	readonly #unlock: () => void;

	private constructor(
		db: Sqlite,
		transactions: Transactions,
		blobs: Blobs,
		plainCopy: PlainCopy | null,
		unlock: () => void,
		{ report, deliveries = DELIVERIES }: StoreOptions,
	) {
		this.#db = db;
		this.#transactions = transactions;
		this.#blobs = blobs;
		this.#plainCopy = plainCopy;
		this.#unlock = unlock;
		const onChange: OnChange = (bucket, key) => plainCopy?.changed(bucket, key);
		const contents = new Contents(db, transactions, blobs);
		this.#contents = contents;
		const versions = new Versions(db, contents);
		const { alone } = transactions;
		this.buckets = new Buckets(db, alone, (bucket) => {
			onChange(bucket, "");
			this.configurations.forget(bucket);
		});
		this.configurations = new Configurations(db, alone, this.buckets);
		const writes = new Writes(
			transactions,
			this.buckets,
			contents,
			versions,
			onChange,
		);
		this.objects = new Objects(writes, new Listing(db, this.buckets));
		this.uploads = new Uploads(
			writes,
			new UploadRows(db),
			new Parts(db, contents),
		);
		this.deliveries = new Deliveries(db, transactions, deliveries, report);
		blobs.sweep((name) => contents.isNamed(name), report);
	}

	/** @throws StartError when the folder cannot be used; nothing has been written then */
	static async open(options: StoreOptions): Promise<Store> {
		const { folder, durable, files, report } = options;
		if (folder === null) {
			const db = openDatabase(":memory:", false);
			return new Store(
				db,
				new Transactions(db),
				new Blobs(new MemoryBlobs()),
				null,
				() => {},
				options,
			);
		}
		const { db, blobs, unlock } = openFolder(folder, durable, report);
		const transactions = new Transactions(db);
		const commit = (): void => transactions.commit();
		const plainCopy = files
			? new PlainCopy(folder, !hasBuckets(db), commit, report)
			: null;
		if (!plainCopy) neglectPlainCopy(folder);
		return new Store(
			db,
			transactions,
			new Blobs(blobs),
			plainCopy,
			unlock,
			options,
		);
	}

	/** All buckets with all that is in them, and the record of deliveries; who reads an object gets it whole. */
	async clear(): Promise<void> {
		await this.deliveries.clear();
		this.#transactions.alone(() => {
			this.#db.exec(
				"DELETE FROM version; DELETE FROM part; DELETE FROM upload",
			);
			this.#contents.clear();
			this.configurations.clear();
			this.buckets.clear();
		});
	}

	/** How much a bucket holds. @throws OssError NoSuchBucket */
	async stat(bucket: string): Promise<BucketStat> {
		return readStat(this.#db, this.buckets.require(bucket).id);
	}

	/** When all that is done in the background has been done, as far as it has been asked for by now. */
	async settled(): Promise<void> {
		await this.#plainCopy?.settled();
		await this.#blobs.settled();
	}

	/** Everything acknowledged is in its place after this; nothing may be asked of the store any more. */
	async close(): Promise<void> {
		this.#transactions.commit();
		await this.#plainCopy?.close();
		await this.#blobs.close();
		this.deliveries.close();
		this.#db.close();
		this.#unlock();
	}
}
