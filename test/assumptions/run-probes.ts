/** Sends the probes to an OSS, one after the other, and reports for each whether its assumption holds there. */
import { CannotAsk, type Cloud } from "./cloud.ts";
import type { Asking, Need, Probe } from "./probe.ts";

export type Outcome = {
	readonly probe: Probe;
	readonly verdict: "holds" | "differs" | "could not be asked";
	/** The description of the answer, or the reason why the probe could not run. */
	readonly seen: readonly string[];
	/** The request lines. */
	readonly sent: readonly string[];
};

/** The OSS to probe. `missing` has the requirements that it lacks, with the reason. */
export type Ground = {
	readonly asking: Asking;
	/** Refuses private addresses. */
	readonly strict: Asking;
	readonly missing: ReadonlyMap<Need, string>;
};

/** The limit of a probe. Changes of a bucket's configuration take seconds in a cloud. */
const PROBE_MS_MAX = 60_000;

export async function* runProbes(
	probes: readonly Probe[],
	ground: Ground,
	signal: AbortSignal,
): AsyncGenerator<Outcome> {
	for (const probe of probes) {
		if (signal.aborted) return;
		yield await runProbe(probe, ground, signal);
	}
}

async function runProbe(
	probe: Probe,
	ground: Ground,
	signal: AbortSignal,
): Promise<Outcome> {
	const { needs = [] } = probe;
	const missing = needs.find((need) => ground.missing.has(need));
	if (missing) {
		const why = ground.missing.get(missing) ?? "";
		return { probe, verdict: "could not be asked", seen: [why], sent: [] };
	}
	const asking = needs.includes("--strict") ? ground.strict : ground.asking;
	const cloud: Cloud = asking.cloud;
	cloud.takeLog();
	const { seen, asked } = await withinTime(probe, asking, signal);
	const holds = seen.join("\n") === probe.expects.join("\n");
	const verdict = asked ? (holds ? "holds" : "differs") : "could not be asked";
	return { probe, verdict, seen, sent: cloud.takeLog() };
}

async function withinTime(
	probe: Probe,
	asking: Asking,
	signal: AbortSignal,
): Promise<{ seen: readonly string[]; asked: boolean }> {
	const { promise, reject } = Promise.withResolvers<never>();
	const giveUp = (): void => reject(new CannotAsk("the run was interrupted"));
	const late = setTimeout(
		() => reject(new CannotAsk(`no answer in ${PROBE_MS_MAX / 1000} s`)),
		PROBE_MS_MAX,
	);
	signal.addEventListener("abort", giveUp, { once: true });
	try {
		return {
			seen: await Promise.race([probe.ask(asking), promise]),
			asked: true,
		};
	} catch (error) {
		// A lost connection says nothing about the assumption either; its message is the reason.
		const why = error instanceof Error ? error.message : String(error);
		return { seen: [why], asked: false };
	} finally {
		clearTimeout(late);
		signal.removeEventListener("abort", giveUp);
	}
}
