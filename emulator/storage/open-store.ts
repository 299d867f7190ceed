/**
 * Opens a store, on disk or in memory, and makes its parts.
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
import type { DeliveryLimits } from "./rows/delivery-rows.ts";
import { Listing } from "./rows/listing.ts";
import { Parts } from "./rows/parts.ts";
import { Snapshots } from "./rows/snapshots.ts";
import { UploadRows } from "./rows/upload-rows.ts";
import { Usage } from "./rows/usage.ts";
import { Versions } from "./rows/versions.ts";
import { openDatabase } from "./schema.ts";
import { Store, type StoreParts } from "./store.ts";
import { Transactions } from "./transactions.ts";
import { Uploads } from "./uploads.ts";
import { Writes } from "./writes.ts";

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

/** @throws StartError if the folder cannot be used; it is not changed then */
export async function openStore(given: StoreOptions): Promise<Store> {
	const { folder, durable, files } = given;
	const report = (error: unknown): void =>
		given.report(findFatal(folder, error) ?? error);
	const opened =
		folder === null ? openMemory() : openFolder(folder, durable, report);
	try {
		const { db, diskSpace } = opened;
		const transactions = new Transactions(
			db,
			(error) => diskSpace?.handleFullDisk(error) ?? false,
		);
		const plainCopy =
			folder !== null && files
				? new PlainCopy(
						folder,
						!hasBuckets(db),
						() => transactions.commit(),
						report,
						diskSpace,
					)
				: null;
		if (folder !== null && !files) markPlainCopyOutdated(folder);
		const options = { ...given, report };
		const parts = makeParts(opened, transactions, plainCopy, options);
		return new Store(parts, options);
	} catch (error) {
		opened.close();
		throw explain(folder ?? "", error);
	}
}

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

function makeParts(
	{ db, blobs: blobStore, diskSpace, close }: Opened,
	transactions: Transactions,
	plainCopy: PlainCopy | null,
	{ folder, report, protocol, deliveries = DELIVERIES }: StoreOptions,
): StoreParts {
	const { alone } = transactions;
	const { refuse } = protocol;
	const blobs = new Blobs(blobStore);
	const contents = new Contents(db, transactions, blobs, report);
	const usage = new Usage(db);
	const onBucketChange = (bucket: string): void => {
		plainCopy?.changed(bucket, "");
		configurations.forget(bucket);
		usage.clear();
	};
	const buckets = new Buckets(db, alone, onBucketChange, refuse);
	const configurations = new Configurations(db, alone, buckets);
	const versions = new Versions(db, contents, usage, refuse);
	const writes = new Writes({
		transactions,
		buckets,
		contents,
		versions,
		protocol,
		diskSpace,
		plainCopy,
	});
	const parts = new Parts(db, contents, refuse);
	const checkpoints =
		folder === null
			? null
			: new Checkpoints(join(folder, "oss.db"), db, transactions, report);
	diskSpace?.beforeMoving(() => contents.saveRetained());
	transactions.addListener(usage);
	if (checkpoints) transactions.addListener(checkpoints);
	blobs.sweep((name) => contents.isNamed(name), report);
	return {
		buckets,
		objects: new Objects(writes, new Listing(db, buckets)),
		uploads: new Uploads(writes, new UploadRows(db), parts),
		configurations,
		deliveries: new Deliveries(db, transactions, deliveries, (error) => {
			if (!isDiskFullError(error)) report(error);
		}),
		snapshots: new Snapshots(db),
		...{ db, transactions, contents, blobs, usage, checkpoints, plainCopy },
		explains: (error) => {
			const fatal = findFatal(folder, error);
			if (fatal) report(fatal);
			return fatal !== undefined || isDiskFullError(error);
		},
		endWatch: folder === null ? () => {} : watchRemoval(folder, report),
		close,
	};
}
