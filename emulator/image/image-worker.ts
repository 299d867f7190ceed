/**
 * The worker that processes images: one task at a time. Before each step it asks the main thread whether the client is
 * still connected. The main thread also reads the watermark objects.
 */
import { once } from "node:events";
import { parentPort } from "node:worker_threads";
import { type InjectedError, OssError } from "../oss/errors.ts";
import { type Requester, runSteps } from "./run-steps.ts";
import type { Step } from "./steps.ts";

export type ToWorker =
	| {
			readonly is: "image";
			readonly content: Uint8Array;
			readonly steps: readonly Step[];
	  }
	| { readonly is: "client"; readonly isAbandoned: boolean }
	| { readonly is: "read"; readonly content: Uint8Array }
	| { readonly is: "refused" };

export type Question =
	| { readonly is: "client" }
	| { readonly is: "watermark"; readonly key: string };

export type Done = {
	readonly is: "done";
	readonly content: Uint8Array;
	readonly contentType: string;
};

export type Failed = {
	readonly is: "failed";
	readonly error: Error;
	/** The parts of an OssError, whose class is lost in a message. */
	readonly oss:
		| {
				readonly row: InjectedError;
				readonly details: OssError["details"];
		  }
		| undefined;
};

export type FromWorker = Question | Done | Failed;

if (!parentPort) throw new Error("this file must run in a worker");
const port = parentPort;

async function request(question: Question): Promise<ToWorker | undefined> {
	const answered: Promise<ToWorker[]> = once(port, "message");
	port.postMessage(question satisfies FromWorker);
	const [answer] = await answered;
	// The main thread has the original error, and throws it instead of this one.
	if (answer?.is === "refused") throw new OssError("AccessDenied");
	return answer;
}

const requester: Requester = {
	isAbandoned: async () => {
		const answer = await request({ is: "client" });
		return answer?.is === "client" && answer.isAbandoned;
	},
	readWatermark: async (key) => {
		const answer = await request({ is: "watermark", key });
		return toBuffer(answer?.is === "read" ? answer.content : new Uint8Array());
	},
};

const toBuffer = (bytes: Uint8Array): Buffer =>
	Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

port.on("message", async (task: ToWorker) => {
	if (task.is !== "image") return;
	try {
		const { content, steps } = task;
		const image = await runSteps(toBuffer(content), steps, requester);
		// Copied, because the bytes that sharp returns cannot be transferred.
		const copy = new Uint8Array(image.content);
		const done: Done = { ...image, is: "done", content: copy };
		port.postMessage(done, [copy.buffer]);
	} catch (error) {
		port.postMessage(toFailed(error) satisfies FromWorker);
	}
});

function toFailed(thrown: unknown): Failed {
	const error = thrown instanceof Error ? thrown : new Error(String(thrown));
	if (!(error instanceof OssError))
		return { is: "failed", error, oss: undefined };
	const { status, code, message, ec, details } = error;
	return {
		is: "failed",
		error: new Error(message),
		oss: { row: { status, code, message, ec }, details },
	};
}
