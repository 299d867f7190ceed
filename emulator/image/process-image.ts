/**
 * Processes images, one at a time, because pixels take much memory; the number of waiting requests is limited.
 *
 * A worker processes them: V8 frees the pixels of a large image, 256 MB, in the thread that allocated them, which takes
 * 60 ms.
 */
import { OssError } from "../oss/errors.ts";
import { Gate } from "../oss/gate.ts";
import { type Ask, IdleWorker } from "../oss/idle-worker.ts";
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

const WAITING_MAX = 99;

const gate = new Gate(1, WAITING_MAX);
const worker = new IdleWorker<ToWorker, FromWorker>(
	"image-worker",
	import.meta.url,
);

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

/** @throws OssError QpsLimitExceeded if too many images are waiting */
export async function processImage(
	source: Source,
	steps: readonly Step[],
): Promise<Processed> {
	if (gate.isFull) throw new OssError("QpsLimitExceeded");
	return gate.pass(() => run(source, steps));
}

async function run(source: Source, steps: readonly Step[]): Promise<Processed> {
	// The client has disconnected and does not receive this error, which ends the work.
	if (source.isAbandoned()) throw new OssError("RequestTimeout");
	const content = await source.read();
	try {
		return await worker.run((ask) =>
			runInWorker(ask, source, { is: "image", content, steps }),
		);
	} catch (error) {
		if (!(error instanceof OssError)) await worker.stop();
		throw error;
	}
}

/** Answers the worker's questions until it has finished. @throws its OssErrors; the error that ended it */
async function runInWorker(
	ask: Ask<ToWorker, FromWorker>,
	source: Source,
	task: ToWorker,
): Promise<Processed> {
	let refusal: unknown;
	for (let message = task; ; ) {
		const answer = await ask(message);
		if (answer.is === "done") return toProcessed(answer);
		if (answer.is === "failed") throw refusal ?? toError(answer);
		try {
			message = await reply(source, answer);
		} catch (error) {
			refusal = error;
			message = { is: "refused" };
		}
	}
}

const toProcessed = ({ content, contentType }: Done): Processed => ({
	content: Buffer.from(content.buffer, content.byteOffset, content.length),
	contentType,
});

const toError = ({ error, oss }: Failed): Error =>
	oss ? new OssError(oss.row, { details: oss.details }) : error;

async function reply(source: Source, question: Question): Promise<ToWorker> {
	if (question.is === "client")
		return { is: "client", isAbandoned: source.isAbandoned() };
	return { is: "read", content: await source.readWatermark(question.key) };
}
