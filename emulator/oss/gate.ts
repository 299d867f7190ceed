/**
 * Limits how many tasks run at the same time, and how many wait.
 *
 * Pure.
 */
export class Gate {
	readonly #runningMax: number;
	readonly #waitingMax: number;
	#running = 0;
	readonly #waiting: (() => void)[] = [];

	constructor(runningMax: number, waitingMax: number) {
		this.#runningMax = runningMax;
		this.#waitingMax = waitingMax;
	}

	/** Whether the next task would exceed both limits. */
	get isFull(): boolean {
		return (
			this.#running >= this.#runningMax &&
			this.#waiting.length >= this.#waitingMax
		);
	}

	async pass<Result>(work: () => Promise<Result>): Promise<Result> {
		if (this.#running < this.#runningMax) this.#running++;
		else await new Promise<void>((resolve) => this.#waiting.push(resolve));
		try {
			return await work();
		} finally {
			this.#leave();
		}
	}

	/** Starts the next waiting task, if there is one. */
	#leave(): void {
		const next = this.#waiting.shift();
		if (next) next();
		else this.#running--;
	}
}
