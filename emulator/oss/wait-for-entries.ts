/**
 * Waiting for the next entries of a list, for long polling.
 *
 * Pure.
 */

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
