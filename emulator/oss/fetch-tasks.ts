/**
 * What is fetched from elsewhere after its request was answered: what is under way, and what became of the rest.
 *
 * Nothing of it outlives the emulator.
 */
import { randomUUID } from "node:crypto";
import { OssError } from "./errors.ts";

/** As PutAsyncFetchTask has it; '' for what was not said. */
export type FetchConfiguration = {
	readonly Url: string;
	readonly Object: string;
	readonly Host: string;
	readonly ContentMD5: string;
	readonly Callback: string;
	readonly StorageClass: string;
	readonly IgnoreSameKey: boolean;
};

export type FetchOutcome = {
	readonly state:
		| "Running"
		| "Success"
		| "FetchSuccessCallbackFailed"
		| "Failed";
	/** What went wrong; '' when nothing did. */
	readonly error: string;
};

export type FetchTask = FetchOutcome & {
	readonly id: string;
	readonly bucket: string;
	readonly configuration: FetchConfiguration;
};

/** Remembered; the oldest go first. */
const TASKS_MAX = 1000;
/** At a time; the others wait. */
const RUNNING_MAX = 8;

export class FetchTasks {
	readonly #tasks = new Map<string, FetchTask>();
	readonly #ending = new AbortController();
	readonly #lanes = Array.from({ length: RUNNING_MAX }, () =>
		Promise.resolve(),
	);
	readonly #max: number;
	#started = 0;
	#unfinished = 0;

	constructor(max = TASKS_MAX) {
		this.#max = max;
	}

	/**
	 * @param fetch never rejects; it is to give up when the signal says so
	 * @returns the task's id
	 * @throws OssError QpsLimitExceeded when as many as are remembered wait for their end: a guess
	 */
	start(
		bucket: string,
		configuration: FetchConfiguration,
		fetch: (signal: AbortSignal) => Promise<FetchOutcome>,
	): string {
		if (this.#unfinished >= this.#max) throw new OssError("QpsLimitExceeded");
		const task = { id: randomUUID(), bucket, configuration };
		this.#tasks.set(task.id, { ...task, state: "Running", error: "" });
		const [oldest = ""] = this.#tasks.keys();
		if (this.#tasks.size > this.#max) this.#tasks.delete(oldest);
		const lane = this.#started++ % RUNNING_MAX;
		this.#unfinished++;
		this.#lanes[lane] = Promise.resolve(this.#lanes[lane]).then(async () => {
			const outcome = await fetch(this.#ending.signal);
			this.#unfinished--;
			if (this.#tasks.has(task.id))
				this.#tasks.set(task.id, { ...task, ...outcome });
		});
		return task.id;
	}

	find(bucket: string, id: string): FetchTask | undefined {
		const task = this.#tasks.get(id);
		return task?.bucket === bucket ? task : undefined;
	}

	/** When all have given up. */
	async close(): Promise<void> {
		this.#ending.abort();
		await Promise.all(this.#lanes);
	}
}
