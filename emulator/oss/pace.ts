/**
 * How fast bytes may pass: a bucket that fills at the rate allowed. It is kept from the first byte on, so that waits
 * that end late do not add up to a slower rate.
 *
 * Pure.
 */

/** Who was slow may catch up with this much; it is also what a late timer may cost. */
const SAVED_MS_MAX = 200;

export class Pace {
	readonly #bytesPerMs: number;
	/** When all that has passed so far was allowed to have passed. */
	#dueMs: number;

	constructor(bitsPerSecond: number, nowMs: number) {
		this.#bytesPerMs = bitsPerSecond / 8 / 1000;
		this.#dueMs = nowMs;
	}

	/** @returns how many milliseconds `bytes` more have to wait before they pass */
	take(bytes: number, nowMs: number): number {
		const from = Math.max(this.#dueMs, nowMs - SAVED_MS_MAX);
		this.#dueMs = from + bytes / this.#bytesPerMs;
		return Math.max(0, this.#dueMs - nowMs);
	}
}
