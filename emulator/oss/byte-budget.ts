/**
 * Memory that several requests share: what one of them holds is not there for the others.
 *
 * Pure.
 */
export class ByteBudget {
	readonly #bytesMax: number;
	#bytes = 0;

	constructor(bytesMax: number) {
		this.#bytesMax = bytesMax;
	}

	/** @returns whether there were so many left; otherwise nothing is taken */
	take(bytes: number): boolean {
		if (this.#bytes + bytes > this.#bytesMax) return false;
		this.#bytes += bytes;
		return true;
	}

	give(bytes: number): void {
		this.#bytes -= bytes;
	}
}
