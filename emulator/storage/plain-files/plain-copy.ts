/**
 * `<data>/files`: a plain copy of every current object, kept in step in the background.
 *
 * It is a view: people look at it, the emulator never does. A marker next to it says that it may be old, from before
 * the first change until the last one is copied; where it is found at start, all is copied anew.
 */
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { DiskRoom } from "../folder/disk-room.ts";
import { Copyist } from "./copyist.ts";
import type { PlainTask } from "./plain-copy-worker.ts";

/** Changes are copied when none has come for this long: then uploads leave room for it … */
const QUIET_MS = 200;

/** … and under steady load after this; an object that was overwritten meanwhile is copied once. */
const STEADY_MS = 5_000;

/** More changes than this are not remembered one by one: all is copied anew. */
export const CHANGES_MAX = 50_000;

/** Handing them to the worker takes a microsecond each, while uploads wait. */
const HANDED_MAX = 500;

/** After this, copies that found the disk full are tried again. */
const STARVED_MS = 5_000;

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
	/** Whether no change has come since the last look. */
	#isQuiet = false;
	#isMarked: boolean;
	#timer: NodeJS.Timeout | undefined;
	#copying: Promise<void> | null = null;
	readonly #room: Pick<DiskRoom, "isFull"> | null;
	/** Changes of which a full disk let only removals through. */
	readonly #postponed = new Set<string>();
	#isStarved = false;
	#retry: NodeJS.Timeout | undefined;
	/** Something was not copied: the marker stays. */
	#isWrong = false;
	#ends = 0;
	#isClosed = false;

	/**
	 * @param data the data folder
	 * @param isEmpty whether there is no bucket
	 * @param commit makes the worker, which has a connection of its own, see what has changed
	 * @param report called with the reason when something cannot be copied
	 */
	constructor(
		data: string,
		isEmpty: boolean,
		commit: () => void,
		report: (error: unknown) => void,
		room: Pick<DiskRoom, "isFull" | "whenRoom"> | null = null,
	) {
		this.#room = room;
		room?.whenRoom(() => this.#resume());
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
		this.#isQuiet = false;
		this.#timer ??= this.#watch(STEADY_MS / QUIET_MS);
	}

	/** @param looks how often at most before it starts */
	#watch(looks: number): NodeJS.Timeout {
		const look = (): void => {
			if (this.#isQuiet || looks <= 1) this.#start();
			else this.#timer = this.#watch(looks - 1);
			this.#isQuiet = true;
		};
		return setTimeout(look, QUIET_MS).unref();
	}

	#mark(): void {
		this.#isMarked = true;
		this.#tryTo(() => writeFileSync(this.#marker, ""));
	}

	#unmark(): void {
		this.#tryTo(() => rmSync(this.#marker, { force: true }));
		this.#isMarked = false;
	}

	/** An upload must not fail because of a view. */
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

	/** The changes so far; those that come meanwhile wait for quiet again. */
	async #copy(): Promise<void> {
		let left = this.#isAllOld ? 1 : this.#changes.size;
		for (; left > 0 && this.#hasWork() && this.#canWork(); left -= HANDED_MAX) {
			this.#commit();
			await this.#run(this.#take());
		}
		const isDone = !this.#hasWork() && this.#postponed.size === 0;
		if (isDone && !this.#isWrong) this.#unmark();
	}

	#hasWork(): boolean {
		return this.#isAllOld || this.#changes.size > 0;
	}

	#canWork(): boolean {
		if (this.#isAllOld && this.#room?.isFull) return false;
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
		const onlyRemove = this.#isStarved || (this.#room?.isFull ?? false);
		if (onlyRemove) this.#postpone(changes);
		return { changes: changes.map(split), onlyRemove };
	}

	/** Until there is room; in case that is not noticed elsewhere, for a while. */
	#postpone(changes: readonly string[]): void {
		for (const change of changes) this.#postponed.add(change);
		if (this.#postponed.size > CHANGES_MAX) {
			this.#postponed.clear();
			this.#isWrong = true;
		}
		this.#isStarved = true;
		this.#retry ??= setTimeout(() => this.#resume(), STARVED_MS).unref();
	}

	#resume(): void {
		clearTimeout(this.#retry);
		this.#retry = undefined;
		this.#isStarved = false;
		for (const change of this.#postponed) this.#changes.add(change);
		this.#postponed.clear();
		if (this.#hasWork()) this.#schedule();
	}

	async #run(task: PlainTask): Promise<void> {
		try {
			const { failures, noRoom } = await this.#copyist.run(task);
			if (noRoom) this.#starve(task);
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

	#starve(task: PlainTask): void {
		if (task === "all") this.#isWrong = true;
		else this.#postpone(task.changes.map((change) => change.join("/")));
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
		clearTimeout(this.#retry);
		await this.#copyist.stop();
		await this.#copying;
	}
}

function split(change: string): readonly [bucket: string, key: string] {
	const slash = change.indexOf("/");
	return [change.slice(0, slash), change.slice(slash + 1)];
}
