/**
 * The bytes of all versions of a bucket, for buckets with a capacity: counted once, in pages, and then updated by every
 * write. Other buckets are not counted.
 *
 * While a bucket is being counted, a write changes the sum only if its key has already been counted; all other keys are
 * counted later.
 */
import type { Statement } from "better-sqlite3";
import { Breaks } from "../../oss/breaks.ts";
import { laterOf } from "../../oss/utf8.ts";
import { END, type Sqlite } from "../schema.ts";

type Count = {
	bytes: number;
	/** The last key that has been counted; END if all keys have been counted. */
	passed: string | typeof END;
	/** Resolves when all keys have been counted. */
	readonly done: Promise<void>;
};

/** Few enough that a page does not delay other requests. */
const PAGE_MAX = 1000;

type Range = [bucket: number, after: string, upTo: string | Buffer];

export class Usage {
	readonly #makeBreaks: () => Pick<Breaks, "pause">;
	readonly #counts = new Map<number, Count>();
	readonly #ends: readonly Statement<[number, string], string>[];
	readonly #sums: readonly Statement<Range, number>[];
	/** Whether writes may have been counted that are not committed yet. */
	#isPending = false;

	/** The other parameters are for tests. */
	constructor(
		db: Sqlite,
		pageMax = PAGE_MAX,
		makeBreaks: () => Pick<Breaks, "pause"> = () => new Breaks(),
	) {
		this.#makeBreaks = makeBreaks;
		const both = [1, 0].map(
			(listed) =>
				`FROM version WHERE bucket = ? AND listed = ${listed} AND key > ?`,
		);
		this.#ends = both.map((from) =>
			db
				.prepare<[number, string], string>(
					`SELECT key ${from} ORDER BY key LIMIT 1 OFFSET ${pageMax - 1}`,
				)
				.pluck(),
		);
		this.#sums = both.map((from) =>
			db
				.prepare<Range, number>(
					`SELECT coalesce(sum(size), 0) ${from} AND key <= ?`,
				)
				.pluck(),
		);
	}

	/** Other requests are served while a bucket is counted. */
	async bytesOf(bucket: number): Promise<number> {
		for (;;) {
			const count = this.#counts.get(bucket) ?? this.#begin(bucket);
			await count.done;
			if (this.#counts.get(bucket) === count) return count.bytes;
		}
	}

	#begin(bucket: number): Count {
		const { promise, resolve, reject } = Promise.withResolvers<void>();
		const count: Count = { bytes: 0, passed: "", done: promise };
		this.#counts.set(bucket, count);
		this.#count(bucket, count).then(resolve, (error) => {
			this.#counts.delete(bucket);
			reject(error);
		});
		return count;
	}

	async #count(bucket: number, count: Count): Promise<void> {
		const breaks = this.#makeBreaks();
		while (count.passed !== END && this.#counts.get(bucket) === count) {
			await breaks.pause();
			const after = String(count.passed);
			const ends = this.#ends.map((end) => end.get(bucket, after));
			const upTo = earliest(ends) ?? END;
			for (const sum of this.#sums)
				count.bytes += sum.get(bucket, after, upTo) ?? 0;
			count.passed = upTo;
			this.#isPending = true; // rows that are not committed yet are counted too
		}
	}

	/**
	 * Inside a transaction, must be called with every change of a version, and the number of bytes that it adds, which
	 * may be negative.
	 */
	add(bucket: number, key: string, bytes: number): void {
		const count = this.#counts.get(bucket);
		if (!count || bytes === 0) return;
		const { passed } = count;
		const isPassed =
			typeof passed !== "string" || laterOf(passed, key) === passed;
		if (!isPassed) return;
		count.bytes += bytes;
		this.#isPending = true;
	}

	committed(): void {
		this.#isPending = false;
	}

	/** Must be called when changes were undone: the number of bytes that they added is unknown. */
	undone(): void {
		if (this.#isPending) this.clear();
	}

	/** Must be called when rows have been changed by other code, or a bucket's id may be used again. */
	clear(): void {
		this.#counts.clear();
		this.#isPending = false;
	}
}

function earliest(keys: readonly (string | undefined)[]): string | undefined {
	const [first, second] = keys;
	if (first === undefined || second === undefined) return first ?? second;
	return laterOf(first, second) === first ? second : first;
}
