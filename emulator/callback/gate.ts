/**
 * Lets so many through at once; the others wait their turn, so many of them and no more.
 */

export class Gate {
	readonly #throughMax: number;
	readonly #waitingMax: number;
	#through = 0;
	readonly #waiting: (() => void)[] = [];

	constructor(throughMax: number, waitingMax: number) {
		this.#throughMax = throughMax;
		this.#waitingMax = waitingMax;
	}

	/** Nobody may come any more. */
	get isFull(): boolean {
		return (
			this.#through >= this.#throughMax &&
			this.#waiting.length >= this.#waitingMax
		);
	}

	async pass<Result>(work: () => Promise<Result>): Promise<Result> {
		if (this.#through < this.#throughMax) this.#through++;
		else await new Promise<void>((resolve) => this.#waiting.push(resolve));
		try {
			return await work();
		} finally {
			this.#leave();
		}
	}

	/** The place goes to the next who waits, if any. */
	#leave(): void {
		const next = this.#waiting.shift();
		if (next) next();
		else this.#through--;
	}
}
