/**
 * Which blocks of the emulator's source ran, and how often. V8 counts them, so no source is rewritten and no package is
 * needed. Reading the coverage takes 2 ms, more than most runs, so the engine reads it once for many runs.
 */
import { readFileSync } from "node:fs";
import { type Profiler, Session } from "node:inspector";
import { fileURLToPath } from "node:url";

const SOURCE = new URL("../../../emulator/", import.meta.url).href;

/** How often each block ran. */
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

	/** Starts counting, which slows down all code of the process. */
	stop(): void {
		this.#session.post("Profiler.stopPreciseCoverage");
		this.#session.disconnect();
	}

	/** The counts since the last call. */
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

	/** The short texts in the files that ran, because readers compare their input with such texts. */
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

	/** A session in the same thread responds synchronously. */
	#scripts(): readonly Profiler.ScriptCoverage[] {
		let scripts: readonly Profiler.ScriptCoverage[] = [];
		this.#session.post("Profiler.takePreciseCoverage", (error, taken) => {
			if (error) throw error;
			scripts = taken.result;
		});
		return scripts;
	}
}
