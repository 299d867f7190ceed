/**
 * One page of a listing, built from rows as they are read: entries, common prefixes, and whether there is more.
 *
 * If rows can be read from any key on, reading continues after a common prefix, so a million keys with one prefix cost
 * one row.
 *
 * Pure. Source: docs «GetBucket (ListObjects)».
 */
import { afterPrefix, laterOf } from "./utf8.ts";

export type Page<Entry> = {
	readonly entries: readonly Entry[];
	/** Common prefixes, in order. */
	readonly prefixes: readonly string[];
	readonly isTruncated: boolean;
};

export type ListQuery = {
	readonly prefix: string;
	/** '' for no grouping. */
	readonly delimiter: string;
	/** Entries come strictly after this key, or common prefix; '' for all. */
	readonly after: string;
	/** Keys and common prefixes together. */
	readonly max: number;
};

/** Reads from a key on, in order, up to an exclusive end; '' for no end. */
export type Rows<Row> = {
	readonly from: (start: string, end: string) => Iterable<Row>;
	/** Only the key of the first row, which is read three times faster. */
	readonly firstKey: (start: string, end: string) => string | undefined;
};

/** The first `max` of a list that has no common prefixes. */
export function firstPage<Entry>(
	all: Iterable<Entry>,
	max: number,
): Page<Entry> {
	const query = { prefix: "", delimiter: "", after: "", max };
	const builder = new PageBuilder<Entry, Entry>(
		query,
		() => "",
		(entry) => entry,
	);
	builder.takeRows(all);
	return builder.page();
}

/** The last key or common prefix of a page; '' for an empty page. The next page comes after it. */
export function lastOf({
	entries,
	prefixes,
}: Page<{ readonly key: string }>): string {
	return laterOf(entries.at(-1)?.key ?? "", prefixes.at(-1) ?? "");
}

export class PageBuilder<Row, Entry> {
	readonly #query: ListQuery;
	readonly #keyOf: (row: Row) => string;
	readonly #toEntry: (row: Row) => Entry;
	readonly #entries: Entry[] = [];
	readonly #prefixes: string[] = [];
	#isTruncated = false;

	constructor(
		query: ListQuery,
		keyOf: (row: Row) => string,
		toEntry: (row: Row) => Entry,
	) {
		this.#query = query;
		this.#keyOf = keyOf;
		this.#toEntry = toEntry;
	}

	page(): Page<Entry> {
		return {
			entries: this.#entries,
			prefixes: this.#prefixes,
			isTruncated: this.#isTruncated,
		};
	}

	/** @param from the first key that may be included */
	take(from: string, rows: Rows<Row>): void {
		const { prefix } = this.#query;
		const end = afterPrefix(prefix);
		let start: string | undefined = laterOf(prefix, from);
		while (start !== undefined && !this.#isTruncated) {
			const commonPrefix = this.takeRows(rows.from(start, end));
			start = this.#takePrefixes(commonPrefix, (start) =>
				rows.firstKey(start, end),
			);
		}
	}

	/** @returns the common prefix of the first row that was not taken; undefined when it has none */
	takeRows(rows: Iterable<Row>): string | undefined {
		for (const row of rows) {
			const commonPrefix = this.#commonPrefix(this.#keyOf(row));
			if (commonPrefix !== undefined) return commonPrefix;
			if (this.#isFull()) {
				this.#isTruncated = true;
				return undefined;
			}
			this.#entries.push(this.#toEntry(row));
		}
		return undefined;
	}

	#commonPrefix(key: string): string | undefined {
		const { prefix, delimiter } = this.#query;
		const at = delimiter === "" ? -1 : key.indexOf(delimiter, prefix.length);
		return at < 0 ? undefined : key.slice(0, at + delimiter.length);
	}

	/** @returns the first key after the common prefixes that has no common prefix; undefined when no such key exists */
	#takePrefixes(
		first: string | undefined,
		keyFrom: (start: string) => string | undefined,
	): string | undefined {
		let commonPrefix = first;
		let key: string | undefined;
		while (commonPrefix !== undefined && !this.#isTruncated) {
			this.#takePrefix(commonPrefix);
			const start = afterPrefix(commonPrefix);
			key = start === "" ? undefined : keyFrom(start);
			commonPrefix = key === undefined ? undefined : this.#commonPrefix(key);
		}
		return key;
	}

	#takePrefix(commonPrefix: string): void {
		// The marker is inside a common prefix, which was on an earlier page.
		if (this.#query.after.startsWith(commonPrefix)) return;
		if (this.#isFull()) this.#isTruncated = true;
		else this.#prefixes.push(commonPrefix);
	}

	#isFull(): boolean {
		return this.#entries.length + this.#prefixes.length >= this.#query.max;
	}
}
