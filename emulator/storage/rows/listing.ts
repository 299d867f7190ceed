/**
 * Listings that seek: every row that is read is returned, or represents a returned common prefix.
 *
 * After a common prefix the next query begins after all keys with that prefix, so a million keys with one prefix cost
 * one row.
 *
 * Source: docs «GetBucket (ListObjects)», «ListObjectVersions».
 */
import type { Statement } from "better-sqlite3";
import {
	type ListQuery,
	type Page,
	PageBuilder,
	type Rows,
} from "../../oss/page.ts";
import { laterOf } from "../../oss/utf8.ts";
import type { Buckets } from "../buckets.ts";
import { END, type Sqlite } from "../schema.ts";
import type { StoredObject } from "../types.ts";
import { COLUMNS, toObject, type VersionRow } from "./version-row.ts";

export type VersionListQuery = ListQuery & {
	/** Versions of the key `after` that are older than this one are included too. */
	readonly afterVersionId?: string;
};

type Range = [bucket: number, start: string, end: string | Buffer];
type TwoRanges = [...Range, ...Range];

export class Listing {
	readonly #buckets: Buckets;
	readonly #listed: Statement<Range, VersionRow>;
	readonly #listedKey: Statement<Range, string>;
	readonly #all: Statement<TwoRanges, VersionRow>;
	readonly #unlistedKey: Statement<Range, string>;
	readonly #older: Statement<[number, string, number], VersionRow>;
	readonly #idOf: Statement<
		[number, string, string, number, string, string],
		{ readonly id: number }
	>;

	constructor(db: Sqlite, buckets: Buckets) {
		this.#buckets = buckets;
		const row = `${COLUMNS}, NULL AS data`;
		const range = (columns: string, listed: 0 | 1): string =>
			`SELECT ${columns} FROM version WHERE bucket = ? AND listed = ${listed} AND key >= ? AND key < ?`;
		this.#listed = db.prepare(`${range(row, 1)} ORDER BY key`);
		this.#listedKey = db
			.prepare<Range, string>(`${range("key", 1)} ORDER BY key LIMIT 1`)
			.pluck();
		this.#all = db.prepare(
			`${range(row, 1)} UNION ALL ${range(row, 0)} ORDER BY key, id DESC`,
		);
		this.#unlistedKey = db
			.prepare<Range, string>(`${range("key", 0)} ORDER BY key LIMIT 1`)
			.pluck();
		this.#older = db.prepare(
			`SELECT ${row} FROM version WHERE bucket = ? AND listed = 0 AND key = ? AND id < ? ORDER BY id DESC`,
		);
		this.#idOf = db.prepare(
			`SELECT id FROM version WHERE bucket = ? AND key = ? AND listed = 1 AND version_id = ?
       UNION ALL SELECT id FROM version WHERE bucket = ? AND key = ? AND listed = 0 AND version_id = ?`,
		);
	}

	list(bucket: string, query: ListQuery): Page<StoredObject> {
		const stored = this.#buckets.require(bucket);
		const { id } = stored;
		const builder = new PageBuilder(query, keyOf, (row) =>
			toObject(stored, row, true),
		);
		const from = query.after && `${query.after}\0`;
		builder.take(from, {
			from: (start, end) => this.#listed.iterate(id, start, end || END),
			firstKey: (start, end) => this.#listedKey.get(id, start, end || END),
		});
		return builder.page();
	}

	listVersions(bucket: string, query: VersionListQuery): Page<StoredObject> {
		const stored = this.#buckets.require(bucket);
		const { id } = stored;
		const marker = this.#findMarker(id, query);
		let key = marker === undefined ? undefined : query.after;
		const builder = new PageBuilder(query, keyOf, (row) => {
			const isLatest = row.key !== key;
			key = row.key;
			return toObject(stored, row, isLatest);
		});
		if (marker !== undefined)
			builder.takeRows(this.#older.iterate(id, query.after, marker));
		builder.take(startOf(query, marker), {
			from: (start, end) => this.#all.iterate(...bothRanges(id, start, end)),
			firstKey: this.#firstKeyOfBoth(id),
		});
		return builder.page();
	}

	/**
	 * Must be called with increasing starts: the next unlisted key is looked up again only when a start has passed it,
	 * because most keys have no unlisted versions.
	 */
	#firstKeyOfBoth(bucket: number): Rows<VersionRow>["firstKey"] {
		let unlisted: string | undefined = "";
		return (start, end) => {
			if (unlisted !== undefined && isBefore(unlisted, start))
				unlisted = this.#unlistedKey.get(bucket, start, end || END);
			const listed = this.#listedKey.get(bucket, start, end || END);
			if (listed === undefined || unlisted === undefined)
				return listed ?? unlisted;
			return isBefore(listed, unlisted) ? listed : unlisted;
		};
	}

	/** The row of `afterVersionId`; undefined if it does not apply, or the version was deleted. */
	#findMarker(
		bucket: number,
		{ prefix, after, afterVersionId }: VersionListQuery,
	): number | undefined {
		if (afterVersionId === undefined || !after.startsWith(prefix))
			return undefined;
		const named = [bucket, after, afterVersionId] as const;
		return this.#idOf.get(...named, ...named)?.id;
	}
}

const isBefore = (key: string, other: string): boolean =>
	key !== other && laterOf(key, other) === other;

const keyOf = ({ key }: VersionRow): string => key;

const bothRanges = (bucket: number, start: string, end: string): TwoRanges => [
	bucket,
	start,
	end || END,
	bucket,
	start,
	end || END,
];

/** If the version of the marker was deleted since the last page, all other versions of its key are listed (again). */
function startOf(
	{ after, afterVersionId }: VersionListQuery,
	marker: number | undefined,
): string {
	const isMarkerDeleted = afterVersionId !== undefined && marker === undefined;
	return after === "" || isMarkerDeleted ? after : `${after}\0`;
}
