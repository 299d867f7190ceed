/**
 * What `--strict` does to findings that OSS refuses, or may: they fail as OSS fails.
 *
 * What fails here anyhow, or by a switch of its own (a private address, no URL), has no row.
 *
 * Pure. Source: EC 0007-00000027, 0007-00000104; «HTTP 203 status code». That mixed carriers are refused with the text
 * of two of the same kind is a guess.
 */
import type { Callback } from "./callback.ts";
import { refuse } from "./causes.ts";
import { NO_TIME, type Outcome } from "./delivery.ts";
import type { Finding, FindingId } from "./finding.ts";
import { FAILURES, type Verdict } from "./relay.ts";
import type { CallbackSwitches } from "./switches.ts";

type Strictness = CallbackSwitches["strict"];

/**
 * To be called before anything is stored.
 *
 * @throws OssError InvalidArgument
 */
export function refuseStrictly(callback: Callback, strict: Strictness): void {
	const found = new Set(callback.findings.map(({ id }) => id));
	const fails = (id: FindingId): boolean =>
		strict.includes(id) && found.has(id);
	if (fails("mixed-carriers"))
		throw refuse("bothCallbacks", "callback", callback.asked);
	const variables = Object.fromEntries(callback.variables);
	if (fails("upper-case-variable"))
		throw refuse("varNotMap", "callback-var", variables);
}

/** What comes of a URL that is not called, because the call would fail at OSS. */
export function failInstead(
	findings: readonly Finding[],
	strict: Strictness,
): Outcome | undefined {
	const isLost = findings.some(
		({ id }) => id === "no-sni" && strict.includes(id),
	);
	if (!isLost) return undefined;
	const detail = "it was not called, because of --strict";
	return { timing: NO_TIME, noAnswer: "tls", detail };
}

/** What the answer of an application server comes to. */
export function failStrictly(
	verdict: Verdict,
	findings: readonly Finding[],
	strict: Strictness,
): Verdict {
	if (!("answer" in verdict)) return verdict;
	const found = findings.find(({ id }) => id in FAILS && strict.includes(id));
	const failure = found && FAILS[found.id];
	if (!failure) return verdict;
	const why =
		"gave an answer that --strict does not let pass: see the findings";
	return { ...failure, why };
}

const FAILS: Partial<
	Record<FindingId, (typeof FAILURES)[keyof typeof FAILURES]>
> = { "too-slow-answer": FAILURES.time, "xml-answer": FAILURES.notJson };
