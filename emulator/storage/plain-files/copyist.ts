/**
 * The life of the worker that makes plain copies: started when there is something to do, ended when there has been
 * nothing for a while, so that an idle emulator stays small.
 */
import { once } from "node:events";
import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import type { PlainAnswer, PlainTask } from "./plain-copy-worker.ts";

const IDLE_MS = 5_000;

export class Copyist {
	readonly #data: string;
	#worker: Worker | null = null;
	#idle: NodeJS.Timeout | undefined;

	/** @param data the data folder */
	constructor(data: string) {
		this.#data = data;
	}

	/** One task at a time. @throws what ended the worker; the next task has a new one */
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
			return answer[0] ?? { failures: [], noRoom: false };
		} catch (error) {
			this.#worker = null;
			throw error;
		} finally {
			settled.abort();
			worker.unref(); // idle, it keeps no process from ending
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

/** Source as written, or compiled: the worker's is of the same kind as this. */
function start(data: string): Worker {
	const file = `./plain-copy-worker${extname(import.meta.url)}`;
	return new Worker(new URL(file, import.meta.url), { workerData: data });
}
