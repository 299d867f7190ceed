/** Limits how long a promise is awaited. */

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
