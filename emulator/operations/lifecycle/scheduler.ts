/**
 * Runs the lifecycle rules: at the start, every hour, and on request. One run at a time.
 */
import type { Emulator } from "../../emulator.ts";
import { type LifecycleAction, runLifecycle } from "./run.ts";

export type Report = {
	/** The number of actions. */
	readonly count: number;
	/** The first of them. */
	readonly deeds: readonly LifecycleAction[];
};

const HOUR_MS = 3_600_000;
const REPORTED_ACTIONS_MAX = 1000;

export class Lifecycle {
	readonly #emulator: Emulator;
	readonly #hourly: NodeJS.Timeout;
	#running: Promise<unknown> = Promise.resolve();
	#isClosed = false;

	constructor(emulator: Emulator) {
		this.#emulator = emulator;
		this.#hourly = setInterval(() => this.#runAlone(), HOUR_MS);
		this.#hourly.unref();
		this.#runAlone();
	}

	/** Starts a run after the one under way, so that it uses the current rules and the current time. */
	run(): Promise<Report> {
		const report = this.#running.then(() => this.#run());
		this.#running = report.catch(() => {}); // the caller gets the error; the next run starts anyway
		return report;
	}

	async #run(): Promise<Report> {
		const deeds: LifecycleAction[] = [];
		let count = 0;
		if (!this.#isClosed)
			await runLifecycle(this.#emulator, (action) => {
				count += 1;
				if (deeds.length < REPORTED_ACTIONS_MAX) deeds.push(action);
			});
		return { count, deeds };
	}

	#runAlone(): void {
		this.run().catch((error: unknown) => {
			this.#emulator.log.error(`the lifecycle rules failed: ${String(error)}`);
		});
	}

	/** Resolves when the run under way has ended. */
	async close(): Promise<void> {
		this.#isClosed = true;
		clearInterval(this.#hourly);
		await this.#running;
	}
}
