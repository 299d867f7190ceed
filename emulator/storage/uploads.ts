/**
 * Multipart uploads: parts are stored as they come; completing strings their contents together without copying.
 *
 * Source: docs «InitiateMultipartUpload» … «ListMultipartUploads».
 */
import { createHash, randomBytes } from "node:crypto";
import { OssError } from "../oss/errors.ts";
import { chooseParts, joinDigests, type NamedPart } from "./completion.ts";
import { digestsOfStored } from "./content/digests.ts";
import { OpenContent } from "./content/open-content.ts";
import { type Received, receive } from "./content/receive.ts";
import { noSuchKey } from "./objects.ts";
import type { Parts, PartWithContent } from "./rows/parts.ts";
import type { UploadListQuery, UploadRows } from "./rows/upload-rows.ts";
import type { VersionRow } from "./rows/versions.ts";
import type {
	Expected,
	NewObject,
	Protect,
	StoredObject,
	StoredPart,
	StoredUpload,
} from "./types.ts";
import type { Writes } from "./writes.ts";

export class Uploads {
	readonly #writes: Writes;
	readonly #rows: UploadRows;
	readonly #parts: Parts;

	constructor(writes: Writes, rows: UploadRows, parts: Parts) {
		this.#writes = writes;
		this.#rows = rows;
		this.#parts = parts;
	}

	async initiate(given: NewObject, sequential: boolean): Promise<StoredUpload> {
		const bucket = this.#writes.buckets.require(given.bucket);
		const upload = {
			id: randomBytes(16).toString("hex").toUpperCase(),
			bucket: given.bucket,
			key: given.key,
			initiated: given.modified,
			storageClass: given.storageClass ?? bucket.storageClass,
			acl: given.acl,
			sequential,
			properties: given.properties,
			state: given.state ?? {},
		};
		await this.#writes.transact(() => this.#rows.insert(bucket, upload));
		return upload;
	}

	/** @throws OssError NoSuchBucket */
	async find(
		bucket: string,
		key: string,
		id: string,
	): Promise<StoredUpload | undefined> {
		return this.#find(bucket, key, id);
	}

	#find(bucket: string, key: string, id: string): StoredUpload | undefined {
		const upload = this.#rows.find(this.#writes.buckets.require(bucket), id);
		return upload?.key === key ? upload : undefined;
	}

	#require(bucket: string, key: string, id: string): StoredUpload {
		const upload = this.#find(bucket, key, id);
		if (!upload)
			throw new OssError("NoSuchUpload", { details: { UploadId: id } });
		return upload;
	}

	/** Uploads in the order of their keys, then of their ids, after the markers; all of them: the caller makes pages. */
	async *list(
		bucket: string,
		query: UploadListQuery,
	): AsyncGenerator<StoredUpload> {
		yield* this.#rows.list(this.#writes.buckets.require(bucket), query);
	}

	/** Stores a part, in place of one of the same number. @throws OssError NoSuchUpload, what `receive` throws */
	async putPart(
		upload: StoredUpload,
		number: number,
		modified: Date,
		body: AsyncIterable<Buffer>,
		expected: Expected = {},
	): Promise<StoredPart & { readonly contentMd5: string }> {
		const { contents } = this.#writes;
		const received = await receive(body, contents.blobs, expected);
		const part = describePart(number, received, modified);
		await this.#writes.keep(received, () => {
			this.#require(upload.bucket, upload.key, upload.id);
			this.#parts.replace(upload, { ...part, ...contents.keep(received) });
		});
		return { ...part, contentMd5: received.md5.toString("base64") };
	}

	/**
	 * Makes a part of bytes of an object, both ends included. They are read for their digests, and shared, not copied.
	 *
	 * @throws OssError NoSuchUpload; NoSuchKey when the object has changed since
	 */
	async copyPart(
		upload: StoredUpload,
		number: number,
		modified: Date,
		source: StoredObject,
		range: { readonly first: number; readonly last: number },
	): Promise<StoredPart> {
		const { contents } = this.#writes;
		const { first, last } = range;
		const row = this.#requireSource(source);
		const content = new OpenContent(contents, row, row.size);
		const digests = await digestsOfStored(content.read(first, last));
		const size = last - first + 1;
		const part = describePart(number, { ...digests, size }, modified);
		return this.#writes.transact(() => {
			this.#require(upload.bucket, upload.key, upload.id);
			const copied = contents.copy(this.#requireSource(source), first, last);
			this.#parts.replace(upload, { ...part, ...copied });
			return part;
		});
	}

	#requireSource({ bucket, key, versionId, etag }: StoredObject): VersionRow {
		const { buckets, versions } = this.#writes;
		const row = versions.find(buckets.require(bucket), key, versionId, true);
		if (row?.etag !== etag) throw noSuchKey(key);
		return row;
	}

	/** Parts after `after`, by number. */
	async parts(
		upload: StoredUpload,
		after?: number,
		max?: number,
	): Promise<StoredPart[]> {
		return this.#parts
			.list(upload.id, after, max)
			.map(({ content: _content, ...part }) => part);
	}

	/**
	 * Makes the object of the parts named, in their order; parts that are not named go.
	 *
	 * @param named null for all parts there are
	 * @throws OssError NoSuchUpload, InvalidPart, InvalidPartOrder, EntityTooSmall, FileAlreadyExists, what `protect`
	 *   throws; the upload stays
	 */
	async complete(
		upload: StoredUpload,
		named: readonly NamedPart[] | null,
		modified: Date,
		forbidOverwrite: boolean,
		protect?: Protect,
	): Promise<StoredObject> {
		const given = {
			...{ ...upload, modified, forbidOverwrite },
			...(protect ? { protect } : {}),
		};
		if (!upload.sequential) return this.#join(given, named, "");
		// Reading takes time: what is completed is what was read, or the part is invalid.
		const parts = chooseParts(this.#parts.list(upload.id), named);
		return this.#join(given, parts, await this.#md5Of(upload, parts));
	}

	#join(
		given: StoredUpload & NewObject,
		named: readonly NamedPart[] | null,
		contentMd5: string,
	): Promise<StoredObject> {
		const { key, acl, modified, properties } = given;
		return this.#writes.transact(() => {
			this.#require(given.bucket, given.key, given.id);
			const parts = chooseParts(this.#parts.list(given.id), named);
			const object = this.#writes.insert(given, {
				...{ key, acl, modified, properties, contentMd5 },
				type: "Multipart",
				...joinDigests(parts),
				...this.#parts.join(given.id, parts),
			});
			this.#parts.removeAll(given.id);
			this.#rows.delete(given.id);
			return object;
		});
	}

	/** Of all bytes, which are read again for it: only a sequential upload's object has one. */
	async #md5Of(
		{ id }: StoredUpload,
		parts: readonly PartWithContent[],
	): Promise<string> {
		const md5 = createHash("md5");
		const open = parts.map((part) => this.#parts.open(id, part));
		try {
			for (const content of open) {
				const bytes = content.read();
				if (Buffer.isBuffer(bytes)) md5.update(bytes);
				else for await (const chunk of bytes) md5.update(chunk);
			}
		} finally {
			for (const content of open) content.release();
		}
		return md5.digest("base64");
	}

	/** @throws OssError NoSuchUpload */
	async abort(bucket: string, key: string, id: string): Promise<void> {
		await this.#writes.transact(() => {
			this.#require(bucket, key, id);
			this.#parts.removeAll(id);
			this.#rows.delete(id);
		});
	}
}

const describePart = (
	number: number,
	{ size, md5, crc64 }: Pick<Received, "size" | "md5" | "crc64">,
	modified: Date,
): StoredPart => ({
	number,
	size,
	etag: md5.toString("hex").toUpperCase(),
	crc64: String(crc64),
	modified,
});
