/**
 * Contents too large for a row: files that are written once, read, and removed when no row refers to them.
 *
 * A blob that is being read is removed only after its last reader has finished, so that a reader receives the
 * complete old object while a new one replaces it.
 */
import type { Readable } from "node:stream";
import { Breaks } from "../../oss/breaks.ts";

/** Receives one blob's bytes in order. One of `finish` and `abandon` must be called. */
export interface BlobWriter {
	/** Takes over `chunk`: it may be read until the caller's next turn, and must not be changed. */
	write(chunk: Buffer): Promise<void>;
	/** @returns the blob's name; it can be read from now on */
	finish(): Promise<string>;
	/** Removes the incomplete blob; must also be called after a `finish` that failed. */
	abandon(): Promise<void>;
}

export interface BlobStore {
	create(): Promise<BlobWriter>;
	/** Reads from `first` to `last`, both included. The bytes belong to the reader. */
	read(name: string, first: number, last: number): Readable;
	/** The size in bytes; undefined for a missing blob. */
	sizeOf(name: string): number | undefined;
	remove(name: string): void;
	/** Removes the blobs that existed at start and for which `isNamed` returns false. May be called once. */
	sweep(isNamed: (name: string) => boolean): Promise<void>;
	/** Resolves when all requested removals are done. */
	settled(): Promise<void>;
	/** Also ends a sweep. */
	close(): Promise<void>;
}

/** How many blobs are removed in one turn. */
const REMOVED_MAX = 200;

/** The blobs that are being read, and which of them must be deleted afterwards. */
export class Blobs {
	readonly #store: BlobStore;
	readonly #readers = new Map<string, number>();
	readonly #toRemove = new Set<string>();
	#sweep: Promise<void> = Promise.resolve();
	#removals: Promise<unknown> = Promise.resolve();
	#isClosed = false;

	constructor(store: BlobStore) {
		this.#store = store;
	}

	create(): Promise<BlobWriter> {
		return this.#store.create();
	}

	read(name: string, first: number, last: number): Readable {
		return this.#store.read(name, first, last);
	}

	sizeOf(name: string): number | undefined {
		return this.#store.sizeOf(name);
	}

	retain(names: readonly string[]): void {
		for (const name of names)
			this.#readers.set(name, (this.#readers.get(name) ?? 0) + 1);
	}

	release(names: readonly string[]): void {
		for (const name of names) {
			const left = (this.#readers.get(name) ?? 1) - 1;
			if (left > 0) this.#readers.set(name, left);
			else {
				this.#readers.delete(name);
				if (this.#toRemove.delete(name)) this.#store.remove(name);
			}
		}
	}

	remove(names: readonly string[]): void {
		for (const name of names) {
			if (this.#readers.has(name)) this.#toRemove.add(name);
			else this.#store.remove(name);
		}
	}

	/** Removes the blobs for which `isNamed` returns false; if there are many, some of them in later turns. */
	removeUnless(
		names: Iterable<string>,
		isNamed: (name: string) => boolean,
	): void {
		const iterator = names[Symbol.iterator]();
		const removeSome = (): boolean => {
			for (let count = 0; count < REMOVED_MAX; count++) {
				const { done, value } = iterator.next();
				if (done) return false;
				if (!isNamed(value)) this.remove([value]);
			}
			return true;
		};
		if (removeSome())
			this.#removals = Promise.all([this.#removals, this.#repeat(removeSome)]);
	}

	/** Blobs that are left when the store is closed are removed by the next start. */
	async #repeat(work: () => boolean): Promise<void> {
		const breaks = new Breaks();
		do await breaks.pause();
		while (!this.#isClosed && work());
	}

	/** Runs in the background. */
	sweep(
		isNamed: (name: string) => boolean,
		report: (error: unknown) => void,
	): void {
		this.#sweep = this.#store.sweep(isNamed).catch(report);
	}

	async settled(): Promise<void> {
		await this.#sweep;
		await this.#removals;
		await this.#store.settled();
	}

	async close(): Promise<void> {
		this.#isClosed = true;
		await this.#removals;
		for (const name of this.#toRemove) this.#store.remove(name);
		await this.#store.close();
		await this.#sweep;
	}
}
