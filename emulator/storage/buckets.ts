/**
 * Buckets. All of them are also held in memory, because every request looks one up.
 */
import type { Statement } from "better-sqlite3";
import { afterPrefix } from "../oss/utf8.ts";
import type { Refuse } from "./facts.ts";
import type { Sqlite } from "./schema.ts";
import type { Transact } from "./transactions.ts";
import type { StoredBucket } from "./types.ts";

type BucketRow = Omit<StoredBucket, "created" | "storageClass"> & {
	readonly created_ms: number;
	readonly storage_class: StoredBucket["storageClass"];
};

/** The properties that may change after a bucket is created. */
export type BucketChange = Partial<Pick<StoredBucket, "acl" | "versioning">>;

export class Buckets {
	readonly #db: Sqlite;
	readonly #transact: Transact;
	readonly #onChange: (bucket: string) => void;
	readonly #refuse: Refuse;
	readonly #insert: Statement<[object], BucketRow>;
	readonly #update: Statement<[string, string, number]>;
	readonly #delete: Statement<[number]>;
	readonly #deleteDocuments: Statement<[number]>;
	readonly #byName = new Map<string, StoredBucket>();

	/** @param onChange called before the commit with a bucket that is created or deleted */
	constructor(
		db: Sqlite,
		transact: Transact,
		onChange: (bucket: string) => void,
		refuse: Refuse,
	) {
		this.#refuse = refuse;
		this.#db = db;
		this.#transact = transact;
		this.#onChange = onChange;
		this.#insert = db.prepare(
			`INSERT INTO bucket (name, owner, created_ms, acl, storage_class, redundancy, location)
       VALUES (@name, @owner, @created_ms, @acl, @storageClass, @redundancy, @location) RETURNING *`,
		);
		this.#update = db.prepare(
			"UPDATE bucket SET acl = ?, versioning = ? WHERE id = ?",
		);
		this.#delete = db.prepare("DELETE FROM bucket WHERE id = ?");
		this.#deleteDocuments = db.prepare(
			"DELETE FROM configuration WHERE bucket = ?",
		);
		this.reload();
	}

	/** Must be called when rows have been changed by other code. */
	reload(): void {
		this.#byName.clear();
		const rows = this.#db.prepare<[], BucketRow>("SELECT * FROM bucket").all();
		for (const row of rows) this.#byName.set(row.name, toBucket(row));
	}

	async find(bucket: string): Promise<StoredBucket | undefined> {
		return this.peek(bucket);
	}

	/** A `find` for use inside the store. All lookups pass through here: test/walk.test.ts counts them. */
	peek(bucket: string): StoredBucket | undefined {
		return this.#byName.get(bucket);
	}

	/** The buckets of an account, or of all accounts; and whether those are all existing buckets. */
	ownedBy(account: string | undefined): {
		readonly owned: StoredBucket[];
		readonly isAll: boolean;
	} {
		const all = [...this.#byName.values()];
		const owned = all.filter(({ owner }) => owner === (account ?? owner));
		return { owned, isAll: owned.length === all.length };
	}

	/** @throws that there is no such bucket */
	async get(bucket: string): Promise<StoredBucket> {
		return this.require(bucket);
	}

	/** For use inside a transaction of the store. @throws that there is no such bucket */
	require(bucket: string): StoredBucket {
		const found = this.peek(bucket);
		if (!found) throw this.#refuse({ is: "no-bucket", bucket });
		return found;
	}

	/** @throws that it exists */
	async create(
		bucket: Omit<StoredBucket, "id" | "versioning">,
	): Promise<StoredBucket> {
		if (this.#byName.has(bucket.name))
			throw this.#refuse({ is: "bucket-exists", bucket: bucket.name });
		const row = this.#transact(() => {
			this.#onChange(bucket.name);
			return this.#insert.get({
				...bucket,
				created: null,
				created_ms: bucket.created.getTime(),
			});
		});
		if (!row) throw new Error("INSERT … RETURNING returned no row");
		const created = toBucket(row);
		this.#byName.set(created.name, created);
		return created;
	}

	/** @throws that there is no such bucket */
	async change(bucket: string, change: BucketChange): Promise<void> {
		const changed = { ...this.require(bucket), ...change };
		this.#transact(() =>
			this.#update.run(changed.acl, changed.versioning, changed.id),
		);
		this.#byName.set(bucket, changed);
	}

	/** @throws that there is no such bucket; that it is not empty, which includes delete markers and uploads */
	async delete(bucket: string): Promise<void> {
		const { id } = this.require(bucket);
		this.#transact(() => {
			this.#requireEmpty(id, bucket);
			this.#onChange(bucket);
			this.#deleteDocuments.run(id);
			this.#delete.run(id);
		});
		this.#byName.delete(bucket);
	}

	#requireEmpty(id: number, bucket: string): void {
		const [found] = this.#db
			.prepare<
				[number, number, number],
				{ readonly holds: "objects" | "uploads" }
			>(
				`SELECT 'objects' AS holds WHERE EXISTS (SELECT 1 FROM version WHERE bucket = ? AND listed = 1)
                                             OR EXISTS (SELECT 1 FROM version WHERE bucket = ? AND listed = 0)
         UNION ALL SELECT 'uploads' WHERE EXISTS (SELECT 1 FROM upload WHERE bucket = ?)`,
			)
			.all(id, id, id);
		if (found) throw this.#refuse({ is: "bucket-not-empty", bucket, ...found });
	}

	/** The buckets of all owners, by name. */
	async all(): Promise<StoredBucket[]> {
		return [...this.#byName.values()].sort((a, b) =>
			a.name < b.name ? -1 : 1,
		);
	}

	/** All buckets of one account, by name. */
	async listOwnedBy(account: string): Promise<StoredBucket[]> {
		return this.ownedBy(account).owned.sort((a, b) =>
			a.name < b.name ? -1 : 1,
		);
	}

	/** Buckets of one owner, by name, after `marker`. */
	async list(
		owner: string,
		prefix: string,
		marker: string,
	): Promise<StoredBucket[]> {
		const end = afterPrefix(prefix);
		return this.#db
			.prepare<[string, string, string], BucketRow>(
				"SELECT * FROM bucket WHERE owner = ? AND name > ? AND name >= ? ORDER BY name",
			)
			.all(owner, marker, prefix)
			.filter(({ name }) => end === "" || name < end)
			.map(toBucket);
	}
}

export const hasBuckets = (db: Sqlite): boolean =>
	db.prepare("SELECT 1 FROM bucket LIMIT 1").get() !== undefined;

const toBucket = ({
	created_ms,
	storage_class,
	...rest
}: BucketRow): StoredBucket => ({
	...rest,
	created: new Date(created_ms),
	storageClass: storage_class,
});
