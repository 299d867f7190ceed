/**
 * The record of the latest deliveries: the requests to application servers and their outcomes.
 *
 * Saving resolves with the commit, which is shared by all writes of this turn of the event loop, before any client
 * receives the result: so the record survives a killed process. Readers see it immediately.
 */

import { waitForEntries } from "../oss/waiting.ts";
import {
	type DeliveryFilter,
	type DeliveryLimits,
	DeliveryRows,
	type StoredDelivery,
} from "./rows/delivery-rows.ts";
import type { Sqlite } from "./schema.ts";
import type { Transactions } from "./transactions.ts";

type Listener = (delivery: StoredDelivery) => void;

export class Deliveries {
	readonly #rows: DeliveryRows;
	readonly #transactions: Transactions;
	readonly #report: (error: unknown) => void;
	readonly #listeners = new Set<Listener>();
	/** The deliveries under way: accounts by delivery id. */
	readonly #underWay = new Map<string, string>();
	/** Deliveries that were under way when the record was cleared or replaced; their outcomes are not recorded. */
	readonly #forgotten = new Set<string>();
	#isClosed = false;

	constructor(
		db: Sqlite,
		transactions: Transactions,
		limits: DeliveryLimits,
		report: (error: unknown) => void,
	) {
		this.#rows = new DeliveryRows(db, limits);
		this.#transactions = transactions;
		this.#report = report;
	}

	/**
	 * Replaces the delivery that was saved with the same id.
	 *
	 * @returns when it is written, or cannot be written
	 */
	async save(delivery: StoredDelivery): Promise<void> {
		if (this.#isClosed) return;
		const { id, account, status } = delivery;
		if (status === "sending") this.#underWay.set(id, account);
		try {
			// The record may be cleared while this waits for its turn.
			await this.#transactions.share(() => {
				if (this.#isCleared(delivery)) return;
				this.#rows.put(delivery);
				this.#notifyListeners(delivery);
			});
		} catch (error) {
			// If the disk is full, the upload continues without the record: its object is stored.
			if (status !== "sending") this.#underWay.delete(id);
			this.#rows.recount();
			this.#report(error);
			this.#notifyListeners(delivery);
		}
	}

	#isCleared({ id, status }: StoredDelivery): boolean {
		if (status === "sending") return this.#forgotten.has(id);
		this.#underWay.delete(id);
		return this.#forgotten.delete(id);
	}

	#notifyListeners(delivery: StoredDelivery): void {
		for (const listener of this.#listeners) listener(delivery);
	}

	async find(id: string): Promise<StoredDelivery | undefined> {
		return this.#rows.find(id);
	}

	/**
	 * Lists the latest deliveries first.
	 *
	 * @param before only deliveries that began before the one with this id
	 */
	async list(
		filter: DeliveryFilter,
		max: number,
		before?: string,
	): Promise<StoredDelivery[]> {
		return this.#rows.list(filter, max, before);
	}

	/** Resolves with `list` as soon as there are `count` deliveries, or when `signal` fires. */
	async wait(
		filter: DeliveryFilter,
		count: number,
		max: number,
		signal: AbortSignal,
	): Promise<StoredDelivery[]> {
		const list = () => this.#rows.list(filter, Math.max(count, max), undefined);
		let found = await waitForEntries(
			{
				list,
				watch: (listener) => this.watch(listener),
			},
			(delivery) => matches(delivery, filter),
			count,
			signal,
		);
		// The signal may fire while a snapshot is being restored.
		while (this.#transactions.changing) {
			await this.#transactions.changing;
			found = list();
		}
		return found.slice(0, max);
	}

	/**
	 * @param listener called with every delivery when it is saved; it must be quick
	 * @returns a function that ends the subscription
	 */
	watch(listener: Listener): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	/**
	 * @param account undefined removes the deliveries of all accounts
	 * @returns the number of removed deliveries
	 */
	async clear(account?: string): Promise<number> {
		try {
			return this.#transactions.alone(() => {
				this.forget(account);
				return this.#rows.clear(account);
			});
		} finally {
			this.#rows.recount();
		}
	}

	/** Must be called when the deliveries of an account, or of all accounts, have been removed or replaced. */
	forget(account: string | undefined): void {
		for (const [id, owner] of this.#underWay)
			if (account === undefined || account === owner) this.#forgotten.add(id);
	}

	/** Must be called when rows have been changed by other code. */
	reload(): void {
		this.#rows.recount();
	}

	/** Must be called before the database is closed: deliveries under way remain in the record as under way. */
	close(): void {
		this.#transactions.commit();
		this.#isClosed = true;
	}
}

const matches = (
	delivery: StoredDelivery,
	{ id, account, bucket, key, search, statuses, since }: DeliveryFilter,
): boolean =>
	(id === undefined || id === delivery.id) &&
	(account === undefined || account === delivery.account) &&
	(bucket === undefined || bucket === delivery.bucket) &&
	(key === undefined || key === delivery.key) &&
	(search === undefined || delivery.key.includes(search)) &&
	(statuses?.includes(delivery.status) ?? true) &&
	(since === undefined || since <= delivery.started);
