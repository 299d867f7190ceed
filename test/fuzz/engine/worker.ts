/** The thread in which a target is fuzzed; run.ts monitors it, because a target can run forever. */
import { readFileSync } from "node:fs";
import { parentPort, workerData } from "node:worker_threads";
import { Fuzzer } from "./fuzzer.ts";
import type { Order, Report } from "./run.ts";
import type { Target } from "./target.ts";

const { target, seconds, seed, inputs, replay, shared }: Order = workerData;
const tell = (report: Report): void => parentPort?.postMessage(report);

const { default: loaded }: { default: Target } = await import(target);
const state = new Int32Array(shared, 0, 2);
const bytes = Buffer.from(shared, 8);

const fuzzer = new Fuzzer(loaded, seed, {
	starts: (input) => {
		input.copy(bytes);
		state[1] = input.length;
		Atomics.add(state, 0, 1);
	},
	found: ({ what, input }) => tell({ kind: "finding", what, input }),
	added: (input) => tell({ kind: "input", input }),
});
process.on("uncaughtException", (error) => fuzzer.throwLate(error));
process.on("unhandledRejection", (error) => fuzzer.throwLate(error));

if (replay === undefined) {
	const result = await fuzzer.run(
		seconds,
		inputs.map((path) => readFileSync(path)),
	);
	tell({ kind: "result", ...result });
} else {
	const finding = await fuzzer.replay(readFileSync(replay));
	if (finding)
		tell({ kind: "finding", what: finding.what, input: finding.input });
	tell({ kind: "result", runs: 1, cpuSeconds: 0, blocks: 0, inputs: 1 });
}
