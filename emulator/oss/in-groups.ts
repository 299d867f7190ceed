/**
 * Runs many small writes in groups: the writes of a group share a commit of the store, which costs more than the writes
 * themselves.
 *
 * Pure.
 */

/** The size of a group, small enough not to delay other requests. */
const GROUP_MAX = 32;

/**
 * Runs `work` for all items.
 *
 * @returns the results, in the order of the items; the next group begins when the results of the previous group have
 *   been consumed
 * @throws the first error, after which no further group begins
 */
export async function* inGroups<Item, Result>(
	items: Iterable<Item> | AsyncIterable<Item>,
	work: (item: Item) => Promise<Result>,
): AsyncGenerator<Result> {
	let group: Item[] = [];
	for await (const item of items) {
		if (group.push(item) < GROUP_MAX) continue;
		yield* await Promise.all(group.map(work));
		group = [];
	}
	yield* await Promise.all(group.map(work));
}
