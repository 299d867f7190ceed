/**
 * Breaks in long work, so that other requests get their turn.
 *
 * Of all works that wait to go on, one does in each turn of the event loop. So a request waits for one stretch of work,
 * no matter how many works there are.
 */

/** How long work may run without a break. The work between two calls of `pause` is added to it. */
const WORK_MS_MAX = 10;

/** Resume the works that wait, in the order in which they stopped. */
const waiting: (() => void)[] = [];

function resumeNext(): void {
	waiting.shift()?.();
	if (waiting.length > 0) setImmediate(resumeNext);
}

export class Breaks {
	/** The first pause is a break: how long the work had lasted before is not known. */
	#since = Number.NEGATIVE_INFINITY;

	/** Lets other requests and other works go first, if the work has lasted long enough since the last break. */
	async pause(): Promise<void> {
		if (performance.now() - this.#since < WORK_MS_MAX) return;
		const { promise, resolve } = Promise.withResolvers<void>();
		if (waiting.push(resolve) === 1) setImmediate(resumeNext);
		await promise;
		this.#since = performance.now();
	}
}
