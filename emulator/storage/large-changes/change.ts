/**
 * Changes of many rows, as data, so that another thread can perform them.
 */
import { interruptDeliveries } from "../rows/delivery-rows.ts";
import { countRows, type Owned, resetRows } from "../rows/reset-rows.ts";
import {
	Snapshots,
	type Steps,
	type StoredSnapshot,
} from "../rows/snapshots.ts";
import type { Sqlite } from "../schema.ts";

export type LargeChange =
	| { readonly is: "restoring"; readonly id: number }
	| {
			readonly is: "taking";
			readonly snapshot: StoredSnapshot;
			/** The snapshot of that name, which is deleted. */
			readonly replaced: number | undefined;
	  }
	| { readonly is: "deleting"; readonly id: number }
	| ({ readonly is: "resetting" } & Owned);

/** The numbers of rows that are changed in one turn: a row takes 4 µs or more, depending on its size. */
const ROWS_MAX = 1000;
const ROWS_OF_SMALL_DATABASE_MAX = 5000;
/** The number of pages of a small database; a table of this size is emptied in 30 ms. */
const PAGES_MAX = 10_000;

/** Inside a transaction. @returns files whose last piece may have been removed */
export function* perform(db: Sqlite, change: LargeChange): Steps<string[]> {
	if (change.is === "resetting") return yield* resetRows(db, change);
	const snapshots = new Snapshots(db);
	if (change.is === "restoring") {
		const files = yield* snapshots.restore(change.id);
		interruptDeliveries(db);
		return files;
	}
	const old = change.is === "taking" ? change.replaced : change.id;
	const files = old === undefined ? [] : yield* snapshots.delete(old);
	if (change.is === "taking") snapshots.insert(change.snapshot);
	return files;
}

/** Whether the change is quick enough for a single turn of the event loop. */
export function isQuick(db: Sqlite, change: LargeChange): boolean {
	const pages = (what: "page_count" | "freelist_count"): number =>
		Number(db.pragma(what, { simple: true }));
	const isSmall = pages("page_count") - pages("freelist_count") <= PAGES_MAX;
	const max = isSmall ? ROWS_OF_SMALL_DATABASE_MAX : ROWS_MAX;
	const snapshots = new Snapshots(db);
	if (change.is !== "resetting") return snapshots.formerRows() <= max;
	// Without a snapshot, the tables are emptied without reading their rows.
	if (!change.buckets && snapshots.count() === 0) return isSmall;
	return countRows(db, change, max + 1) <= max;
}
