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
import type { Contents } from "../content/contents.ts";
import type { Refuse } from "../facts.ts";
import type { Sqlite } from "../schema.ts";
import type { Protect, StoredBucket } from "../types.ts";
import type { Usage } from "./usage.ts";
import {
	COLUMNS,
	LISTED_COLUMNS,
	type ListedRow,
	type NewVersion,
	NO_PROPERTIES,
	toListedRow,
	toObject,
	toWritten,
	type VersionRow,
	WRITTEN_COLUMNS,
	type Written,
	writeState,
} from "./version-row.ts";

export type Deleted = {
	/** '' in a bucket that never had versioning. */
	readonly versionId: string;
	/** Whether a delete marker was created or deleted. */
	readonly deleteMarker: boolean;
};

/** The columns of a new row that its writer does not choose. */
const PLACE_COLUMNS = ["bucket", "key", "version_id", "listed"] as const;

type Place = readonly [
	bucket: number,
	key: string,
	versionId: string,
	listed: number,
];

export class Versions {
	readonly #contents: Contents;
	readonly #usage: Usage;
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

	constructor(db: Sqlite, contents: Contents, usage: Usage, refuse: Refuse) {
		this.#contents = contents;
		this.#usage = usage;
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
		const columns = [...WRITTEN_COLUMNS, ...PLACE_COLUMNS];
		this.#insert = db.prepare(
			`INSERT INTO version (${columns.join(", ")}) VALUES (${columns.map(() => "?").join(", ")})`,
		);
		this.#delete = db.prepare("DELETE FROM version WHERE id = ?");
		this.#replace = db.prepare(
			`UPDATE version SET ${WRITTEN_COLUMNS.map((column) => `${column} = ?`).join(", ")} WHERE id = ?`,
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
			this.#usage.add(bucket.id, version.key, version.size - replaced.size);
			return versionId;
		}
		if (replaced) this.#remove(bucket, replaced, protect);
		if (previous && previous !== replaced) this.#list.run(0, previous.id);
		const listed = version.type === "DeleteMarker" ? 0 : 1;
		this.#insert.run(...columns, bucket.id, version.key, versionId, listed);
		this.#usage.add(bucket.id, version.key, version.size);
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
		this.#usage.add(bucket.id, row.key, -row.size);
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
	update(
		bucket: StoredBucket,
		row: VersionRow,
		change: Partial<NewVersion>,
	): void {
		const { modified, properties, state, ...rest } = change;
		const { size = row.size } = rest;
		this.#usage.add(bucket.id, row.key, size - row.size);
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
