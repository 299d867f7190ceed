/**
 * Starts the worker that makes plain copies when there is work, and ends it after some time without work, so that an
 * idle emulator takes little memory.
 */
import { once } from "node:events";
import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import type { PlainAnswer, PlainTask } from "./plain-copy-worker.ts";

const IDLE_MS = 5_000;

export class CopyWorker {
	readonly #data: string;
	#worker: Worker | null = null;
	#idle: NodeJS.Timeout | undefined;

	/** @param data the data folder */
	constructor(data: string) {
		this.#data = data;
	}

	/** Runs one task at a time. @throws the error that ended the worker; the next task starts a new one */
	async run(task: PlainTask): Promise<PlainAnswer> {
		clearTimeout(this.#idle);
		this.#worker ??= start(this.#data);
		const worker = this.#worker;
		const settled = new AbortController();
		worker.ref();
		worker.postMessage(task);
		try {
			const ended = once(worker, "exit", settled);
			const answered: Promise<PlainAnswer[]> = once(worker, "message", settled);
			const answer = await Promise.race([answered, ended.then(fail)]);
			return answer[0] ?? { failures: [], isDiskFull: false };
		} catch (error) {
			this.#worker = null;
			throw error;
		} finally {
			settled.abort();
			worker.unref(); // an idle worker must not keep the process alive
			this.#idle = setTimeout(() => this.stop(), IDLE_MS).unref();
		}
	}

	async stop(): Promise<void> {
		clearTimeout(this.#idle);
		const worker = this.#worker;
		this.#worker = null;
		await worker?.terminate();
	}
}

const fail = (): never => {
	throw new Error("the worker that makes plain copies has ended");
};

/** The worker's file is TypeScript or compiled, like this one. */
function start(data: string): Worker {
	const file = `./plain-copy-worker${extname(import.meta.url)}`;
	return new Worker(new URL(file, import.meta.url), { workerData: data });
}
