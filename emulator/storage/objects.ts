/**
 * Objects: written whole or not at all, read whole or not at all.
 *
 * An object exists from the moment its row is committed. Its content is written before that, and the content of its
 * predecessor is removed after that. So a reader receives the old object or the new one, and a crash leaves at most a
 * blob without a row.
 */
import type { ListQuery, Page } from "../oss/page.ts";
import { append } from "./appends.ts";
import { OpenContent } from "./content/open-content.ts";
import type { Listing, VersionListQuery } from "./rows/listing.ts";
import { toObject, type VersionRow } from "./rows/version-row.ts";
import type { Deleted } from "./rows/versions.ts";
import type { Expected, NewObject, Protect, StoredObject } from "./types.ts";
import { describe, type Writes } from "./writes.ts";

export type OpenObject = {
	readonly object: StoredObject;
	readonly content: OpenContent;
};

export class Objects {
	readonly #writes: Writes;
	readonly #listing: Listing;

	constructor(writes: Writes, listing: Listing) {
		this.#writes = writes;
		this.#listing = listing;
	}

	/**
	 * Stores `body` under a key, in place of the current object of that key.
	 *
	 * @throws that there is no such bucket when the body has been received; that the object exists; errors of `receive`
	 *   and `given.protect`. Nothing is stored then.
	 */
	async put(
		given: NewObject,
		body: AsyncIterable<Buffer>,
		expected: Expected = {},
	): Promise<StoredObject> {
		const { contents } = this.#writes;
		const received = await this.#writes.receive(body, expected);
		return this.#writes.keep(received, () =>
			this.#writes.insert(given, {
				...describe(given, received),
				type: "Normal",
				contentMd5: received.md5.toString("base64"),
				...contents.keep(received),
			}),
		);
	}

	/** Stores a symbolic link to `given.properties.symlinkTarget`. That its size in lists is 0 is a guess. */
	async putSymlink(given: NewObject, etag: string): Promise<StoredObject> {
		const { key, acl, modified, properties } = given;
		return this.#writes.transact(() =>
			this.#writes.insert(given, {
				key,
				acl,
				modified,
				properties,
				etag,
				type: "Symlink",
				size: 0,
				crc64: "0",
				contentMd5: "",
				content: null,
				data: null,
			}),
		);
	}

	/**
	 * @param versionId undefined for the current version
	 * @returns the version, which can be a delete marker; undefined if it does not exist
	 */
	async find(
		bucket: string,
		key: string,
		versionId?: string,
	): Promise<StoredObject | undefined> {
		return this.#find(bucket, key, versionId, false)?.object;
	}

	/** Like `find`, with the content held for reading; the caller must read or release it. */
	async open(
		bucket: string,
		key: string,
		versionId?: string,
	): Promise<OpenObject | undefined> {
		this.#writes.transactions.shareReads();
		const found = this.#find(bucket, key, versionId, true);
		if (!found) return undefined;
		const { object, row } = found;
		const { contents, protocol } = this.#writes;
		const content = new OpenContent(contents, row, row.size);
		const damage = content.findDamage();
		if (damage === undefined) return { object, content };
		content.release();
		contents.report(`${bucket}/${key} cannot be read: ${damage}`);
		throw protocol.refuse({ is: "damaged" });
	}

	#find(
		bucket: string,
		key: string,
		versionId: string | undefined,
		withData: boolean,
	): { readonly object: StoredObject; readonly row: VersionRow } | undefined {
		const { buckets, versions } = this.#writes;
		const stored = buckets.require(bucket);
		const row = versions.find(stored, key, versionId, withData);
		if (!row) return undefined;
		const isLatest = versionId === undefined || versions.isNewest(stored, row);
		return { object: toObject(stored, row, isLatest), row };
	}

	/**
	 * Creates an object with another one's content, which is shared, not copied.
	 *
	 * @param source a result of `find`. @throws that there is no such object, if it was deleted meanwhile
	 */
	async copy(source: StoredObject, given: NewObject): Promise<StoredObject> {
		const { key, acl, modified, properties } = given;
		return this.#writes.transact(() => {
			const found = this.#find(
				source.bucket,
				source.key,
				source.versionId,
				true,
			);
			if (!found || found.row.type === "DeleteMarker")
				throw this.#writes.protocol.refuse({
					is: "no-object",
					key: source.key,
				});
			return this.#writes.insert(given, {
				...found.object,
				key,
				acl,
				modified,
				properties,
				...this.#writes.contents.copy(found.row, 0, found.row.size - 1),
			});
		});
	}

	/**
	 * Appends to an appendable object, or creates one.
	 *
	 * @throws that `position` is not the end; that the object is not appendable, or sealed; errors of `receive`
	 */
	async append(
		given: NewObject,
		position: number,
		body: AsyncIterable<Buffer>,
		expected: Expected = {},
	): Promise<StoredObject> {
		return append(this.#writes, given, position, body, expected);
	}

	/**
	 * Changes the metadata of an object; `change` receives the current values and returns the new values.
	 *
	 * @throws that there is no such object, also for a delete marker
	 */
	async change(
		bucket: string,
		key: string,
		versionId: string | undefined,
		change: (
			object: StoredObject,
		) => Partial<
			Pick<
				StoredObject,
				"acl" | "modified" | "properties" | "storageClass" | "state"
			>
		>,
	): Promise<StoredObject> {
		return this.#writes.transact(() => {
			const found = this.#find(bucket, key, versionId, true);
			if (!found || found.row.type === "DeleteMarker")
				throw this.#writes.protocol.refuse({ is: "no-object", key });
			const changed = change(found.object);
			if (changed.modified) this.#writes.changed(bucket, key);
			const stored = this.#writes.buckets.require(bucket);
			this.#writes.versions.update(stored, found.row, changed);
			return { ...found.object, ...changed };
		});
	}

	/**
	 * Deletes the current version, or the version with an id. A missing object is not an error.
	 *
	 * @param protect is called before a version is removed, but not if a delete marker only hides it
	 * @param before is called first, in the same transaction; if it throws, nothing is deleted
	 */
	async delete(
		bucket: string,
		key: string,
		versionId: string | undefined,
		now: Date,
		protect?: Protect,
		before?: () => void,
	): Promise<Deleted> {
		const { buckets, versions } = this.#writes;
		return this.#writes.free(() => {
			before?.();
			const stored = buckets.require(bucket);
			this.#writes.changed(bucket, key);
			return versionId === undefined
				? versions.delete(stored, key, now, protect)
				: versions.deleteVersion(stored, key, versionId, protect);
		});
	}

	/**
	 * Lists current objects in the byte order of their keys; a page costs time only for the entries that it returns.
	 */
	async list(bucket: string, query: ListQuery): Promise<Page<StoredObject>> {
		return this.#listing.list(bucket, query);
	}

	/** Lists all versions and delete markers, newest first within a key. */
	async listVersions(
		bucket: string,
		query: VersionListQuery,
	): Promise<Page<StoredObject>> {
		return this.#listing.listVersions(bucket, query);
	}
}
