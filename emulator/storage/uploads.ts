/**
 * Multipart uploads: parts are stored as they arrive; completing concatenates their contents without copying.
 */

import { createHash, randomBytes } from "node:crypto";
import type { Page } from "../oss/page.ts";
import { OpenContent } from "./content/open-content.ts";
import type { Received } from "./content/receive.ts";
import { digestsOfStored } from "./content/receive.ts";
import type { Parts, PartWithContent } from "./rows/parts.ts";
import type {
	UploadListQuery,
	UploadPageQuery,
	UploadRows,
} from "./rows/upload-rows.ts";
import type { VersionRow } from "./rows/version-row.ts";
import type {
	Expected,
	NewObject,
	Protect,
	StoredObject,
	StoredPart,
	StoredUpload,
} from "./types.ts";
import type { Writes } from "./writes.ts";

/** The parts of an object in their order, and the facts about the object. */
export type Joined<Part> = {
	readonly parts: readonly Part[];
	readonly size: number;
	readonly etag: string;
	readonly crc64: string;
};

export type ChooseParts = <Part extends StoredPart>(
	stored: readonly Part[],
) => Joined<Part>;

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
		const { buckets } = this.#writes;
		const { storageClass } = buckets.require(given.bucket);
		const upload = {
			id: randomBytes(16).toString("hex").toUpperCase(),
			bucket: given.bucket,
			key: given.key,
			initiated: given.modified,
			storageClass: given.storageClass ?? storageClass,
			acl: given.acl,
			sequential,
			properties: given.properties,
			state: given.state ?? {},
		};
		await this.#writes.transact(() =>
			this.#rows.insert(buckets.require(given.bucket), upload),
		);
		return upload;
	}

	/** @throws that there is no such bucket */
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
		if (!upload) throw this.#writes.protocol.refuse({ is: "no-upload", id });
		return upload;
	}

	/** One page of the uploads, in the order of their keys, then of their ids. */
	async page(
		bucket: string,
		query: UploadPageQuery,
	): Promise<Page<StoredUpload>> {
		return this.#rows.page(this.#writes.buckets.require(bucket), query);
	}

	/** All uploads after the markers, in the same order. */
	async *list(
		bucket: string,
		query: UploadListQuery,
	): AsyncGenerator<StoredUpload> {
		const { buckets, transactions } = this.#writes;
		const stored = buckets.require(bucket);
		for (const page of this.#rows.pages(stored, query)) {
			yield* page;
			while (transactions.changing) await transactions.changing;
			// A restored snapshot may have brought another bucket of that name.
			if (buckets.peek(bucket)?.id !== stored.id) return;
		}
	}

	/** Stores a part; replaces one with the same number. @throws that there is no such upload; errors of `receive` */
	async putPart(
		upload: StoredUpload,
		number: number,
		modified: Date,
		body: AsyncIterable<Buffer>,
		expected: Expected = {},
	): Promise<StoredPart & { readonly contentMd5: string }> {
		const { contents } = this.#writes;
		const received = await this.#writes.receive(body, expected);
		const part = describePart(number, received, modified);
		await this.#writes.keep(received, () => {
			this.#require(upload.bucket, upload.key, upload.id);
			this.#parts.replace(upload, { ...part, ...contents.keep(received) });
		});
		return { ...part, contentMd5: received.md5.toString("base64") };
	}

	/**
	 * Makes a part of a range of an object, both ends included. Its bytes are read for their digests, and shared, not
	 * copied.
	 *
	 * @throws that there is no such upload; that there is no such object, if it has changed since
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
		if (row?.etag !== etag)
			throw this.#writes.protocol.refuse({ is: "no-object", key });
		return row;
	}

	/** The parts after number `after`, by number. */
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
	 * Makes the object of the chosen parts, in their order; the other parts are deleted.
	 *
	 * @param choose may be called more than once
	 * @throws that there is no such upload, or that the object exists; errors of `choose` and `protect`. The upload
	 *   remains then.
	 */
	async complete(
		upload: StoredUpload,
		choose: ChooseParts,
		modified: Date,
		forbidOverwrite: boolean,
		protect?: Protect,
	): Promise<StoredObject> {
		const given = {
			...upload,
			modified,
			forbidOverwrite,
			...(protect ? { protect } : {}),
		};
		const { bucket, key, id } = upload;
		const chooseNow = (): Joined<PartWithContent> => {
			this.#require(bucket, key, id);
			return choose(this.#parts.list(id));
		};
		if (!upload.sequential) {
			const join = () => this.#join(given, chooseNow(), "");
			return this.#writes.free(join);
		}
		const { transactions } = this.#writes;
		for (;;) {
			while (transactions.changing) await transactions.changing;
			const read = chooseNow();
			const contentMd5 = await this.#md5Of(upload, read.parts);
			const object = await this.#writes.free(() => {
				const chosen = chooseNow();
				// A part may have been replaced while its bytes were read.
				const isSame = chosen.etag === read.etag;
				return isSame ? this.#join(given, chosen, contentMd5) : undefined;
			});
			if (object) return object;
		}
	}

	/** Inside a transaction. */
	#join(
		given: StoredUpload & NewObject,
		{ parts, ...joined }: Joined<PartWithContent>,
		contentMd5: string,
	): StoredObject {
		const { key, acl, modified, properties } = given;
		const object = this.#writes.insert(given, {
			key,
			acl,
			modified,
			properties,
			contentMd5,
			type: "Multipart",
			...joined,
			...this.#parts.join(given.id, parts),
		});
		this.#parts.removeAll(given.id);
		this.#rows.delete(given.id);
		return object;
	}

	/** The MD5 of all bytes, which are read again for it: only the object of a sequential upload has one. */
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

	/** @throws that there is no such upload */
	async abort(bucket: string, key: string, id: string): Promise<void> {
		await this.#writes.free(() => {
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
