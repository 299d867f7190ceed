/**
 * The record of deliveries: what application servers were sent and what came of it, the latest of them.
 *
 * Saving only takes note; what was noted is written soon after in one transaction, so that no upload waits for it, and
 * a callback that is answered at once is written once. Readers see all that was saved. A process that is killed loses
 * the last `WRITE_AFTER_MS` at most.
 */
import {
	type DeliveryFilter,
	type DeliveryLimits,
	DeliveryRows,
	type StoredDelivery,
} from "./delivery-rows.ts";
import type { Sqlite } from "./schema.ts";
import type { Transact } from "./transactions.ts";

const WRITE_AFTER_MS = 20;

/** More than that is not kept waiting. */
const NOTED_MAX = 500;

type Listener = (delivery: StoredDelivery) => void;

export class Deliveries {
	readonly #rows: DeliveryRows;
	readonly #transact: Transact;
	readonly #report: (error: unknown) => void;
	readonly #listeners = new Set<Listener>();
	/** The latest of each id, until it is written. */
	readonly #noted = new Map<string, StoredDelivery>();
	readonly #underWay = new Set<string>();
	/** Under way when the record was cleared: what comes of them belongs to no record any more. */
	readonly #forgotten = new Set<string>();
	#timer: NodeJS.Timeout | undefined;

	constructor(
		db: Sqlite,
		transact: Transact,
		limits: DeliveryLimits,
		report: (error: unknown) => void,
	) {
		this.#rows = new DeliveryRows(db, limits);
		this.#transact = transact;
		this.#report = report;
	}

	/** Takes the place of what was saved of the same id. */
	save(delivery: StoredDelivery): void {
		const { id, status } = delivery;
		if (status === "sending") this.#underWay.add(id);
		else this.#underWay.delete(id);
		if (this.#forgotten.has(id)) {
			if (status !== "sending") this.#forgotten.delete(id);
			return;
		}
		this.#noted.set(id, delivery);
		if (this.#noted.size >= NOTED_MAX) this.#writeOrReport();
		else
			this.#timer ??= setTimeout(() => this.#writeOrReport(), WRITE_AFTER_MS);
		for (const listener of this.#listeners) listener(delivery);
	}

	/** The uploads whose records are lost when the disk is full have been answered: there is nobody else to tell. */
	#writeOrReport(): void {
		try {
			this.#write();
		} catch (error) {
			this.#report(error);
		}
	}

	#write(): void {
		clearTimeout(this.#timer);
		this.#timer = undefined;
		if (this.#noted.size === 0) return;
		const noted = [...this.#noted.values()];
		this.#noted.clear();
		try {
			this.#transact(() => this.#rows.put(noted));
		} catch (error) {
			this.#rows.recount();
			throw error;
		}
	}

	async find(id: string): Promise<StoredDelivery | undefined> {
		this.#write();
		return this.#rows.find(id);
	}

	/**
	 * The latest first.
	 *
	 * @param before only those that began before the one of this id
	 */
	async list(
		filter: DeliveryFilter,
		max: number,
		before?: string,
	): Promise<StoredDelivery[]> {
		this.#write();
		return this.#rows.list(filter, max, before);
	}

	/** As `list`, as soon as there are `count`; or whatever there is when `signal` fires. */
	async wait(
		filter: DeliveryFilter,
		count: number,
		max: number,
		signal: AbortSignal,
	): Promise<StoredDelivery[]> {
		for (;;) {
			this.#write();
			const found = this.#rows.list(filter, Math.max(count, max), undefined);
			if (found.length >= count || signal.aborted) return found.slice(0, max);
			// Nothing can be saved between the look and this: both happen in one turn.
			await this.#next(filter, signal);
		}
	}

	#next(filter: DeliveryFilter, signal: AbortSignal): Promise<void> {
		const { promise, resolve } = Promise.withResolvers<void>();
		const unwatch = this.watch((delivery) => {
			if (matches(delivery, filter)) resolve();
		});
		const giveUp = (): void => resolve();
		signal.addEventListener("abort", giveUp);
		return promise.finally(() => {
			unwatch();
			signal.removeEventListener("abort", giveUp);
		});
	}

	/**
	 * @param listener is told of every delivery when it is saved, and must be quick
	 * @returns ends it
	 */
	watch(listener: Listener): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	/** @returns how many there were */
	async clear(): Promise<number> {
		this.#write();
		for (const id of this.#underWay) this.#forgotten.add(id);
		return this.#transact(() => this.#rows.clear());
	}

	/** To be called before the database is closed. */
	close(): void {
		this.#writeOrReport();
	}
}

const matches = (
	delivery: StoredDelivery,
	{ bucket, key, statuses, since }: DeliveryFilter,
): boolean =>
	(bucket === undefined || bucket === delivery.bucket) &&
	(key === undefined || key === delivery.key) &&
	(statuses?.includes(delivery.status) ?? true) &&
	(since === undefined || since <= delivery.started);
