/** A worker that returns every message with its thread's id, except for `exit` and `throw`. */
import { parentPort, threadId } from "node:worker_threads";

parentPort?.on("message", (message: string) => {
	if (message === "exit") process.exit(0);
	if (message === "throw") throw new Error("thrown");
	parentPort?.postMessage([message, threadId]);
});
