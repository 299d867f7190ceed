/**
 * Rows of versions, and OSS's rules for replacing versions.
 *
 * Every method that writes is called inside a transaction. The newest row of a key is listed unless it is a delete
 * marker; outside versioning there is one row, whose version id is the word `null`.
 *
 * Source: docs «Overview of versioning», «DeleteObject».
 */
import { randomBytes } from "node:crypto";
import type { Statement } from "better-sqlite3";
import type { ContentColumns, Contents } from "../content/contents.ts";
import type { Refuse } from "../facts.ts";
import type { Sqlite } from "../schema.ts";
import type {
	ObjectProperties,
	ObjectState,
	Protect,
	StoredBucket,
	StoredObject,
} from "../types.ts";

/** A version without its position in a key's history. */
export type NewVersion = ContentColumns &
	Omit<StoredObject, "bucket" | "versionId" | "isLatest" | "isVersioned">;

export type VersionRow = ContentColumns & {
	readonly id: number;
	readonly key: string;
	readonly version_id: string;
	readonly listed: number;
	readonly type: StoredObject["type"];
	readonly size: number;
	readonly etag: string;
	readonly crc64: string;
	readonly md5: string;
	readonly modified_ms: number;
	readonly storage_class: StoredObject["storageClass"];
	readonly acl: StoredObject["acl"];
	readonly properties: string;
	/** null stands for {}: most objects have no state. */
	readonly state: string | null;
};

/** All columns except `data`: a HEAD or a listing does not read contents. */
export const COLUMNS =
	"id, key, version_id, listed, type, size, etag, crc64, md5, modified_ms, storage_class, acl, properties, state, content";

/** The columns that are stored for a listed row. */
const LISTED_COLUMNS =
	"id, key, version_id, type, size, etag, crc64, md5, modified_ms, storage_class, acl, properties, state, content";

/** The values of these columns in this order, and `data`: an array costs 1 µs less than an object. */
type ListedRow = readonly [
	id: VersionRow["id"],
	key: VersionRow["key"],
	versionId: VersionRow["version_id"],
	type: VersionRow["type"],
	size: VersionRow["size"],
	etag: VersionRow["etag"],
	crc64: VersionRow["crc64"],
	md5: VersionRow["md5"],
	modifiedMs: VersionRow["modified_ms"],
	storageClass: VersionRow["storage_class"],
	acl: VersionRow["acl"],
	properties: VersionRow["properties"],
	state: VersionRow["state"],
	content: VersionRow["content"],
	data: VersionRow["data"],
];

const toListedRow = (row: ListedRow): VersionRow => ({
	id: row[0],
	key: row[1],
	version_id: row[2],
	listed: 1,
	type: row[3],
	size: row[4],
	etag: row[5],
	crc64: row[6],
	md5: row[7],
	modified_ms: row[8],
	storage_class: row[9],
	acl: row[10],
	properties: row[11],
	state: row[12],
	content: row[13],
	data: row[14],
});

/** The values of a writer by position: names cost 1.5 µs more. */
type Written = readonly [
	type: VersionRow["type"],
	size: VersionRow["size"],
	etag: VersionRow["etag"],
	crc64: VersionRow["crc64"],
	md5: VersionRow["md5"],
	modifiedMs: VersionRow["modified_ms"],
	storageClass: VersionRow["storage_class"],
	acl: VersionRow["acl"],
	properties: VersionRow["properties"],
	state: VersionRow["state"],
	content: VersionRow["content"],
	data: VersionRow["data"],
];

type Place = readonly [
	bucket: number,
	key: string,
	versionId: string,
	listed: number,
];

const toWritten = (version: NewVersion): Written => [
	version.type,
	version.size,
	version.etag,
	version.crc64,
	version.contentMd5,
	version.modified.getTime(),
	version.storageClass,
	version.acl,
	JSON.stringify(version.properties),
	writeState(version.state),
	version.content,
	version.data,
];

export type Deleted = {
	/** '' in a bucket that never had versioning. */
	readonly versionId: string;
	/** Whether a delete marker was created or deleted. */
	readonly deleteMarker: boolean;
};

const NO_PROPERTIES: ObjectProperties = {
	contentType: "",
	headers: {},
	userMetadata: {},
	tags: {},
};

export class Versions {
	readonly #contents: Contents;
	readonly #refuse: Refuse;
	readonly #listed: Statement<[number, string], ListedRow>;
	readonly #listedWithData: Statement<[number, string], ListedRow>;
	readonly #newestUnlisted: Statement<[number, string], VersionRow>;
	readonly #unlisted: Statement<[number, string, string], VersionRow>;
	readonly #data: Statement<[number], { readonly data: Buffer | null }>;
	readonly #insert: Statement<[...Written, ...Place]>;
	readonly #delete: Statement<[number]>;
	readonly #list: Statement<[number, number]>;
	readonly #update: Statement<[object]>;
	readonly #replace: Statement<[...Written, id: number]>;

	constructor(db: Sqlite, contents: Contents, refuse: Refuse) {
		this.#contents = contents;
		this.#refuse = refuse;
		const ofKey = "FROM version WHERE bucket = ? AND key = ?";
		this.#listed = db
			.prepare<[number, string], ListedRow>(
				`SELECT ${LISTED_COLUMNS}, NULL ${ofKey} AND listed = 1`,
			)
			.raw();
		this.#listedWithData = db
			.prepare<[number, string], ListedRow>(
				`SELECT ${LISTED_COLUMNS}, data ${ofKey} AND listed = 1`,
			)
			.raw();
		this.#newestUnlisted = db.prepare(
			`SELECT ${COLUMNS}, NULL AS data ${ofKey} AND listed = 0 ORDER BY id DESC LIMIT 1`,
		);
		this.#unlisted = db.prepare(
			`SELECT ${COLUMNS}, NULL AS data ${ofKey} AND listed = 0 AND version_id = ? LIMIT 1`,
		);
		this.#data = db.prepare("SELECT data FROM version WHERE id = ?");
		this.#insert = db.prepare(
			`INSERT INTO version (type, size, etag, crc64, md5, modified_ms, storage_class, acl, properties, state, content,
                            data, bucket, key, version_id, listed)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		);
		this.#delete = db.prepare("DELETE FROM version WHERE id = ?");
		this.#replace = db.prepare(
			`UPDATE version SET type = ?, size = ?, etag = ?, crc64 = ?, md5 = ?, modified_ms = ?, storage_class = ?, acl = ?,
                          properties = ?, state = ?, content = ?, data = ?
       WHERE id = ?`,
		);
		this.#list = db.prepare("UPDATE version SET listed = ? WHERE id = ?");
		this.#update = db.prepare(
			`UPDATE version SET size = @size, etag = @etag, crc64 = @crc64, modified_ms = @modifiedMs, acl = @acl,
                          storage_class = @storageClass, properties = @properties, state = @state, content = @content,
                          data = @data
       WHERE id = @id`,
		);
	}

	/**
	 * The row of a version, or of the newest version, which can be a delete marker.
	 *
	 * @param withData whether `data` is read; otherwise it is null
	 */
	find(
		bucket: StoredBucket,
		key: string,
		versionId?: string,
		withData = false,
	): VersionRow | undefined {
		const listed = this.#findListed(bucket, key, withData);
		if (listed && (versionId === undefined || versionId === listed.version_id))
			return listed;
		if (!listed && bucket.versioning === "") return undefined;
		const row =
			versionId === undefined
				? this.#newestUnlisted.get(bucket.id, key)
				: this.#unlisted.get(bucket.id, key, versionId);
		return row && withData ? this.withData(row) : row;
	}

	#findListed(
		{ id }: StoredBucket,
		key: string,
		withData = false,
	): VersionRow | undefined {
		const statement = withData ? this.#listedWithData : this.#listed;
		const row = statement.get(id, key);
		return row && toListedRow(row);
	}

	withData(row: VersionRow): VersionRow {
		return { ...row, data: this.#data.get(row.id)?.data ?? null };
	}

	isNewest(bucket: StoredBucket, row: VersionRow): boolean {
		return row.listed === 1 || this.find(bucket, row.key)?.id === row.id;
	}

	/**
	 * Adds a version as the newest of its key, and removes the version that it replaces.
	 *
	 * @param protect called before that version is removed
	 * @returns its version id
	 * @throws that the object exists, with `forbidOverwrite`, which applies only if versioning was never enabled;
	 *   errors of `protect`
	 */
	insert(
		bucket: StoredBucket,
		version: NewVersion,
		forbidOverwrite: boolean,
		protect?: Protect,
	): string {
		const previous = this.#findListed(bucket, version.key);
		if (previous && forbidOverwrite && bucket.versioning === "") {
			throw this.#refuse({ is: "object-exists", key: version.key });
		}
		const versionId = bucket.versioning === "Enabled" ? newVersionId() : "null";
		const replaced =
			versionId === "null"
				? this.#findNull(bucket, version.key, previous)
				: undefined;
		const columns = toWritten(version);
		if (replaced && bucket.versioning === "") {
			// Its position in the indexes does not change, and neither does its id: its key has no other versions.
			protect?.(toObject(bucket, replaced, true));
			this.#contents.drop(replaced);
			this.#replace.run(...columns, replaced.id);
			return versionId;
		}
		if (replaced) this.#remove(bucket, replaced, protect);
		if (previous && previous !== replaced) this.#list.run(0, previous.id);
		const listed = version.type === "DeleteMarker" ? 0 : 1;
		this.#insert.run(...columns, bucket.id, version.key, versionId, listed);
		return versionId;
	}

	#findNull(
		bucket: StoredBucket,
		key: string,
		listed: VersionRow | undefined,
	): VersionRow | undefined {
		if (listed?.version_id === "null" || bucket.versioning === "")
			return listed;
		return this.#unlisted.get(bucket.id, key, "null");
	}

	#remove(bucket: StoredBucket, row: VersionRow, protect?: Protect): void {
		protect?.(toObject(bucket, row, row.listed === 1));
		this.#delete.run(row.id);
		this.#contents.drop(row);
	}

	/** Deletes without a version id: in a bucket with versioning no data is lost, because a delete marker is added. */
	delete(
		bucket: StoredBucket,
		key: string,
		now: Date,
		protect?: Protect,
	): Deleted {
		if (bucket.versioning === "") {
			const row = this.#findListed(bucket, key);
			if (row) this.#remove(bucket, row, protect);
			return { versionId: "", deleteMarker: false };
		}
		const versionId = this.insert(
			bucket,
			deleteMarker(key, now),
			false,
			protect,
		);
		return { versionId, deleteMarker: true };
	}

	/**
	 * Deletes one version permanently; the newest remaining version becomes the current one. An unknown id is not an
	 * error.
	 */
	deleteVersion(
		bucket: StoredBucket,
		key: string,
		versionId: string,
		protect?: Protect,
	): Deleted {
		const row = this.find(bucket, key, versionId);
		const named = bucket.versioning === "" ? "" : versionId;
		if (!row) return { versionId: named, deleteMarker: false };
		this.#remove(bucket, row, protect);
		const newest = this.find(bucket, key);
		if (newest && newest.listed === 0 && newest.type !== "DeleteMarker")
			this.#list.run(1, newest.id);
		return { versionId: named, deleteMarker: row.type === "DeleteMarker" };
	}

	/** Updates a row in place: ACL, tags, state, an append. */
	update(row: VersionRow, change: Partial<NewVersion>): void {
		const { modified, properties, state, ...rest } = change;
		this.#update.run({
			...row,
			storageClass: row.storage_class,
			...rest,
			modifiedMs: modified?.getTime() ?? row.modified_ms,
			properties: properties ? JSON.stringify(properties) : row.properties,
			state: state ? writeState(state) : row.state,
		});
	}
}

const newVersionId = (): string =>
	`CAEQ${randomBytes(45).toString("base64url")}`;

const deleteMarker = (key: string, modified: Date): NewVersion => ({
	key,
	type: "DeleteMarker",
	size: 0,
	etag: "",
	crc64: "0",
	contentMd5: "",
	modified,
	storageClass: "Standard",
	acl: "default",
	properties: NO_PROPERTIES,
	state: {},
	content: null,
	data: null,
});

export function toObject(
	bucket: StoredBucket,
	row: VersionRow,
	isLatest: boolean,
): StoredObject {
	return {
		bucket: bucket.name,
		key: row.key,
		versionId: row.version_id,
		isLatest,
		isVersioned: bucket.versioning !== "",
		type: row.type,
		size: row.size,
		etag: row.etag,
		crc64: row.crc64,
		contentMd5: row.md5,
		modified: new Date(row.modified_ms),
		storageClass: row.storage_class,
		acl: row.acl,
		properties: readProperties(row.properties),
		state: readState(row.state),
	};
}

/** Most objects have only a media type, and the number of different ones is small. */
function readProperties(text: string): ObjectProperties {
	if (text === latest.text) return latest.properties;
	const properties: ObjectProperties = JSON.parse(text);
	latest = { text, properties };
	return properties;
}

let latest = { text: "", properties: NO_PROPERTIES };

const NO_STATE: ObjectState = {};

export const readState = (text: string | null): ObjectState =>
	text === null ? NO_STATE : JSON.parse(text);

/** @returns null for {}: most objects have no state */
export function writeState(state: ObjectState): string | null {
	const text = JSON.stringify(state);
	return text === "{}" ? null : text;
}
