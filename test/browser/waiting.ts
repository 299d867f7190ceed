/**
 * A worker that requests the emulator's health repeatedly, and reports the longest response time: for this time the
 * event loop was busy with other work.
 */
import { Agent, get } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import { parentPort, workerData } from "node:worker_threads";

const PAUSE_MS = 4;

const agent = new Agent({ keepAlive: true });
let longestMs = 0;
parentPort?.on("message", () => {
	parentPort?.postMessage(longestMs);
	longestMs = 0;
});

for (;;) {
	const began = performance.now();
	await poll(`${workerData}/health`);
	longestMs = Math.max(longestMs, performance.now() - began);
	await wait(PAUSE_MS);
}

function poll(url: string): Promise<void> {
	const { promise, resolve } = Promise.withResolvers<void>();
	get(url, { agent }, (answer) => {
		answer.resume();
		answer.once("end", resolve);
	}).once("error", () => process.exit());
	return promise;
}
