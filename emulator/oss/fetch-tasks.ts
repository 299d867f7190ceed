/**
 * Tasks that fetch a file in the background: the running tasks, and the results of finished ones. They end with the
 * emulator.
 */
import { randomUUID } from "node:crypto";
import { OssError } from "./errors.ts";

/** As in PutAsyncFetchTask; '' for absent values. */
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
	/** The error; '' for success. */
	readonly error: string;
};

export type FetchTask = FetchOutcome & {
	readonly id: string;
	readonly bucket: string;
	readonly configuration: FetchConfiguration;
};

/** Maximum number of recorded tasks; the oldest are removed first. */
const TASKS_MAX = 1000;
/** Maximum number of running tasks; the others wait. */
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
	 * @param fetch must not reject, and must stop when the signal fires
	 * @returns the task's id
	 * @throws OssError QpsLimitExceeded when the maximum number of tasks is unfinished: a guess
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

	/** Settles when all tasks have stopped. */
	async close(): Promise<void> {
		this.#ending.abort();
		await Promise.all(this.#lanes);
	}
}
