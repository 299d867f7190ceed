/** Pseudo-random numbers that depend on a seed: xorshift32. */
export class Chance {
	#state: number;

	constructor(seed: number) {
		this.#state = seed | 0 || 1;
	}

	/** A whole number from 0 to `end` - 1. */
	below(end: number): number {
		let state = this.#state;
		state ^= state << 13;
		state ^= state >>> 17;
		state ^= state << 5;
		this.#state = state;
		return (state >>> 0) % end;
	}

	/** @param some not empty */
	of<T>(some: readonly T[]): T {
		const one = some[this.below(some.length)];
		if (one === undefined) throw new RangeError("nothing to choose from");
		return one;
	}
}
