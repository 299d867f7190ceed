/**
 * A common limit on the memory that several requests use.
 *
 * Pure.
 */
export class ByteBudget {
	readonly bytesMax: number;
	#bytes = 0;

	constructor(bytesMax: number) {
		this.bytesMax = bytesMax;
	}

	/** @returns whether that many bytes were available; otherwise none are taken */
	take(bytes: number): boolean {
		if (this.#bytes + bytes > this.bytesMax) return false;
		this.#bytes += bytes;
		return true;
	}

	give(bytes: number): void {
		this.#bytes -= bytes;
	}
}
