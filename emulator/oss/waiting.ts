/**
 * Waiting that ends: a pause, a promise with a time limit, the next entries of a list.
 */
import { setTimeout as sleep } from "node:timers/promises";

/** Waits `ms` milliseconds, or until `signal` is aborted, which is not an error. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
	try {
		await sleep(ms, undefined, { signal });
	} catch (error) {
		if (!signal.aborted) throw error;
	}
}

/**
 * Returns the result of `work`. After the limit `work` continues, but its result is ignored.
 *
 * @throws Error with the code ETIMEOUT after `limitMs` milliseconds; the error of `work` before that
 */
export function withTimeout<Value>(
	work: Promise<Value>,
	limitMs: number,
): Promise<Value> {
	let timer: NodeJS.Timeout | undefined;
	const timeout = new Promise<never>((_, reject) => {
		timer = setTimeout(() => {
			reject(Object.assign(new Error("no answer"), { code: "ETIMEOUT" }));
		}, limitMs);
	});
	return Promise.race([work, timeout]).finally(() => clearTimeout(timer));
}

/** A list to which entries are added. */
export type Watched<Entry> = {
	readonly list: () => Entry[];
	/** Returns a function that ends the subscription. */
	readonly watch: (listener: (entry: Entry) => void) => () => void;
};

/**
 * @param matches whether a new entry is one that `list` returns
 * @returns what `list` returns, as soon as there are `count` entries, or when `signal` fires
 */
export async function waitForEntries<Entry>(
	{ list, watch }: Watched<Entry>,
	matches: (entry: Entry) => boolean,
	count: number,
	signal: AbortSignal,
): Promise<Entry[]> {
	for (;;) {
		const found = list();
		if (found.length >= count || signal.aborted) return found;
		// No entry can be added between `list` and `watch`: both run in one turn of the event loop.
		const { promise, resolve } = Promise.withResolvers<void>();
		const unwatch = watch((entry) => {
			if (matches(entry)) resolve();
		});
		const giveUp = (): void => resolve();
		signal.addEventListener("abort", giveUp);
		await promise;
		unwatch();
		signal.removeEventListener("abort", giveUp);
	}
}
