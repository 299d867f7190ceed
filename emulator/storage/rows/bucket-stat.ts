/**
 * The number and size of a bucket's objects, counted on request in pages: writes maintain no counters.
 *
 * Source: docs «GetBucketStat».
 */
import type { Statement } from "better-sqlite3";
import { Breaks } from "../../oss/breaks.ts";
import type { StorageClass } from "../../oss/storage-class.ts";
import type { Sqlite } from "../schema.ts";

/** The number and size in bytes of all versions of one storage class. */
export type ClassStat = {
	readonly count: number;
	readonly size: number;
	/** The billed size: a small object counts as the minimum. */
	readonly billed: number;
};

export type BucketStat = {
	readonly classes: ReadonlyMap<StorageClass, ClassStat>;
	readonly deleteMarkers: number;
	readonly uploads: number;
	readonly parts: number;
	/** undefined for an empty bucket. */
	readonly modified: Date | undefined;
};

type VersionRow = {
	readonly id: number;
	readonly key: string;
	readonly type: string;
	readonly size: number;
	readonly modified_ms: number;
	readonly storage_class: StorageClass;
};

/** The size of a page, which is small enough not to delay other requests. */
const PAGE_MAX = 2000;

/** @param billedBytesMin the billed size of smaller objects */
export async function readStat(
	db: Sqlite,
	bucket: number,
	billedBytesMin: number,
): Promise<BucketStat> {
	const classes = new Map<StorageClass, ClassStat>();
	let deleteMarkers = 0;
	let modified = Number.NEGATIVE_INFINITY;
	for await (const page of pagesOf(db, bucket))
		for (const { type, size, storage_class, modified_ms } of page) {
			modified = Math.max(modified, modified_ms);
			if (type === "DeleteMarker") {
				deleteMarkers += 1;
				continue;
			}
			const known = classes.get(storage_class) ?? NOTHING;
			classes.set(storage_class, {
				count: known.count + 1,
				size: known.size + size,
				billed: known.billed + Math.max(size, billedBytesMin),
			});
		}
	return {
		classes,
		deleteMarkers,
		...countUploads(db, bucket),
		modified: modified > 0 ? new Date(modified) : undefined,
	};
}

const NOTHING: ClassStat = { count: 0, size: 0, billed: 0 };

/** Reads all versions, in the order of their indexes. Other requests are served between two pages. */
async function* pagesOf(
	db: Sqlite,
	bucket: number,
): AsyncGenerator<readonly VersionRow[]> {
	const breaks = new Breaks();
	for (const conditions of [
		// Listed versions; a key has at most one.
		["listed = 1 AND key > @key ORDER BY key"],
		// The other versions, any number per key: first the rest of the last key's.
		[
			"listed = 0 AND key = @key AND id < @id ORDER BY id DESC",
			"listed = 0 AND key > @key ORDER BY key, id DESC",
		],
	]) {
		const pages = conditions.map((condition) =>
			db.prepare<[object], VersionRow>(
				`SELECT id, key, type, size, modified_ms, storage_class FROM version
         WHERE bucket = @bucket AND ${condition} LIMIT ${PAGE_MAX}`,
			),
		);
		let last = { key: "", id: 0 };
		for (;;) {
			const page = firstOf(pages, { bucket, ...last });
			const next = page.at(-1);
			if (!next) break;
			yield page;
			last = { key: next.key, id: next.id };
			await breaks.pause();
		}
	}
}

/** The rows of the first statement that returns any. */
function firstOf<Row>(
	statements: readonly Statement<[object], Row>[],
	parameters: object,
): readonly Row[] {
	for (const statement of statements) {
		const rows = statement.all(parameters);
		if (rows.length > 0) return rows;
	}
	return [];
}

function countUploads(
	db: Sqlite,
	bucket: number,
): Pick<BucketStat, "uploads" | "parts"> {
	const found = db
		.prepare<[number], Pick<BucketStat, "uploads" | "parts">>(
			`SELECT count(DISTINCT upload.id) AS uploads, count(part.number) AS parts
       FROM upload LEFT JOIN part ON part.upload = upload.id WHERE upload.bucket = ?`,
		)
		.get(bucket);
	return found ?? { uploads: 0, parts: 0 };
}
