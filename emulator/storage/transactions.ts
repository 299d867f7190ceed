/**
 * Transactions: the writes of a unit of work are stored completely, or not at all.
 *
 * A commit costs more than the writes in it, and with --durable a hundred times as much: units of work of one turn of
 * the event loop share a commit, each as a savepoint in it. Each caller's promise resolves with the commit; readers
 * see the changes before that, for less than a turn.
 */
import { Breaks } from "../oss/breaks.ts";
import type { Sqlite } from "./schema.ts";

/** A synchronous unit of work. */
export type Work<T> = () => T;

/** @throws errors of `work`, and then nothing is stored; errors of SQLite if it cannot commit */
export type Transact = <T>(work: Work<T>) => T;

/** A part of the store whose caches depend on commits. */
export type TransactionListener = {
	/** Called after every commit, with whether it may have changed many rows. */
	readonly committed: (isLarge: boolean) => void;
	/** Called when writes have been undone. */
	readonly undone?: () => void;
};

type Method = (...values: unknown[]) => unknown;

/** A commit that several units of work share. */
type Group = PromiseWithResolvers<void> & { readonly end: NodeJS.Immediate };

export class Transactions {
	readonly #db: Sqlite;
	readonly #run: (sql: Sql) => void;
	readonly #afterwards: (() => void)[] = [];
	readonly #listeners: TransactionListener[] = [];
	readonly #handleFullDisk: (error: unknown) => boolean;
	#group: Group | undefined;
	/** Ends the transaction of this turn's reads. */
	#reads: NodeJS.Immediate | undefined;
	#pause: Promise<void> | undefined;
	#changing: Promise<void> | undefined;
	#changes = 0;
	#isInSteps = false;

	/** @param handleFullDisk frees space on a full disk if it can. @returns whether the work should be tried again */
	constructor(
		db: Sqlite,
		handleFullDisk: (error: unknown) => boolean = () => false,
	) {
		this.#db = db;
		this.#handleFullDisk = handleFullDisk;
		// better-sqlite3's own transactions take 4 µs for every use.
		const statements = new Map(SQL.map((sql) => [sql, db.prepare(sql)]));
		this.#run = (sql) => statements.get(sql)?.run();
	}

	/**
	 * Lets the reads of this turn of the event loop share a transaction. SQLite locks and unlocks its log in each one;
	 * with 32 connections a GET of 1 KiB takes 2 to 5 % less CPU time if the reads share one.
	 */
	shareReads(): void {
		if (this.#reads || this.#group || this.#isInSteps) return;
		this.#run("BEGIN");
		this.#reads = setImmediate(() => this.#endReads());
	}

	#endReads(): void {
		if (!this.#reads) return;
		clearImmediate(this.#reads);
		this.#reads = undefined;
		if (this.#db.inTransaction) this.#run("COMMIT");
	}

	/**
	 * Runs `work` in the commit of this turn, or after a pause; runs it again if it fails on a full disk.
	 *
	 * @returns when it is committed
	 * @throws the errors of `Transact`
	 */
	async share<T>(work: Work<T>): Promise<T> {
		try {
			return await this.#share(work);
		} catch (error) {
			if (!this.#handleFullDisk(error)) throw error;
			return this.#share(work);
		}
	}

	async #share<T>(work: Work<T>): Promise<T> {
		while (this.#pause) await this.#pause;
		const group = this.#open();
		const result = this.#inSavepoint(work);
		await group.promise;
		return result;
	}

	/**
	 * Runs `work` in a commit of its own, after pending work is committed; runs it again if it fails on a full disk.
	 */
	readonly alone: Transact = (work) => {
		try {
			return this.#alone(work);
		} catch (error) {
			if (!this.#handleFullDisk(error)) throw error;
			return this.#alone(work);
		}
	};

	readonly #alone: Transact = (work) => {
		if (this.#isInSteps) return this.#inSavepoint(work);
		this.commit();
		this.#run("BEGIN IMMEDIATE");
		try {
			const result = work();
			this.#run("COMMIT");
			return result;
		} catch (error) {
			this.#rollBack();
			throw error;
		} finally {
			this.#finish();
		}
	};

	/**
	 * The end of the change of many rows that is in progress; undefined if there is none. Readers would see a part of its
	 * changes, or caches that do not fit the rows: they must wait, and then check again, because the next change may have
	 * begun.
	 */
	get changing(): Promise<void> | undefined {
		return this.#changing;
	}

	/** @returns a function that calls `method`, or `later` while many rows are being changed */
	callOr(method: Method, later: Method): Method {
		return (...values) =>
			this.#changing ? later(...values) : method(...values);
	}

	/** The number of changes of many rows so far. */
	get changes(): number {
		return this.#changes;
	}

	/**
	 * Runs `work`, a change of many rows that may take more than one turn, when no other is in progress. Work of `share`
	 * waits meanwhile. Runs it again if it fails on a full disk.
	 */
	async exclusively<T>(work: () => Promise<T>): Promise<T> {
		for (;;) {
			const before = this.#changing ?? this.#pause;
			if (!before) break;
			await before;
		}
		const { promise, resolve } = Promise.withResolvers<void>();
		this.pauseUntil(promise);
		this.#changing = promise;
		this.#changes++;
		try {
			return await work();
		} catch (error) {
			if (!this.#handleFullDisk(error)) throw error;
			return await work();
		} finally {
			this.#changing = undefined;
			resolve();
		}
	}

	/**
	 * Inside `exclusively`: runs `work` in a commit of its own, with breaks between its steps. Work of `alone` becomes a
	 * part of the commit.
	 */
	async inSteps<T>(work: () => Generator<void, T>): Promise<T> {
		this.commit();
		this.#run("BEGIN IMMEDIATE");
		this.#isInSteps = true;
		try {
			const result = await takeSteps(work());
			this.#run("COMMIT");
			return result;
		} catch (error) {
			this.#rollBack();
			throw error;
		} finally {
			this.#isInSteps = false;
			this.#finish();
		}
	}

	/** Inside `exclusively`: must be called when another connection has committed changes. */
	changedElsewhere(): void {
		this.commit(); // reads of this turn would not see the changes
		this.#finish(true);
	}

	/** Must be called within a unit of work: `step` runs when its commit has been made, or has failed. */
	afterwards(step: () => void): void {
		this.#afterwards.push(step);
	}

	/** Commits the pending writes; their promises reject if that fails. Afterwards no transaction is open. */
	commit(): void {
		this.#endReads();
		const group = this.#takeGroup();
		if (!group) return;
		try {
			this.#run("COMMIT");
			group.resolve();
		} catch (error) {
			this.#rollBack();
			group.reject(error);
		}
		this.#finish();
	}

	/**
	 * Commits the pending writes and delays the writes of `share` until `end` resolves. Neither readers nor the event
	 * loop wait.
	 */
	pauseUntil(end: Promise<void>): void {
		this.commit();
		const both = Promise.all([this.#pause, end]).then(() => {
			if (this.#pause === both) this.#pause = undefined;
		});
		this.#pause = both;
	}

	#open(): Group {
		if (this.#group) return this.#group;
		this.#endReads();
		this.#run("BEGIN IMMEDIATE");
		const end = setImmediate(() => this.commit());
		this.#group = { ...Promise.withResolvers<void>(), end };
		this.#group.promise.catch(() => {}); // each caller receives the error; there may be no caller left
		return this.#group;
	}

	/** A failed commit may have ended the transaction already. */
	#rollBack(): void {
		if (this.#db.inTransaction) this.#run("ROLLBACK");
		this.#undone();
	}

	#takeGroup(): Group | undefined {
		const group = this.#group;
		this.#group = undefined;
		clearImmediate(group?.end);
		return group;
	}

	#inSavepoint<T>(work: Work<T>): T {
		this.#run("SAVEPOINT work");
		try {
			const result = work();
			this.#run("RELEASE work");
			return result;
		} catch (error) {
			if (this.#db.inTransaction) {
				this.#run("ROLLBACK TO work");
				this.#run("RELEASE work");
			} else this.#rejectGroup(error);
			this.#undone();
			throw error;
		}
	}

	/** A full disk makes SQLite roll back everything, including earlier units of work. */
	#rejectGroup(error: unknown): void {
		this.#takeGroup()?.reject(error);
		this.#finish();
	}

	addListener(listener: TransactionListener): void {
		this.#listeners.push(listener);
	}

	#undone(): void {
		for (const listener of this.#listeners) listener.undone?.();
	}

	#finish(isLarge = false): void {
		for (const listener of this.#listeners) listener.committed(isLarge);
		for (const step of this.#afterwards.splice(0)) step();
	}
}

/** Takes all steps, with breaks between them. */
export async function takeSteps<T>(steps: Generator<void, T>): Promise<T> {
	const breaks = new Breaks();
	for (;;) {
		const { done, value } = steps.next();
		if (done) return value;
		await breaks.pause();
	}
}

const SQL = [
	"BEGIN",
	"BEGIN IMMEDIATE",
	"COMMIT",
	"ROLLBACK",
	"SAVEPOINT work",
	"RELEASE work",
	"ROLLBACK TO work",
] as const;

type Sql = (typeof SQL)[number];
