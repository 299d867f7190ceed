/** Waits for what may take for ever. */

/**
 * What `work` gives. It goes on after the limit, and nobody hears of it.
 *
 * @throws Error with the code ETIMEOUT after `limitMs` milliseconds; what `work` throws before
 */
export function withinMs<Value>(
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
