/**
 * `<data>/files`: a plain copy of every current object, kept in step in the background.
 *
 * It is a view: people look at it, the emulator never does. A marker beside it says that it may be old, from before the
 * first change until the last one is copied; where it is found at start, all is copied anew.
 */
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { Copyist } from "./copyist.ts";
import type { PlainTask } from "./plain-copy-worker.ts";

/** Changes that come together are copied together, and an object overwritten meanwhile once. */
const GATHER_MS = 20;

/** More changes than this are not remembered one by one: all is copied anew. */
export const CHANGES_MAX = 50_000;

/** Handing them to the worker takes a microsecond each, while uploads wait. */
const HANDED_MAX = 500;

/** A worker that ends by itself so often in a row is not started again. */
const ENDS_MAX = 3;

const CLOSE_MS = 5_000;

const filesOf = (data: string): string => join(data, "files");
const markerOf = (data: string): string => join(data, "files.stale");

/** For an emulator that makes no copies: those there are may be old when one does again. */
export function neglectPlainCopy(data: string): void {
	if (existsSync(filesOf(data))) writeFileSync(markerOf(data), "");
}

export class PlainCopy {
	readonly #marker: string;
	readonly #commit: () => void;
	readonly #report: (error: unknown) => void;
	readonly #copyist: Copyist;
	/** `bucket/key`. */
	readonly #changes = new Set<string>();
	#isAllOld: boolean;
	#isMarked: boolean;
	#timer: NodeJS.Timeout | undefined;
	#copying: Promise<void> | null = null;
	/** Something was not copied: the marker stays. */
	#isWrong = false;
	#ends = 0;
	#isClosed = false;

	/**
	 * @param data the data folder
	 * @param isEmpty whether there is no bucket
	 * @param commit makes the worker, which has a connection of its own, see what has changed
	 * @param report is told of what cannot be copied
	 */
	constructor(
		data: string,
		isEmpty: boolean,
		commit: () => void,
		report: (error: unknown) => void,
	) {
		this.#marker = markerOf(data);
		this.#commit = commit;
		this.#report = report;
		this.#copyist = new Copyist(data);
		this.#isMarked = existsSync(this.#marker);
		if (isEmpty) mkdirSync(filesOf(data), { recursive: true });
		this.#isAllOld = this.#isMarked || !existsSync(filesOf(data));
		if (this.#isAllOld) this.#schedule();
	}

	/**
	 * Must be called before the change is committed, and in the same transaction, so that a crash between the two leaves
	 * the marker.
	 *
	 * @param key '' for all of the bucket
	 */
	changed(bucket: string, key: string): void {
		if (this.#changes.size >= CHANGES_MAX) this.#isAllOld = true;
		if (this.#isAllOld) this.#changes.clear();
		else this.#changes.add(`${bucket}/${key}`);
		this.#schedule();
	}

	#schedule(): void {
		if (!this.#isMarked) this.#mark();
		this.#timer ??= setTimeout(() => this.#start(), GATHER_MS).unref();
	}

	#mark(): void {
		this.#isMarked = true;
		this.#tryTo(() => writeFileSync(this.#marker, ""));
	}

	#unmark(): void {
		this.#tryTo(() => rmSync(this.#marker, { force: true }));
		this.#isMarked = false;
	}

	/** No upload is to fail for a view's sake. */
	#tryTo(work: () => void): void {
		try {
			work();
		} catch (error) {
			this.#report(error);
		}
	}

	#start(): void {
		clearTimeout(this.#timer);
		this.#timer = undefined;
		this.#copying ??= this.#copy().finally(() => {
			this.#copying = null;
		});
	}

	/** Until nothing is left to do, or nothing more can be done. */
	async #copy(): Promise<void> {
		while (this.#hasWork() && this.#canWork()) {
			this.#commit();
			await this.#run(this.#take());
		}
		if (!this.#hasWork() && !this.#isWrong) this.#unmark();
	}

	#hasWork(): boolean {
		return this.#isAllOld || this.#changes.size > 0;
	}

	#canWork(): boolean {
		return !this.#isClosed && this.#ends < ENDS_MAX;
	}

	#take(): PlainTask {
		if (this.#isAllOld) {
			this.#changes.clear();
			this.#isAllOld = false;
			return "all";
		}
		const changes = [...this.#changes.values().take(HANDED_MAX)];
		for (const change of changes) this.#changes.delete(change);
		return changes.map(split);
	}

	async #run(task: PlainTask): Promise<void> {
		try {
			const failures = await this.#copyist.run(task);
			for (const failure of failures) this.#report(new Error(failure));
			this.#ends = 0;
			if (task === "all") this.#isWrong = false;
			if (failures.length > 0) this.#isWrong = true;
		} catch (error) {
			this.#isWrong = true;
			this.#isAllOld = true;
			this.#ends++;
			if (!this.#isClosed) this.#report(error);
		}
	}

	/** When all changes so far have been copied, or cannot be. */
	async settled(): Promise<void> {
		while (this.#copying || (this.#hasWork() && this.#canWork())) {
			this.#start();
			await this.#copying;
		}
	}

	/** Waits for the last copies, but not for ever: the marker says so then. */
	async close(): Promise<void> {
		const settled = new AbortController();
		const patience = wait(CLOSE_MS, undefined, settled);
		await Promise.race([this.settled(), patience]);
		settled.abort();
		await patience.catch(() => {}); // it was aborted just now
		this.#isClosed = true;
		clearTimeout(this.#timer);
		await this.#copyist.stop();
		await this.#copying;
	}
}

function split(change: string): readonly [bucket: string, key: string] {
	const slash = change.indexOf("/");
	return [change.slice(0, slash), change.slice(slash + 1)];
}
