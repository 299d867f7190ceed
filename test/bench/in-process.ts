/**
 * The cost of starting an emulator for a test, in a process that has imported the package, and of restoring a known
 * state.
 */
import { join } from "node:path";
import type { EmulatorControl, StartedEmulator } from "../../emulator/index.ts";

type Package = {
	startEmulator(options: object): Promise<StartedEmulator>;
};

const ROUNDS = 10;
const OBJECTS = 1000;

type Report = (what: string, ms: number, budgetMs: number) => void;

/** The best of some rounds, because other processes can only slow them down. */
async function bestOf(
	work: () => Promise<number>,
	rounds = ROUNDS,
): Promise<number> {
	let best = Number.POSITIVE_INFINITY;
	for (let round = 0; round < rounds; round++)
		best = Math.min(best, await work());
	return best;
}

async function timeOf(work: () => Promise<unknown>): Promise<number> {
	const started = performance.now();
	await work();
	return performance.now() - started;
}

export async function measureInProcess(report: Report): Promise<void> {
	const file = join(import.meta.dirname, "../../dist/index.js");
	const { startEmulator }: Package = await import(file);
	const options = { logLevel: "error" };
	const start = await bestOf(async () => {
		const started = performance.now();
		const emulator = await startEmulator(options);
		const ms = performance.now() - started;
		await emulator.close();
		return ms;
	});
	report("startEmulator()", start, 20);
	const emulator = await startEmulator(options);
	const reset = await bestOf(async () => {
		await fill(emulator);
		return timeOf(() => emulator.reset());
	});
	report(`reset of ${OBJECTS} objects`, reset, 5);
	await fill(emulator);
	const snapshot = await bestOf(() => timeOf(() => emulator.snapshot("full")));
	report(`snapshot of ${OBJECTS} objects`, snapshot, 50);
	const restore = await bestOf(async () => {
		await emulator.reset();
		return timeOf(() => emulator.restore("full"));
	});
	report(`restore of ${OBJECTS} objects`, restore, 50);
	await emulator.close();
}

const fill = (emulator: EmulatorControl): Promise<unknown> =>
	emulator.seed({
		buckets: [
			{
				name: "bench",
				objects: Array.from({ length: OBJECTS }, (_, index) => ({
					...{ key: `object-${index}`, text: "x".repeat(1024) },
				})),
			},
		],
	});
