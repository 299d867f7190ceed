/**
 * The common steps of all writes to a key: one transaction, removal of received blobs if it fails, and a notification
 * of the plain copy.
 */
import type { Buckets } from "./buckets.ts";
import type { Blobs } from "./content/blobs.ts";
import type { Contents } from "./content/contents.ts";
import { type Received, receive } from "./content/receive.ts";
import type { Protocol } from "./facts.ts";
import { type DiskSpace, isDiskFullError } from "./folder/disk-space.ts";
import type { PlainCopy } from "./plain-files/plain-copy.ts";
import type { NewVersion } from "./rows/version-row.ts";
import type { Versions } from "./rows/versions.ts";
import type { Transactions, Work } from "./transactions.ts";
import type { Expected, NewObject, StoredObject } from "./types.ts";

export type WritesParts = Pick<
	Writes,
	| "transactions"
	| "buckets"
	| "contents"
	| "versions"
	| "protocol"
	| "diskSpace"
	| "plainCopy"
>;

export class Writes {
	readonly transactions: Transactions;
	readonly buckets: Buckets;
	readonly contents: Contents;
	readonly versions: Versions;
	readonly protocol: Protocol;
	/** null if the store is in memory. */
	readonly diskSpace: DiskSpace | null;
	/** null if there is no plain copy. */
	readonly plainCopy: Pick<PlainCopy, "changed"> | null;
	/** Refuses new blobs if the disk is full. */
	readonly #limitedBlobs: Pick<Blobs, "create">;

	constructor(parts: WritesParts) {
		this.transactions = parts.transactions;
		this.buckets = parts.buckets;
		this.contents = parts.contents;
		this.versions = parts.versions;
		this.protocol = parts.protocol;
		this.diskSpace = parts.diskSpace;
		this.plainCopy = parts.plainCopy;
		this.#limitedBlobs = {
			create: () => {
				this.requireSpace("blob");
				return this.contents.blobs.create();
			},
		};
	}

	/** Like `Transactions.share`, for work that needs space. @throws that the disk is full */
	transact<T>(work: Work<T>): Promise<T> {
		this.requireSpace("row");
		return this.#share(work);
	}

	/** Like `transact`, for work that frees space: it runs even if the disk is full. */
	free<T>(work: Work<T>): Promise<T> {
		return this.#share(work);
	}

	async #share<T>(work: Work<T>): Promise<T> {
		try {
			return await this.transactions.share(work);
		} catch (error) {
			throw isDiskFullError(error)
				? this.protocol.refuse({ is: "disk-full" })
				: error;
		}
	}

	/** @throws that the disk is full */
	requireSpace(place: "row" | "blob"): void {
		if (this.diskSpace && !this.diskSpace.allowsWrite(place))
			throw this.protocol.refuse({ is: "disk-full" });
	}

	/** Like `receive`. @throws also that the disk is full */
	async receive(
		body: AsyncIterable<Buffer>,
		expected: Expected,
	): Promise<Received> {
		const { refuse } = this.protocol;
		this.requireSpace("row");
		try {
			const received = await receive(
				body,
				this.#limitedBlobs,
				expected,
				refuse,
			);
			this.diskSpace?.wrote(received.size);
			return received;
		} catch (error) {
			this.diskSpace?.handleFullDisk(error);
			throw isDiskFullError(error) ? refuse({ is: "disk-full" }) : error;
		}
	}

	/** Commits a received body, or removes it again. */
	async keep<T>(received: Received, commit: () => T): Promise<T> {
		try {
			return await this.transact(commit);
		} catch (error) {
			if (received.blob) this.contents.blobs.remove([received.blob]);
			throw error;
		}
	}

	/**
	 * Inside a transaction, which reads the bucket again: it may have been deleted, or its versioning may have been
	 * enabled, while the body was received.
	 *
	 * @throws that there is no such bucket (any more); that the object exists; errors of `given.protect`
	 */
	insert(
		given: NewObject,
		version: Omit<NewVersion, "storageClass" | "state">,
	): StoredObject {
		const bucket = this.buckets.require(given.bucket);
		const complete = {
			...version,
			storageClass: given.storageClass ?? bucket.storageClass,
			state: given.state ?? {},
		};
		this.changed(given.bucket, given.key);
		const versionId = this.versions.insert(
			bucket,
			complete,
			given.forbidOverwrite,
			given.protect,
		);
		const { content: _content, data: _data, ...object } = complete;
		return {
			...object,
			bucket: given.bucket,
			versionId,
			isLatest: true,
			isVersioned: bucket.versioning !== "",
		};
	}

	/** Must be called before the commit with every key whose current version may change. */
	changed(bucket: string, key: string): void {
		this.plainCopy?.changed(bucket, key);
	}
}

/** The columns of a version that come from the writer's metadata and content. */
export function describe(
	{ key, acl, modified, properties }: NewObject,
	{ size, md5, crc64 }: Pick<Received, "size" | "md5" | "crc64">,
): Pick<
	NewVersion,
	"key" | "acl" | "modified" | "properties" | "size" | "etag" | "crc64"
> {
	return {
		key,
		acl,
		modified,
		properties,
		size,
		etag: md5.toString("hex").toUpperCase(),
		crc64: String(crc64),
	};
}
