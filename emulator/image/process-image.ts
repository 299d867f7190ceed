/**
 * Processes images, one at a time, because pixels take much memory; the number of waiting requests is limited.
 *
 * A worker processes them: V8 frees the pixels of a large image, 256 MB, in the thread that allocated them, which takes
 * 60 ms. The worker is started with the first image and ends after some time without work.
 */
import { once } from "node:events";
import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import { OssError } from "../oss/errors.ts";
import type {
	Done,
	Failed,
	FromWorker,
	Question,
	ToWorker,
} from "./image-worker.ts";
import { SOURCE_BYTES_MAX } from "./picture.ts";
import type { Processed } from "./run-steps.ts";
import type { Step } from "./steps.ts";

const WAITING_MAX = 100;
const IDLE_MS = 5_000;

/** @throws OssError for a size beyond the limit, before a byte is read */
export function requireProcessable(size: number): void {
	if (size > SOURCE_BYTES_MAX) throw new OssError("ImageTooLarge");
}

export type Source = {
	/** Reads the source when the request's turn comes. */
	readonly read: () => Promise<Buffer>;
	/** Reads the object that is an image watermark. @throws OssError NoSuchKey, AccessDenied … */
	readonly readWatermark: (key: string) => Promise<Buffer>;
	/** Whether the client has disconnected. */
	readonly isAbandoned: () => boolean;
};

let last: Promise<unknown> = Promise.resolve();
let waiting = 0;

/** @throws OssError QpsLimitExceeded if too many images are waiting */
export async function processImage(
	source: Source,
	steps: readonly Step[],
): Promise<Processed> {
	if (waiting >= WAITING_MAX) throw new OssError("QpsLimitExceeded");
	waiting += 1;
	const turn = last.then(() => run(source, steps));
	// The caller receives the error; it does not affect the next request.
	last = turn.then(
		() => undefined,
		() => undefined,
	);
	try {
		return await turn;
	} finally {
		waiting -= 1;
	}
}

let worker: Worker | undefined;
let idle: NodeJS.Timeout | undefined;

async function run(source: Source, steps: readonly Step[]): Promise<Processed> {
	// The client has disconnected and does not receive this error, which ends the work.
	if (source.isAbandoned()) throw new OssError("RequestTimeout");
	const content = await source.read();
	clearTimeout(idle);
	worker ??= start();
	worker.ref();
	try {
		return await runInWorker(worker, source, {
			is: "image",
			content,
			steps,
		});
	} catch (error) {
		if (!(error instanceof OssError)) end();
		throw error;
	} finally {
		worker?.unref(); // an idle worker must not keep the process alive
		idle = setTimeout(end, IDLE_MS).unref();
	}
}

/** The worker's file is TypeScript or compiled, like this one. */
function start(): Worker {
	const file = `./image-worker${extname(import.meta.url)}`;
	return new Worker(new URL(file, import.meta.url));
}

function end(): void {
	void worker?.terminate();
	worker = undefined;
}

/** Answers the worker's requests until it has finished. @throws its OssErrors; the error that ended it */
async function runInWorker(
	worker: Worker,
	source: Source,
	task: ToWorker,
): Promise<Processed> {
	const settled = new AbortController();
	const ended = once(worker, "exit", settled);
	ended.catch(() => {}); // by `settled`, or handled below
	let refusal: unknown;
	try {
		for (let message = task; ; ) {
			const received: Promise<FromWorker[]> = once(worker, "message", settled);
			worker.postMessage(message);
			const [answer] = await Promise.race([received, ended.then(fail)]);
			if (answer?.is === "done") return toProcessed(answer);
			if (answer?.is === "failed") throw refusal ?? toError(answer);
			try {
				message = await reply(source, answer);
			} catch (error) {
				refusal = error;
				message = { is: "refused" };
			}
		}
	} finally {
		settled.abort();
	}
}

const fail = (): never => {
	throw new Error("the worker that processes images has ended");
};

const toProcessed = ({ content, contentType }: Done): Processed => ({
	content: Buffer.from(content.buffer, content.byteOffset, content.length),
	contentType,
});

const toError = ({ error, oss }: Failed): Error =>
	oss ? new OssError(oss.row, { details: oss.details }) : error;

async function reply(
	source: Source,
	question: Question | undefined,
): Promise<ToWorker> {
	if (question?.is !== "watermark")
		return { is: "client", isAbandoned: source.isAbandoned() };
	return { is: "read", content: await source.readWatermark(question.key) };
}
