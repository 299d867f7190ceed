/**
 * Breaks in long work, so that other requests get their turn.
 */
import { setImmediate } from "node:timers/promises";

/** How long work may go on without a break. Everything between two calls of `pause` comes on top. */
const WORK_MS_MAX = 10;

export class Breaks {
	#since = performance.now();

	/** Lets other requests go first, if the work has lasted long enough since the last break. */
	async pause(): Promise<void> {
		if (performance.now() - this.#since < WORK_MS_MAX) return;
		await setImmediate();
		this.#since = performance.now();
	}
}
