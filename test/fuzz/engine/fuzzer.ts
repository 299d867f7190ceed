/**
 * Fuzzes one target in the thread that it runs in: mutates inputs, keeps those that reach new blocks of the source or
 * double a block's count, and reports inputs that make the target throw or take longer than allowed.
 *
 * Time is the CPU time of the thread, so that a busy machine neither shortens a run nor causes findings.
 */
import { createHash } from "node:crypto";
import { setImmediate as turn } from "node:timers/promises";
import { Chance } from "./chance.ts";
import { type Counts, Coverage } from "./coverage.ts";
import { mutate } from "./mutate.ts";
import type { Target } from "./target.ts";

/** The number of runs between two readings of the coverage. */
const BATCH = 32;
export const RUN_MS_MAX = 50;
const BYTES_MAX = 4096;
/** How often a slow run is repeated: it is a finding if it is slow each time. */
const REPEATS = 6;
const SHRINKS_MAX = 400;
const WORDS_AT_ONCE_MAX = 4000;

export type Finding = {
	/** Equal for inputs with the same finding. */
	readonly key: string;
	readonly what: string;
	readonly input: Buffer;
};

export type Result = {
	readonly runs: number;
	readonly cpuSeconds: number;
	/** The number of blocks of the source that ran. */
	readonly blocks: number;
	readonly inputs: number;
};

type Watch = {
	/** Called before each run. */
	readonly starts: (input: Buffer) => void;
	readonly found: (finding: Finding) => void;
	/** A new input of the corpus. */
	readonly added: (input: Buffer) => void;
};

const cpuMs = (): number => {
	const { user, system } = process.threadCpuUsage();
	return (user + system) / 1000;
};

export class Fuzzer {
	readonly #target: Target;
	readonly #watch: Watch;
	readonly #chance: Chance;
	readonly #coverage = new Coverage();
	readonly #corpus: Buffer[] = [];
	readonly #records = {
		batch: new Map<string, number>(),
		single: new Map<string, number>(),
	};
	readonly #keys = new Set<string>();
	#words: Buffer[] = [];
	#runs = 0;
	/** An error that a callback threw outside of a run. */
	#late: unknown;

	constructor(target: Target, seed: number, watch: Watch) {
		this.#target = target;
		this.#watch = watch;
		this.#chance = new Chance(seed);
	}

	/** Records errors of callbacks, which a run cannot catch. */
	throwLate(error: unknown): void {
		this.#late ??= error;
	}

	/** @param more the inputs that earlier runs saved */
	async run(seconds: number, more: readonly Buffer[]): Promise<Result> {
		const end = (await this.#target.start?.()) ?? (async () => {});
		this.#coverage.start();
		const began = cpuMs();
		const seeds = this.#target.seeds.map((seed) => Buffer.from(seed));
		await this.#keepBest([...seeds, ...more]);
		if (this.#corpus.length === 0) this.#corpus.push(Buffer.from("0"));
		while (cpuMs() - began < seconds * 1000) {
			await this.#batch();
			await turn();
		}
		const cpuSeconds = (cpuMs() - began) / 1000;
		this.#coverage.stop();
		await end();
		const blocks = this.#records.single.size;
		return {
			runs: this.#runs,
			cpuSeconds,
			blocks,
			inputs: this.#corpus.length,
		};
	}

	/** Whether an input is a finding, without reading the coverage. */
	async replay(input: Buffer): Promise<Finding | undefined> {
		const end = (await this.#target.start?.()) ?? (async () => {});
		const finding = await this.#try(input);
		await end();
		return finding;
	}

	async #batch(): Promise<void> {
		const inputs: Buffer[] = [];
		const bytesMax = this.#target.bytesMax ?? BYTES_MAX;
		for (let i = 0; i < BATCH; i++) {
			const around = {
				chance: this.#chance,
				words: this.#words,
				other: this.#chance.of(this.#corpus),
			};
			inputs.push(mutate(this.#pick(), around, bytesMax));
		}
		for (const input of inputs) await this.#check(input);
		const counts = this.#coverage.take();
		if (!isNew(counts, this.#records.batch)) return;
		record(counts, this.#records.batch);
		await this.#keepBest(inputs);
		// Blocks that none of these inputs reaches again do not depend on the input alone.
		for (const block of counts.keys())
			if (!this.#records.single.has(block)) this.#records.single.set(block, 1);
	}

	/** Chooses newer inputs more often, because they reach blocks that few inputs reach. */
	#pick(): Buffer {
		const { length } = this.#corpus;
		const from = this.#chance.below(2) === 0 ? 0 : Math.floor((length * 3) / 4);
		return (
			this.#corpus[from + this.#chance.below(length - from)] ?? Buffer.alloc(0)
		);
	}

	async #keepBest(inputs: readonly Buffer[]): Promise<void> {
		for (const input of inputs) {
			await this.#check(input);
			const counts = this.#coverage.take();
			if (!isNew(counts, this.#records.single)) continue;
			record(counts, this.#records.single);
			this.#corpus.push(input);
			this.#watch.added(input);
		}
		const words = [...(this.#target.words ?? []), ...this.#coverage.literals()];
		this.#words = words
			.slice(0, WORDS_AT_ONCE_MAX)
			.map((word) => Buffer.from(word));
		if (this.#words.length === 0) this.#words = [Buffer.from("0")];
	}

	async #check(input: Buffer): Promise<void> {
		const finding = await this.#try(input);
		if (!finding || this.#keys.has(finding.key)) return;
		this.#keys.add(finding.key);
		this.#watch.found({ ...finding, input: await this.#shrink(finding) });
	}

	async #try(input: Buffer): Promise<Finding | undefined> {
		this.#runs += 1;
		this.#watch.starts(input);
		const began = cpuMs();
		const error = await this.#errorOf(input);
		if (error !== undefined) return { ...describe(error), input };
		let ms = cpuMs() - began;
		for (let i = 0; i < REPEATS && ms > RUN_MS_MAX; i++) {
			const again = cpuMs();
			await this.#errorOf(input);
			ms = Math.min(ms, cpuMs() - again);
		}
		return ms > RUN_MS_MAX
			? { key: "slow", what: `takes ${Math.round(ms)} ms of CPU`, input }
			: undefined;
	}

	async #errorOf(input: Buffer): Promise<unknown> {
		try {
			const running = this.#target.run(input);
			if (running) await running;
		} catch (error) {
			return error ?? new Error("threw nothing");
		}
		const late = this.#late;
		this.#late = undefined;
		return late;
	}

	/** Removes all bytes that are not needed for the same finding. */
	async #shrink({ key, input }: Finding): Promise<Buffer> {
		let least = input;
		let tries = 0;
		for (let bytes = least.length >> 1; bytes > 0; bytes >>= 1)
			for (let at = 0; at < least.length && tries < SHRINKS_MAX; tries++) {
				const less = Buffer.concat([
					least.subarray(0, at),
					least.subarray(at + bytes),
				]);
				if ((await this.#try(less))?.key === key) least = less;
				else at += bytes;
			}
		return least;
	}
}

function isNew(counts: Counts, records: Counts): boolean {
	for (const [block, count] of counts)
		if (count >= 2 * (records.get(block) ?? 0)) return true;
	return false;
}

function record(counts: Counts, records: Map<string, number>): void {
	for (const [block, count] of counts)
		if (count > (records.get(block) ?? 0)) records.set(block, count);
}

function describe(error: unknown): Pick<Finding, "key" | "what"> {
	const {
		name,
		message,
		stack = "",
	} = error instanceof Error ? error : new Error(String(error));
	const frame =
		/\((?:file:\/\/)?\S*?((?:emulator|test)\/[^)]*)\)/.exec(stack)?.[1] ?? "";
	const kind = message.replaceAll(/\d+|"[^"]*"/g, "#").slice(0, 60);
	return {
		key: `${name} ${frame} ${frame === "" ? kind : ""}`,
		what: stack || message,
	};
}

export const nameOf = (input: Buffer): string =>
	createHash("sha256").update(input).digest("hex").slice(0, 16);
