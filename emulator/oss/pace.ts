/**
 * Limits the rate of bytes. The rate is measured from the first byte on, so that waits that end late do not add up to a
 * slower rate.
 *
 * Pure.
 */

/** How much a slow client may catch up; it is also the tolerance for late timers. */
const SAVED_MS_MAX = 200;

export class Pace {
	readonly #bytesPerMs: number;
	/** The earliest time at which the bytes so far were allowed to have passed. */
	#dueMs: number;

	constructor(bitsPerSecond: number, nowMs: number) {
		this.#bytesPerMs = bitsPerSecond / 8 / 1000;
		this.#dueMs = nowMs;
	}

	/** @returns how many milliseconds the next `bytes` must wait */
	take(bytes: number, nowMs: number): number {
		const from = Math.max(this.#dueMs, nowMs - SAVED_MS_MAX);
		this.#dueMs = from + bytes / this.#bytesPerMs;
		return Math.max(0, this.#dueMs - nowMs);
	}
}
