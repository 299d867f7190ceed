/**
 * Documents of buckets and accounts: CORS rules, a policy, a live channel … Each has a name, and an id if there can
 * be several of that name.
 *
 * A document is opaque text here. A bucket's documents are held in memory after their first use: nearly every request
 * reads some.
 */
import type { Statement } from "better-sqlite3";
import type { Buckets } from "./buckets.ts";
import type { Sqlite } from "./schema.ts";
import type { Transact } from "./transactions.ts";

export type StoredDocument = {
	/** The id; '' if there can be only one document of that name. */
	readonly id: string;
	readonly document: string;
};

type Row = StoredDocument & { readonly name: string };

/** @returns the document to store; undefined to store no document */
type Change = (present: string | undefined) => string | undefined;

export class Configurations {
	readonly #buckets: Buckets;
	readonly #transact: Transact;
	readonly #ofBucket: Statement<[number], Row>;
	readonly #bucketOf: Statement<[string, string], { readonly bucket: string }>;
	readonly #upsert: Statement<[number, string, string, string]>;
	readonly #delete: Statement<[number, string, string]>;
	readonly #ofAccount: Statement<
		[string, string],
		{ readonly document: string }
	>;
	readonly #upsertOfAccount: Statement<[string, string, string]>;
	readonly #deleteOfAccount: Statement<[string, string]>;
	/** Documents by bucket, then by name; within a name by id. */
	readonly #known = new Map<string, Map<string, StoredDocument[]>>();

	constructor(db: Sqlite, transact: Transact, buckets: Buckets) {
		this.#buckets = buckets;
		this.#transact = transact;
		this.#ofBucket = db.prepare(
			"SELECT name, id, document FROM configuration WHERE bucket = ? ORDER BY name, id",
		);
		this.#bucketOf = db.prepare(
			`SELECT bucket.name AS bucket FROM configuration JOIN bucket ON bucket.id = configuration.bucket
       WHERE configuration.name = ? AND configuration.id = ? ORDER BY bucket.id LIMIT 1`,
		);
		this.#upsert = db.prepare(
			`INSERT INTO configuration (bucket, name, id, document) VALUES (?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET document = excluded.document`,
		);
		this.#delete = db.prepare(
			"DELETE FROM configuration WHERE bucket = ? AND name = ? AND id = ?",
		);
		this.#ofAccount = db.prepare(
			"SELECT document FROM account_configuration WHERE account = ? AND name = ?",
		);
		this.#upsertOfAccount = db.prepare(
			`INSERT INTO account_configuration (account, name, document) VALUES (?, ?, ?)
       ON CONFLICT DO UPDATE SET document = excluded.document`,
		);
		this.#deleteOfAccount = db.prepare(
			"DELETE FROM account_configuration WHERE account = ? AND name = ?",
		);
	}

	/** @returns undefined also if there is no such bucket */
	async find(
		bucket: string,
		name: string,
		id = "",
	): Promise<string | undefined> {
		return this.#find(bucket, name, id);
	}

	/** All documents of one name, in the byte order of their ids; empty for a missing bucket. */
	async list(bucket: string, name: string): Promise<readonly StoredDocument[]> {
		return this.#documents(bucket).get(name) ?? [];
	}

	/** @returns a bucket that has a document of that name and id; the oldest, if there are several */
	async findBucket(name: string, id: string): Promise<string | undefined> {
		return this.#bucketOf.get(name, id)?.bucket;
	}

	/** Replaces any present document. @throws that there is no such bucket */
	async put(
		bucket: string,
		name: string,
		id: string,
		document: string,
	): Promise<void> {
		return this.change(bucket, name, id, () => document);
	}

	/** Removes a document; a missing document is not an error. @throws that there is no such bucket */
	async remove(bucket: string, name: string, id: string): Promise<void> {
		return this.change(bucket, name, id, () => undefined);
	}

	/**
	 * Replaces or removes a document, in the same transaction in which the present document is read.
	 *
	 * @throws that there is no such bucket; errors of `change`, and then nothing is changed
	 */
	async change(
		bucket: string,
		name: string,
		id: string,
		change: Change,
	): Promise<void> {
		const stored = this.#buckets.require(bucket);
		this.#transact(() => {
			const document = change(this.#find(bucket, name, id));
			if (document === undefined) this.#delete.run(stored.id, name, id);
			else this.#upsert.run(stored.id, name, id, document);
		});
		this.forget(bucket);
	}

	/** @param account the account's numeric id */
	async findOfAccount(
		account: string,
		name: string,
	): Promise<string | undefined> {
		return this.#ofAccount.get(account, name)?.document;
	}

	/** Like `change`, for a document of an account, which applies to all its buckets. */
	async changeOfAccount(
		account: string,
		name: string,
		change: Change,
	): Promise<void> {
		this.#transact(() => {
			const document = change(this.#ofAccount.get(account, name)?.document);
			if (document === undefined) this.#deleteOfAccount.run(account, name);
			else this.#upsertOfAccount.run(account, name, document);
		});
	}

	/** Must be called when a bucket is created or deleted: an earlier bucket of that name had other documents. */
	forget(bucket: string): void {
		this.#known.delete(bucket);
	}

	/** Must be called when rows have been changed by other code. */
	reload(): void {
		this.#known.clear();
	}

	#find(bucket: string, name: string, id: string): string | undefined {
		return this.#documents(bucket)
			.get(name)
			?.find((stored) => stored.id === id)?.document;
	}

	#documents(bucket: string): ReadonlyMap<string, StoredDocument[]> {
		const known = this.#known.get(bucket);
		if (known) return known;
		const stored = this.#buckets.peek(bucket);
		if (!stored) return NO_DOCUMENTS; // not cached, because clients may name any number of missing buckets
		const rows = this.#ofBucket.all(stored.id);
		const documents = Map.groupBy(rows, ({ name }) => name);
		this.#known.set(bucket, documents);
		return documents;
	}
}

const NO_DOCUMENTS: ReadonlyMap<string, StoredDocument[]> = new Map();
