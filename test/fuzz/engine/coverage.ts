/**
 * Which blocks of the emulator's source ran, and how often: V8 counts them itself, so no source is rewritten and no package
 * is needed.
 *
 * Reading the coverage takes 2 ms, more than most runs: the engine reads it once for many runs.
 */
import { readFileSync } from "node:fs";
import { type Profiler, Session } from "node:inspector";
import { fileURLToPath } from "node:url";

const SOURCE = new URL("../../../emulator/", import.meta.url).href;

/** By block: how often it ran. */
export type Counts = ReadonlyMap<string, number>;

export class Coverage {
	#session = new Session();
	readonly #files = new Set<string>();

	start(): void {
		this.#session = new Session();
		this.#session.connect();
		this.#session.post("Profiler.enable");
		this.#session.post("Profiler.startPreciseCoverage", {
			callCount: true,
			detailed: true,
		});
		this.take();
	}

	/** Counting slows down all that the process runs. */
	stop(): void {
		this.#session.post("Profiler.stopPreciseCoverage");
		this.#session.disconnect();
	}

	/** Since the last call. */
	take(): Counts {
		const counts = new Map<string, number>();
		for (const { url, functions } of this.#scripts()) {
			if (!url.startsWith(SOURCE)) continue;
			this.#files.add(url);
			const file = url.slice(SOURCE.length);
			for (const { ranges } of functions)
				for (const { startOffset, endOffset, count } of ranges)
					if (count > 0) {
						const block = `${file}:${startOffset}-${endOffset}`;
						counts.set(block, (counts.get(block) ?? 0) + count);
					}
		}
		return counts;
	}

	/** The short texts in the files that ran: a reader compares its input with such texts. */
	literals(): string[] {
		const texts = [...this.#files].map((url) =>
			readFileSync(fileURLToPath(url), "utf8"),
		);
		const found = texts.flatMap((text) =>
			[...text.matchAll(/"((?:[^"\\\n]){1,40})"|\["([\w-]+)",/g)].map(
				([, a, b]) => a ?? b ?? "",
			),
		);
		return [...new Set(found)].filter((text) => !/^(?:\.|node:)/.test(text));
	}

	get filesSeen(): number {
		return this.#files.size;
	}

	/** A session in the own thread answers at once. */
	#scripts(): readonly Profiler.ScriptCoverage[] {
		let scripts: readonly Profiler.ScriptCoverage[] = [];
		this.#session.post("Profiler.takePreciseCoverage", (error, taken) => {
			if (error) throw error;
			scripts = taken.result;
		});
		return scripts;
	}
}
