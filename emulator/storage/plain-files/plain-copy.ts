/**
 * `<data>/files`: a plain copy of every current object, kept up to date in the background.
 *
 * It is meant for users; the emulator never reads it. A marker next to it exists from before the first change until the
 * last change is copied; if the marker exists at start, everything is copied again.
 */
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { IdleWorker } from "../../oss/idle-worker.ts";
import type { DiskSpace } from "../folder/disk-space.ts";
import type { Change, PlainAnswer, PlainTask } from "./plain-copy-worker.ts";

/** Changes are copied after this time without a change, so that uploads come first. */
const QUIET_MS = 200;

/** Under steady load, changes are copied after this time; an object that was overwritten meanwhile is copied once. */
const STEADY_MS = 5_000;

/** The maximum number of changes that are recorded individually; if there are more, everything is copied again. */
export const CHANGES_MAX = 50_000;

/** The number of changes per task: passing them to the worker takes a microsecond each, which delays uploads. */
const TASK_CHANGES_MAX = 500;

/** The interval after which copies that failed on a full disk are tried again. */
const RETRY_MS = 5_000;

/** A worker that fails this many times in a row is not started again. */
const CRASHES_MAX = 3;

const CLOSE_MS = 5_000;

const filesOf = (data: string): string => join(data, "files");
const markerOf = (data: string): string => join(data, "files.stale");

/** Must be called by an emulator that makes no copies: existing copies may then be outdated. */
export function markPlainCopyOutdated(data: string): void {
	if (existsSync(filesOf(data))) writeFileSync(markerOf(data), "");
}

export class PlainCopy {
	readonly #marker: string;
	readonly #commit: () => void;
	readonly #report: (error: unknown) => void;
	readonly #worker: IdleWorker<PlainTask, PlainAnswer>;
	/** The changed objects, as `bucket/key`. */
	readonly #changes = new Set<string>();
	/** Buckets to copy as a whole; changes of their objects are not recorded individually, because they are included. */
	readonly #buckets = new Set<string>();
	#isAllOutdated: boolean;
	/** Whether no change has occurred since the last check. */
	#isQuiet = false;
	#isMarked: boolean;
	/** The number of changes that have begun and are not committed. */
	#begun = 0;
	#timer: NodeJS.Timeout | undefined;
	#copying: Promise<void> | null = null;
	readonly #diskSpace: Pick<DiskSpace, "isFull"> | null;
	/** Changes that wait because only removals are possible on a full disk. */
	readonly #postponed = new Set<string>();
	#isWaitingForSpace = false;
	#retry: NodeJS.Timeout | undefined;
	/** Whether an object was not copied; then the marker remains. */
	#isOutdated = false;
	#crashes = 0;
	#isClosed = false;

	/**
	 * @param data the data folder
	 * @param isEmpty whether there is no bucket
	 * @param commit commits pending changes, so that the worker, which has a connection of its own, sees them
	 * @param report called with the reason if an object cannot be copied
	 */
	constructor(
		data: string,
		isEmpty: boolean,
		commit: () => void,
		report: (error: unknown) => void,
		diskSpace: Pick<DiskSpace, "isFull" | "onFreeSpace"> | null = null,
	) {
		this.#diskSpace = diskSpace;
		diskSpace?.onFreeSpace(() => this.#resume());
		this.#marker = markerOf(data);
		this.#commit = commit;
		this.#report = report;
		this.#worker = new IdleWorker("plain-copy-worker", import.meta.url, data);
		this.#isMarked = existsSync(this.#marker);
		if (isEmpty) mkdirSync(filesOf(data), { recursive: true });
		this.#isAllOutdated = this.#isMarked || !existsSync(filesOf(data));
		if (this.#isAllOutdated) this.#schedule();
	}

	/**
	 * Must be called before the change is committed, and in the same transaction, so that the marker exists after a
	 * crash between the two.
	 *
	 * @param key '' for the whole bucket
	 */
	changed(bucket: string, key: string): void {
		if (this.#size >= CHANGES_MAX) this.#isAllOutdated = true;
		if (!this.#isAllOutdated) this.#record(bucket, key);
		this.#schedule();
	}

	#record(bucket: string, key: string): void {
		if (key === "") this.#buckets.add(bucket);
		else if (!this.#buckets.has(bucket)) this.#changes.add(`${bucket}/${key}`);
	}

	get #size(): number {
		return this.#buckets.size + this.#changes.size;
	}

	/**
	 * Must be called before a change of many rows, which is committed later: the marker remains until then.
	 *
	 * @returns must be called with the changes when they are committed; without any if the change has failed
	 */
	beginChange(): (changes: readonly Change[] | "all") => void {
		if (!this.#isMarked) this.#mark();
		this.#begun++;
		return (changes) => {
			this.#begun--;
			if (changes === "all") this.#isAllOutdated = true;
			else for (const [bucket, key] of changes) this.changed(bucket, key);
			this.#schedule();
		};
	}

	#schedule(): void {
		if (!this.#isMarked) this.#mark();
		this.#isQuiet = false;
		this.#timer ??= this.#watch(STEADY_MS / QUIET_MS);
	}

	/** @param checks the maximum number of checks before copying starts */
	#watch(checks: number): NodeJS.Timeout {
		const check = (): void => {
			if (this.#isQuiet || checks <= 1) this.#start();
			else this.#timer = this.#watch(checks - 1);
			this.#isQuiet = true;
		};
		return setTimeout(check, QUIET_MS).unref();
	}

	#mark(): void {
		this.#isMarked = true;
		this.#tryTo(() => writeFileSync(this.#marker, ""));
	}

	#unmark(): void {
		this.#tryTo(() => rmSync(this.#marker, { force: true }));
		this.#isMarked = false;
	}

	/** An upload must not fail because of a copy. */
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
			if (this.#hasWork() && this.#canWork()) this.#schedule();
		});
	}

	/** Copies the changes so far; later changes wait until no more arrive. */
	async #copy(): Promise<void> {
		let left = this.#isAllOutdated ? 1 : this.#size;
		for (
			;
			left > 0 && this.#hasWork() && this.#canWork();
			left -= TASK_CHANGES_MAX
		) {
			this.#commit();
			await this.#run(this.#take());
		}
		const isDone = !this.#hasWork() && this.#postponed.size === 0;
		if (isDone && !this.#isOutdated && this.#begun === 0) this.#unmark();
	}

	#hasWork(): boolean {
		return this.#isAllOutdated || this.#size > 0;
	}

	#canWork(): boolean {
		if (this.#isAllOutdated && this.#diskSpace?.isFull) return false;
		return !this.#isClosed && this.#crashes < CRASHES_MAX;
	}

	#take(): PlainTask {
		if (this.#isAllOutdated) {
			this.#buckets.clear();
			this.#changes.clear();
			this.#isAllOutdated = false;
			return "all";
		}
		const changes =
			this.#buckets.size > 0
				? takeFrom(this.#buckets).map((bucket): Change => [bucket, ""])
				: takeFrom(this.#changes).map(split);
		const onlyRemove =
			this.#isWaitingForSpace || (this.#diskSpace?.isFull ?? false);
		if (onlyRemove) this.#postpone(changes);
		return { changes, onlyRemove };
	}

	/** Waits until there is space, or for a while, in case the free space is not noticed elsewhere. */
	#postpone(changes: readonly Change[]): void {
		for (const change of changes) this.#postponed.add(change.join("/"));
		if (this.#postponed.size > CHANGES_MAX) {
			this.#postponed.clear();
			this.#isOutdated = true;
		}
		this.#isWaitingForSpace = true;
		this.#retry ??= setTimeout(() => this.#resume(), RETRY_MS).unref();
	}

	#resume(): void {
		clearTimeout(this.#retry);
		this.#retry = undefined;
		this.#isWaitingForSpace = false;
		for (const change of this.#postponed) this.#record(...split(change));
		this.#postponed.clear();
		if (this.#hasWork()) this.#schedule();
	}

	async #run(task: PlainTask): Promise<void> {
		try {
			const { failures, isDiskFull } = await this.#worker.run((ask) =>
				ask(task),
			);
			if (isDiskFull) this.#retryLater(task);
			for (const failure of failures) this.#report(new Error(failure));
			this.#crashes = 0;
			if (task === "all") this.#isOutdated = false;
			if (failures.length > 0) this.#isOutdated = true;
		} catch (error) {
			this.#isOutdated = true;
			this.#isAllOutdated = true;
			this.#crashes++;
			if (!this.#isClosed) this.#report(error);
		}
	}

	#retryLater(task: PlainTask): void {
		if (task === "all") this.#isOutdated = true;
		else this.#postpone(task.changes);
	}

	/** Resolves when all changes so far have been copied, or cannot be copied. */
	async settled(): Promise<void> {
		while (this.#copying || (this.#hasWork() && this.#canWork())) {
			this.#start();
			await this.#copying;
		}
	}

	/** Waits for the last copies for a limited time: if it expires, the marker remains. */
	async close(): Promise<void> {
		const settled = new AbortController();
		const timeout = wait(CLOSE_MS, undefined, settled);
		await Promise.race([this.settled(), timeout]);
		settled.abort();
		await timeout.catch(() => {}); // it was aborted above
		this.#isClosed = true;
		clearTimeout(this.#timer);
		clearTimeout(this.#retry);
		await this.#worker.stop();
		await this.#copying;
	}
}

/** Removes the oldest members, and returns them. */
function takeFrom(set: Set<string>): string[] {
	const taken = [...set.values().take(TASK_CHANGES_MAX)];
	for (const member of taken) set.delete(member);
	return taken;
}

function split(change: string): Change {
	const slash = change.indexOf("/");
	return [change.slice(0, slash), change.slice(slash + 1)];
}
