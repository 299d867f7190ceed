/**
 * One page of a listing, made of rows as they come: entries, common prefixes, and whether there is more.
 *
 * After a common prefix the rows are asked for anew, from behind all that share it, so a million keys under one prefix
 * cost one row.
 */
import { afterPrefix, laterOf } from "../oss/utf8.ts";
import { END } from "./schema.ts";
import type { Page, StoredObject } from "./types.ts";
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

type Rows = (start: string, end: Bound) => Iterable<VersionRow>;

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

	/**
	 * @param from the first key that may come
	 * @param rows reads from a key on, in order, up to an exclusive end
	 */
	take(from: string, rows: Rows): void {
		const { prefix } = this.#query;
		const end = afterPrefix(prefix) || END;
		let start = laterOf(prefix, from);
		while (!this.#isTruncated) {
			const commonPrefix = this.takeRows(rows(start, end));
			if (commonPrefix === undefined) return;
			this.#takePrefix(commonPrefix);
			start = afterPrefix(commonPrefix);
			if (start === "") return;
		}
	}

	/** @returns the common prefix under which the first row lies that was not taken; undefined when there is none */
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
