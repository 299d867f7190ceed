/**
 * Interrupts long tasks, so that other requests are served in between.
 *
 * Each turn of the event loop resumes only one of the interrupted tasks. So a request waits for at most one stretch of
 * work, no matter how many tasks there are.
 */

/** How long a task may run without a break, apart from its work between two calls of `pause`. */
const WORK_MS_MAX = 10;

/** Functions that resume the interrupted tasks, in the order in which the tasks were interrupted. */
const waiting: (() => void)[] = [];

function resumeNext(): void {
	waiting.shift()?.();
	if (waiting.length > 0) setImmediate(resumeNext);
}

export class Breaks {
	/** The first call of `pause` always interrupts, because how long the task has run before is not known. */
	#since = Number.NEGATIVE_INFINITY;

	/** Interrupts the task if it has run long enough since its last break, so that other requests and tasks run first. */
	async pause(): Promise<void> {
		if (performance.now() - this.#since < WORK_MS_MAX) return;
		const { promise, resolve } = Promise.withResolvers<void>();
		if (waiting.push(resolve) === 1) setImmediate(resumeNext);
		await promise;
		this.#since = performance.now();
	}
}
