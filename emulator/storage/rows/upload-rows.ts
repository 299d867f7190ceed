/** Rows of uploads, without their parts. */
import type { Statement } from "better-sqlite3";
import { type ListQuery, type Page, PageBuilder } from "../../oss/page.ts";
import { afterPrefix, laterOf } from "../../oss/utf8.ts";
import { END, type Sqlite } from "../schema.ts";
import type { StoredBucket, StoredUpload } from "../types.ts";
import { readState, writeState } from "./version-row.ts";

type UploadRow = {
	readonly id: string;
	readonly bucket: number;
	readonly key: string;
	readonly initiated_ms: number;
	readonly storage_class: StoredUpload["storageClass"];
	readonly acl: StoredUpload["acl"];
	readonly sequential: number;
	readonly properties: string;
	/** null stands for {}. */
	readonly state: string | null;
};

export type UploadListQuery = {
	readonly prefix: string;
	readonly keyMarker: string;
	/** Applies only with a key marker. */
	readonly uploadIdMarker: string;
};

export type UploadPageQuery = ListQuery & {
	/** Uploads of the key `after` with a later id are included too; '' for none. */
	readonly afterUploadId: string;
};

/** The number of rows read at a time. */
const ROWS_MAX = 1000;

/** A text that sorts after every upload id. */
const LAST_ID = "~";

export class UploadRows {
	readonly #find: Statement<[string, number], UploadRow>;
	readonly #insert: Statement<[UploadRow]>;
	readonly #delete: Statement<[string]>;
	readonly #after: Statement<
		[number, string, string, string | Buffer],
		UploadRow
	>;
	readonly #ofKey: Statement<[number, string, string], UploadRow>;
	readonly #from: Statement<[number, string, string | Buffer], UploadRow>;
	readonly #firstKey: Statement<[number, string, string | Buffer], string>;

	constructor(db: Sqlite) {
		this.#find = db.prepare("SELECT * FROM upload WHERE id = ? AND bucket = ?");
		this.#insert = db.prepare(
			`INSERT INTO upload (id, bucket, key, initiated_ms, storage_class, acl, sequential, properties, state)
       VALUES (@id, @bucket, @key, @initiated_ms, @storage_class, @acl, @sequential, @properties,
               @state)`,
		);
		this.#delete = db.prepare("DELETE FROM upload WHERE id = ?");
		this.#after = db.prepare(
			`SELECT * FROM upload WHERE bucket = ? AND (key, id) > (?, ?) AND key < ? ORDER BY key, id LIMIT ${ROWS_MAX}`,
		);
		this.#ofKey = db.prepare(
			"SELECT * FROM upload WHERE bucket = ? AND key = ? AND id > ? ORDER BY id",
		);
		const range = "FROM upload WHERE bucket = ? AND key >= ? AND key < ?";
		this.#from = db.prepare(`SELECT * ${range} ORDER BY key, id`);
		this.#firstKey = db
			.prepare<[number, string, string | Buffer], string>(
				`SELECT key ${range} ORDER BY key LIMIT 1`,
			)
			.pluck();
	}

	find(bucket: StoredBucket, id: string): StoredUpload | undefined {
		const row = this.#find.get(id, bucket.id);
		return row && toUpload(bucket.name, row);
	}

	insert(bucket: StoredBucket, upload: StoredUpload): void {
		this.#insert.run({
			id: upload.id,
			bucket: bucket.id,
			key: upload.key,
			initiated_ms: upload.initiated.getTime(),
			storage_class: upload.storageClass,
			acl: upload.acl,
			sequential: upload.sequential ? 1 : 0,
			properties: JSON.stringify(upload.properties),
			state: writeState(upload.state),
		});
	}

	delete(id: string): void {
		this.#delete.run(id);
	}

	page({ id, name }: StoredBucket, query: UploadPageQuery): Page<StoredUpload> {
		const { prefix, after, afterUploadId } = query;
		const builder = new PageBuilder<UploadRow, StoredUpload>(
			query,
			({ key }) => key,
			(row) => toUpload(name, row),
		);
		if (afterUploadId !== "" && after.startsWith(prefix))
			builder.takeRows(this.#ofKey.iterate(id, after, afterUploadId));
		builder.take(after && `${after}\0`, {
			from: (start, end) => this.#from.iterate(id, start, end || END),
			firstKey: (start, end) => this.#firstKey.get(id, start, end || END),
		});
		return builder.page();
	}

	/** Lists all uploads after the markers, in pages, each of which is read when it is needed. */
	*pages(
		bucket: StoredBucket,
		{ prefix, keyMarker, uploadIdMarker }: UploadListQuery,
	): Generator<readonly StoredUpload[]> {
		const end = afterPrefix(prefix) || END;
		let [key, id] =
			keyMarker !== "" && laterOf(prefix, keyMarker) === keyMarker
				? [keyMarker, uploadIdMarker || LAST_ID]
				: [prefix, ""];
		for (;;) {
			const rows = this.#after.all(bucket.id, key, id, end);
			yield rows.map((row) => toUpload(bucket.name, row));
			const last = rows.at(-1);
			if (!last || rows.length < ROWS_MAX) return;
			[key, id] = [last.key, last.id];
		}
	}
}

const toUpload = (bucket: string, row: UploadRow): StoredUpload => ({
	id: row.id,
	bucket,
	key: row.key,
	initiated: new Date(row.initiated_ms),
	storageClass: row.storage_class,
	acl: row.acl,
	sequential: row.sequential === 1,
	properties: JSON.parse(row.properties),
	state: readState(row.state),
});
