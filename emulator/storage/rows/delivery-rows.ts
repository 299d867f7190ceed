/**
 * Rows of deliveries, up to a limit: the oldest are removed first.
 */
import type { Statement } from "better-sqlite3";
import type { Sqlite } from "../schema.ts";
import type { DeliveryStatus } from "../types.ts";

export type StoredDelivery = {
	readonly id: string;
	/** The uid of the account that it belongs to. */
	readonly account: string;
	readonly bucket: string;
	readonly key: string;
	readonly status: DeliveryStatus;
	readonly started: Date;
	/** The whole delivery as JSON, which is opaque here. */
	readonly document: string;
};

/** A field that is undefined matches every delivery. */
export type DeliveryFilter = {
	readonly id?: string | undefined;
	readonly account?: string | undefined;
	readonly bucket?: string | undefined;
	readonly key?: string | undefined;
	/** A part of the key. */
	readonly search?: string | undefined;
	readonly statuses?: readonly DeliveryStatus[] | undefined;
	/** Only deliveries that began at this time or later. */
	readonly since?: Date | undefined;
};

export type DeliveryLimits = {
	readonly countMax: number;
	/** The maximum size of all documents together. */
	readonly bytesMax: number;
};

type Totals = { count: number; bytes: number };
type Numbered = { readonly seq: number; readonly bytes: number };
type DeliveryRow = Omit<StoredDelivery, "started"> & {
	readonly started_ms: number;
};

/** CROSS determines the order: only the small rows are scanned, and documents are read only for matching rows. */
const ROWS = `SELECT id, account, bucket, key, status, started_ms, document
  FROM delivery CROSS JOIN delivery_document USING (seq)`;

export class DeliveryRows {
	readonly #db: Sqlite;
	readonly #limits: DeliveryLimits;
	readonly #numberOf: Statement<[string], Numbered>;
	readonly #insert: Statement<[object]>;
	readonly #insertDocument: Statement<[number | bigint, string]>;
	readonly #update: Statement<[string, number, number]>;
	readonly #updateDocument: Statement<[string, number]>;
	readonly #oldest: Statement<[], Numbered>;
	readonly #delete: Statement<[number]>;
	readonly #deleteDocument: Statement<[number]>;
	#totals: Totals;

	constructor(db: Sqlite, limits: DeliveryLimits) {
		this.#db = db;
		this.#limits = limits;
		this.#numberOf = db.prepare("SELECT seq, bytes FROM delivery WHERE id = ?");
		this.#insert = db.prepare(
			`INSERT INTO delivery (id, account, bucket, key, status, started_ms, bytes)
       VALUES (@id, @account, @bucket, @key, @status, @startedMs, @bytes)`,
		);
		this.#insertDocument = db.prepare(
			"INSERT INTO delivery_document VALUES (?, ?)",
		);
		this.#update = db.prepare(
			"UPDATE delivery SET status = ?, bytes = ? WHERE seq = ?",
		);
		this.#updateDocument = db.prepare(
			"UPDATE delivery_document SET document = ? WHERE seq = ?",
		);
		this.#oldest = db.prepare(
			"SELECT seq, bytes FROM delivery ORDER BY seq LIMIT 1",
		);
		this.#delete = db.prepare("DELETE FROM delivery WHERE seq = ?");
		this.#deleteDocument = db.prepare(
			"DELETE FROM delivery_document WHERE seq = ?",
		);
		this.#totals = this.#count();
		interruptDeliveries(db);
	}

	/** Inside a transaction; replaces a delivery of the same id. */
	put(delivery: StoredDelivery): void {
		this.#put(delivery);
		this.#trim();
	}

	#put(delivery: StoredDelivery): void {
		const { id, status, started, document } = delivery;
		const bytes = Buffer.byteLength(document);
		const known = this.#numberOf.get(id);
		// It would displace all others, and then itself.
		if (bytes > this.#limits.bytesMax) {
			if (known) this.#remove(known);
			return;
		}
		if (known) {
			this.#update.run(status, bytes, known.seq);
			this.#updateDocument.run(document, known.seq);
		} else {
			const startedMs = started.getTime();
			const row = { ...delivery, started: null, startedMs, bytes };
			const { lastInsertRowid } = this.#insert.run(row);
			this.#insertDocument.run(lastInsertRowid, document);
		}
		this.#totals.count += known ? 0 : 1;
		this.#totals.bytes += bytes - (known?.bytes ?? 0);
	}

	#trim(): void {
		const { countMax, bytesMax } = this.#limits;
		const totals = this.#totals;
		while (totals.count > countMax || totals.bytes > bytesMax) {
			const oldest = this.#oldest.get();
			if (!oldest) return;
			this.#remove(oldest);
		}
	}

	#remove({ seq, bytes }: Numbered): void {
		this.#delete.run(seq);
		this.#deleteDocument.run(seq);
		this.#totals.count -= 1;
		this.#totals.bytes -= bytes;
	}

	/** Must be called when rows have been changed by other code, or a transaction that counted some has failed. */
	recount(): void {
		this.#totals = this.#count();
	}

	#count(): Totals {
		const counted = this.#db
			.prepare<[], Totals>(
				"SELECT count(*) AS count, coalesce(sum(bytes), 0) AS bytes FROM delivery",
			)
			.get();
		return counted ?? { count: 0, bytes: 0 };
	}

	find(id: string): StoredDelivery | undefined {
		const row = this.#db
			.prepare<[string], DeliveryRow>(`${ROWS} WHERE id = ?`)
			.get(id);
		return row && toDelivery(row);
	}

	/** @param before only deliveries that began before the one with this id */
	list(
		filter: DeliveryFilter,
		max: number,
		before: string | undefined,
	): StoredDelivery[] {
		const { conditions, values } = toSql(filter, before);
		return this.#db
			.prepare<(string | number)[], DeliveryRow>(
				`${ROWS} WHERE ${conditions.join(" AND ")} ORDER BY seq DESC LIMIT ?`,
			)
			.all(...values, max)
			.map(toDelivery);
	}

	/** Like `clearDeliveries`; `recount` must be called afterwards. */
	clear(account: string | undefined): number {
		return clearDeliveries(this.#db, account);
	}
}

/** Must be called when no delivery on record can finish: after a start, in a restored snapshot. */
export function interruptDeliveries(db: Sqlite): void {
	db.prepare(
		"UPDATE delivery SET status = 'interrupted' WHERE status = 'sending'",
	).run();
}

/** @param account undefined deletes the deliveries of all accounts. @returns the number of deleted deliveries */
export function clearDeliveries(
	db: Sqlite,
	account: string | undefined,
): number {
	if (account === undefined) {
		db.prepare("DELETE FROM delivery_document").run();
		return db.prepare("DELETE FROM delivery").run().changes;
	}
	db.prepare(
		"DELETE FROM delivery_document WHERE seq IN (SELECT seq FROM delivery WHERE account = ?)",
	).run(account);
	return db.prepare("DELETE FROM delivery WHERE account = ?").run(account)
		.changes;
}

function toSql(
	{ id, account, bucket, key, search, statuses, since }: DeliveryFilter,
	before: string | undefined,
): { conditions: string[]; values: (string | number)[] } {
	const conditions = ["TRUE"];
	const values: (string | number)[] = [];
	const add = (condition: string, ...more: (string | number)[]): void => {
		conditions.push(condition);
		values.push(...more);
	};
	if (id !== undefined) add("id = ?", id);
	if (account !== undefined) add("account = ?", account);
	if (bucket !== undefined) add("bucket = ?", bucket);
	if (key !== undefined) add("key = ?", key);
	if (search !== undefined) add("instr(key, ?) > 0", search);
	if (since) add("started_ms >= ?", since.getTime());
	if (statuses)
		add(`status IN (${statuses.map(() => "?").join(", ")})`, ...statuses);
	if (before !== undefined)
		add("seq < (SELECT seq FROM delivery WHERE id = ?)", before);
	return { conditions, values };
}

const toDelivery = ({ started_ms, ...row }: DeliveryRow): StoredDelivery => ({
	...row,
	started: new Date(started_ms),
});
