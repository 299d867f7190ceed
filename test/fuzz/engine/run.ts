/**
 * `npm run fuzz [-- TARGET…] [--seconds N] [--jobs N] [--seed N]`: fuzzes the targets one after the other and prints a
 * table; `npm run fuzz -- TARGET --replay FILE` runs one input again. Exit code 1 after a finding, 2 for a wrong
 * argument.
 *
 * Inputs that reach new blocks are saved in .cache/fuzz/TARGET/inputs for the next run, findings in
 * .cache/fuzz/TARGET/findings.
 */
import { globSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";
import { nameOf, type Result } from "./fuzzer.ts";

export type Order = {
	/** The URL of the target's module. */
	readonly target: string;
	/** CPU time. */
	readonly seconds: number;
	readonly seed: number;
	/** Paths of inputs that earlier runs saved. */
	readonly inputs: readonly string[];
	/** Path of the one input to run; undefined to fuzz. */
	readonly replay: string | undefined;
	/** How many runs have begun, the bytes of the input that runs, the input. */
	readonly shared: SharedArrayBuffer;
};

export type Report =
	| ({ readonly kind: "result" } & Result)
	| { readonly kind: "input"; readonly input: Uint8Array }
	| {
			readonly kind: "finding";
			readonly what: string;
			readonly input: Uint8Array;
	  };

const FOLDER = join(import.meta.dirname, "..");
const CACHE = ".cache/fuzz";
const SHARED_BYTES = 1024 ** 2;
/** After this time, a run is considered endless. In wall-clock time, which is long because the machine may be busy. */
const STUCK_MS = 180_000;
const HEAP_MB_MAX = 512;
const SHOWN_CHARACTERS_MAX = 500;

export const targetNames = (): string[] =>
	globSync("*.ts", { cwd: FOLDER })
		.map((file) => basename(file, ".ts"))
		.sort();

export const urlOf = (name: string): string =>
	pathToFileURL(join(FOLDER, `${name}.ts`)).href;

type Row = { readonly name: string; readonly findings: number } & Result;

/** Runs one target in a separate thread, because it can run forever or use all memory. */
class Session {
	readonly #name: string;
	readonly #shared = new SharedArrayBuffer(SHARED_BYTES);
	readonly #state = new Int32Array(this.#shared, 0, 2);
	readonly #worker: Worker;
	#result: Result | undefined;
	#findings = 0;

	constructor(
		name: string,
		order: Omit<Order, "target" | "inputs" | "shared">,
	) {
		this.#name = name;
		for (const folder of ["inputs", "findings"])
			mkdirSync(this.#path(folder), { recursive: true });
		const workerData: Order = {
			...order,
			target: urlOf(name),
			inputs: readdirSync(this.#path("inputs")).map((file) =>
				this.#path("inputs", file),
			),
			shared: this.#shared,
		};
		this.#worker = new Worker(new URL("./worker.ts", import.meta.url), {
			workerData,
			resourceLimits: { maxOldGenerationSizeMb: HEAP_MB_MAX },
		});
	}

	/** Returns when the target's time has passed, or when it cannot continue. */
	async end(): Promise<Row> {
		const { promise, resolve } = Promise.withResolvers<void>();
		const watch = setInterval(this.#watch(), 1000);
		this.#worker.on("message", (report: Report) => this.#receive(report));
		this.#worker.on("error", (error) =>
			this.#found(`ends the process: ${error.stack}`, this.#running),
		);
		this.#worker.on("exit", () => resolve());
		await promise;
		clearInterval(watch);
		const initial = { cpuSeconds: 0, blocks: 0, inputs: 0 };
		const result = this.#result ?? { runs: this.#state[0] ?? 0, ...initial };
		return { name: this.#name, findings: this.#findings, ...result };
	}

	#path(folder: string, file = ""): string {
		return join(CACHE, this.#name, folder, file);
	}

	get #running(): Uint8Array {
		return new Uint8Array(this.#shared, 8, this.#state[1]);
	}

	#watch(): () => void {
		let [runs, since] = [-1, Date.now()];
		return () => {
			const now = this.#state[0] ?? 0;
			if (now !== runs) [runs, since] = [now, Date.now()];
			if (runs === 0 || Date.now() - since < STUCK_MS) return;
			this.#found("does not end", this.#running);
			this.#worker.terminate();
		};
	}

	#receive(report: Report): void {
		if (report.kind === "finding") this.#found(report.what, report.input);
		else if (report.kind === "input") {
			const bytes = Buffer.from(report.input);
			writeFileSync(this.#path("inputs", nameOf(bytes)), bytes);
		} else {
			this.#result = report;
			this.#worker.terminate();
		}
	}

	#found(what: string, input: Uint8Array): void {
		this.#findings += 1;
		const bytes = Buffer.from(input);
		const path = this.#path("findings", nameOf(bytes));
		writeFileSync(path, bytes);
		const shown = bytes.toString("latin1").slice(0, SHOWN_CHARACTERS_MAX);
		console.log(`${this.#name}: ${what}`);
		console.log(`  the input: ${JSON.stringify(shown)}`);
		console.log(`  repeat: npm run fuzz -- ${this.#name} --replay ${path}\n`);
	}
}

const HEADS = [
	...["target", "executions", "CPU s", "per CPU s"],
	...["blocks", "inputs", "findings"],
];

function print(rows: readonly Row[]): void {
	const cells = rows.map(
		({ name, runs, cpuSeconds, blocks, inputs, findings }) => [
			name,
			...[runs, cpuSeconds, runs / (cpuSeconds || 1), blocks, inputs, findings]
				.map(Math.round)
				.map((one) => one.toLocaleString("en")),
		],
	);
	const widths = HEADS.map((head, i) =>
		Math.max(head.length, ...cells.map((row) => row[i]?.length ?? 0)),
	);
	const lines = widths.map((width) => "-".repeat(width));
	for (const row of [HEADS, lines, ...cells]) {
		const padded = row.map((cell, i) =>
			i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0),
		);
		console.log(`| ${padded.join(" | ")} |`);
	}
}

function readArguments() {
	const { values, positionals } = parseArgs({
		allowPositionals: true,
		options: {
			seconds: { type: "string", default: "60" },
			seed: { type: "string", default: String(Date.now() % 2 ** 31) },
			jobs: { type: "string", default: "1" },
			replay: { type: "string" },
		},
	});
	const known = targetNames();
	const targets = positionals.length > 0 ? positionals : known;
	const unknown = targets.find((name) => !known.includes(name));
	if (unknown !== undefined)
		throw new Error(`${unknown} is not one of ${known.join(", ")}`);
	if (values.replay !== undefined && targets.length !== 1)
		throw new Error("--replay requires exactly one target");
	const [seconds, seed, jobs] = [
		...[values.seconds, values.seed, values.jobs].map(Number),
	];
	if (!(seconds && seed && jobs))
		throw new Error("--seconds, --seed and --jobs must be numbers");
	return { targets, seconds, seed, jobs, replay: values.replay };
}

async function main(): Promise<void> {
	const { targets, seconds, seed, jobs, replay } = readArguments();
	console.log(`fuzz: --seed ${seed}`);
	const queue = [...targets];
	const rows: Row[] = [];
	const job = async (): Promise<void> => {
		for (let name = queue.shift(); name !== undefined; name = queue.shift())
			rows.push(await new Session(name, { seconds, seed, replay }).end());
	};
	await Promise.all(Array.from({ length: jobs }, job));
	print(rows.sort((a, b) => (a.name < b.name ? -1 : 1)));
	process.exit(rows.some(({ findings }) => findings > 0) ? 1 : 0);
}

if (process.argv[1] === import.meta.filename)
	await main().catch((error: unknown) => {
		console.error(`fuzz: ${error instanceof Error ? error.message : error}`);
		process.exit(2);
	});
