/**
 * Reads the objects to copy over a separate connection, so that no request waits for them.
 *
 * An object may change between two queries; then a newer change follows.
 */
import Database, { type Statement } from "better-sqlite3";
import type { Sqlite } from "../schema.ts";

export type PlainObject = {
	readonly size: number;
	readonly modified_ms: number;
	/** The content with its pieces; null if it is in `data`. */
	readonly content: string | null;
	readonly data: Buffer | null;
};

export type PlainPiece = {
	readonly id: number;
	readonly size: number;
	readonly file: string | null;
	readonly offset: number;
};

const KEYS_MAX = 500;

export class PlainSource {
	readonly #db: Sqlite;
	readonly #buckets: Statement<[], { readonly name: string }>;
	readonly #bucket: Statement<[string], unknown>;
	readonly #object: Statement<[string, string], PlainObject>;
	readonly #keysAfter: Statement<[string, string], { readonly key: string }>;
	readonly #keyBetween: Statement<[string, string, string], unknown>;
	readonly #pieces: Statement<[string], PlainPiece>;
	readonly #data: Statement<[number, string], { readonly data: Buffer | null }>;

	constructor(db: Sqlite) {
		this.#db = db;
		const current =
			"FROM version WHERE bucket = (SELECT id FROM bucket WHERE name = ?) AND listed = 1 AND key";
		this.#buckets = db.prepare("SELECT name FROM bucket ORDER BY name");
		this.#bucket = db.prepare("SELECT 1 FROM bucket WHERE name = ?");
		this.#object = db.prepare(
			`SELECT size, modified_ms, content, data ${current} = ?`,
		);
		this.#keysAfter = db.prepare(
			`SELECT key ${current} > ? ORDER BY key LIMIT ${KEYS_MAX}`,
		);
		this.#keyBetween = db.prepare(
			`SELECT 1 ${current} >= ? AND key < ? LIMIT 1`,
		);
		this.#pieces = db.prepare(
			`SELECT rowid AS id, size, file, "offset" FROM piece WHERE content = ? ORDER BY start`,
		);
		this.#data = db.prepare(
			"SELECT data FROM piece WHERE rowid = ? AND content = ?",
		);
	}

	static open(path: string): PlainSource {
		const db = new Database(path, { readonly: true, fileMustExist: true });
		db.pragma("cache_size = -1000");
		return new PlainSource(db);
	}

	close(): void {
		this.#db.close();
	}

	buckets(): string[] {
		return this.#buckets.all().map(({ name }) => name);
	}

	hasBucket(bucket: string): boolean {
		return this.#bucket.get(bucket) !== undefined;
	}

	/** Reads a limited number at a time, so that no long transaction prevents the database's log from being emptied. */
	*keys(bucket: string): Generator<string> {
		for (let after = ""; ; ) {
			const rows = this.#keysAfter.all(bucket, after);
			for (const { key } of rows) yield key;
			const last = rows.at(-1);
			if (!last) return;
			after = last.key;
		}
	}

	find(bucket: string, key: string): PlainObject | undefined {
		return this.#object.get(bucket, key);
	}

	/** Whether there is an object whose key begins with `key` and a slash. */
	hasObjectsBelow(bucket: string, key: string): boolean {
		const found = this.#keyBetween.get(bucket, `${key}/`, `${key}0`);
		return found !== undefined; // `0` comes after `/`
	}

	pieces(content: string): PlainPiece[] {
		return this.#pieces.all(content);
	}

	/** The bytes of a piece that is not in a file; undefined when it was deleted meanwhile. */
	dataOf(
		content: string,
		{ id, offset, size }: PlainPiece,
	): Buffer | undefined {
		const data = this.#data.get(id, content)?.data;
		return data?.subarray(offset, offset + size);
	}
}
