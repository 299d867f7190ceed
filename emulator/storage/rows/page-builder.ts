/**
 * One page of a listing, made of rows as they come: entries, common prefixes, and whether there is more.
 *
 * After a common prefix the rows are asked for anew, from behind all that share it, so a million keys under one prefix
 * cost one row.
 */
import { afterPrefix, laterOf } from "../../oss/utf8.ts";
import { END } from "../schema.ts";
import type { Page, StoredObject } from "../types.ts";
import type { VersionRow } from "./versions.ts";

export type ListQuery = {
	readonly prefix: string;
	/** '' for no grouping. */
	readonly delimiter: string;
	/** Entries come strictly after this key, or common prefix; '' for all. */
	readonly after: string;
	/** Keys and common prefixes together. */
	readonly max: number;
};

export type Bound = string | Buffer;

/** Reads from a key on, in order, up to an exclusive end. */
export type Rows = {
	readonly from: (start: string, end: Bound) => Iterable<VersionRow>;
	/** The key of the first row alone: read three times faster. */
	readonly firstKey: (start: string, end: Bound) => string | undefined;
};

export class PageBuilder {
	readonly #query: ListQuery;
	readonly #toEntry: (row: VersionRow) => StoredObject;
	readonly #entries: StoredObject[] = [];
	readonly #prefixes: string[] = [];
	#isTruncated = false;

	constructor(query: ListQuery, toEntry: (row: VersionRow) => StoredObject) {
		this.#query = query;
		this.#toEntry = toEntry;
	}

	page(): Page<StoredObject> {
		return {
			entries: this.#entries,
			prefixes: this.#prefixes,
			isTruncated: this.#isTruncated,
		};
	}

	/** @param from the first key that may come */
	take(from: string, rows: Rows): void {
		const { prefix } = this.#query;
		const end = afterPrefix(prefix) || END;
		let start: string | undefined = laterOf(prefix, from);
		while (start !== undefined && !this.#isTruncated) {
			const commonPrefix = this.takeRows(rows.from(start, end));
			start = this.#takePrefixes(commonPrefix, (behind) =>
				rows.firstKey(behind, end),
			);
		}
	}

	/** @returns the common prefix of the first row that was not taken; undefined when it has none */
	takeRows(rows: Iterable<VersionRow>): string | undefined {
		for (const row of rows) {
			const commonPrefix = this.#commonPrefix(row.key);
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

	/** @returns the first key after the common prefixes that has none; undefined when no such key exists */
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
		// A marker inside a common prefix: that one was on an earlier page.
		if (this.#query.after.startsWith(commonPrefix)) return;
		if (this.#isFull()) this.#isTruncated = true;
		else this.#prefixes.push(commonPrefix);
	}

	#isFull(): boolean {
		return this.#entries.length + this.#prefixes.length >= this.#query.max;
	}
}
