/** Runs the probes against an OSS, one after the other, and reports whether each assumption holds. */
import { CannotProbe, type Cloud } from "./cloud.ts";
import type { Need, Probe, ProbeContext } from "./probe.ts";

export type Outcome = {
	readonly probe: Probe;
	readonly verdict: "holds" | "differs" | "not probed";
	/** The description of the answer, or the reason why the probe could not run. */
	readonly seen: readonly string[];
	/** The request lines. */
	readonly sent: readonly string[];
};

/** The OSS to probe. `missing` has the preconditions that are not met, with the reasons. */
export type ProbedOss = {
	readonly context: ProbeContext;
	/** Refuses private addresses. */
	readonly strict: ProbeContext;
	readonly missing: ReadonlyMap<Need, string>;
};

/** The limit of a probe. Changes of a bucket's configuration take seconds in a cloud. */
const PROBE_MS_MAX = 60_000;

export async function* runProbes(
	probes: readonly Probe[],
	probedOss: ProbedOss,
	signal: AbortSignal,
): AsyncGenerator<Outcome> {
	for (const probe of probes) {
		if (signal.aborted) return;
		yield await runProbe(probe, probedOss, signal);
	}
}

async function runProbe(
	probe: Probe,
	probedOss: ProbedOss,
	signal: AbortSignal,
): Promise<Outcome> {
	const { needs = [] } = probe;
	const missing = needs.find((need) => probedOss.missing.has(need));
	if (missing) {
		const why = probedOss.missing.get(missing) ?? "";
		return { probe, verdict: "not probed", seen: [why], sent: [] };
	}
	const context = needs.includes("--strict")
		? probedOss.strict
		: probedOss.context;
	const cloud: Cloud = context.cloud;
	cloud.takeLog();
	const { seen, isProbed } = await withinTime(probe, context, signal);
	const holds = seen.join("\n") === probe.expects.join("\n");
	const verdict = isProbed ? (holds ? "holds" : "differs") : "not probed";
	return { probe, verdict, seen, sent: cloud.takeLog() };
}

async function withinTime(
	probe: Probe,
	context: ProbeContext,
	signal: AbortSignal,
): Promise<{ seen: readonly string[]; isProbed: boolean }> {
	const { promise, reject } = Promise.withResolvers<never>();
	const giveUp = (): void => reject(new CannotProbe("the run was interrupted"));
	const late = setTimeout(
		() => reject(new CannotProbe(`no answer in ${PROBE_MS_MAX / 1000} s`)),
		PROBE_MS_MAX,
	);
	signal.addEventListener("abort", giveUp, { once: true });
	try {
		return {
			seen: await Promise.race([probe.run(context), promise]),
			isProbed: true,
		};
	} catch (error) {
		// After a lost connection nothing is known about the assumption either; the error's message is the reason.
		const why = error instanceof Error ? error.message : String(error);
		return { seen: [why], isProbed: false };
	} finally {
		clearTimeout(late);
		signal.removeEventListener("abort", giveUp);
	}
}
