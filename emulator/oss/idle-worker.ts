/**
 * A worker thread that is started when there is work, and ends after some time without work, so that an idle emulator
 * takes little memory. It answers every message with one message.
 */
import { once } from "node:events";
import { extname } from "node:path";
import { Worker } from "node:worker_threads";

const IDLE_MS = 5_000;

/** Sends a message to the worker. @returns its answer. @throws the error that ended the worker */
export type Ask<Message, Answer> = (message: Message) => Promise<Answer>;

export class IdleWorker<Message, Answer> {
	readonly #name: string;
	readonly #file: URL;
	readonly #data: unknown;
	readonly #end: (worker: Worker) => unknown;
	#worker: Worker | undefined;
	#idle: NodeJS.Timeout | undefined;

	/**
	 * @param name the worker's file without its extension, which is that of `caller`: TypeScript, or compiled
	 * @param caller the URL of a file in the same folder
	 * @param data the worker's `workerData`
	 * @param end makes an idle worker exit
	 */
	constructor(
		name: string,
		caller: string,
		data?: unknown,
		end: (worker: Worker) => unknown = (worker) => worker.terminate(),
	) {
		this.#name = name;
		this.#file = new URL(`./${name}${extname(caller)}`, caller);
		this.#data = data;
		this.#end = end;
	}

	/**
	 * Runs one task, which must be finished before the next one is started.
	 *
	 * @throws errors of `task`; if the worker has ended, the next task starts a new one
	 */
	async run<Result>(
		task: (ask: Ask<Message, Answer>) => Promise<Result>,
	): Promise<Result> {
		clearTimeout(this.#idle);
		this.#worker ??= this.#start();
		const worker = this.#worker;
		const settled = new AbortController();
		const ended = once(worker, "exit", settled).then(() => {
			throw new Error(`${this.#name} has ended`);
		});
		ended.catch(() => {}); // by `settled`, or received by the caller of `ask`
		worker.ref();
		try {
			return await task(async (message) => {
				const answered = once(worker, "message", settled);
				worker.postMessage(message);
				const [answer] = await Promise.race([answered, ended]);
				return answer as Answer;
			});
		} finally {
			settled.abort();
			worker.unref(); // an idle worker must not keep the process alive
			this.#idle = setTimeout(() => this.stop(), IDLE_MS).unref();
		}
	}

	#start(): Worker {
		const worker = new Worker(this.#file, { workerData: this.#data });
		const forget = (): void => {
			if (this.#worker === worker) this.#worker = undefined;
		};
		return worker.on("error", forget).once("exit", forget);
	}

	/** Resolves when the worker has exited. */
	async stop(): Promise<void> {
		clearTimeout(this.#idle);
		const worker = this.#worker;
		if (!worker) return;
		this.#worker = undefined;
		const { promise: exited, resolve } = Promise.withResolvers();
		worker.once("exit", resolve);
		worker.ref();
		this.#end(worker);
		await exited;
	}
}
