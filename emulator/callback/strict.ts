/**
 * What `--strict` does to findings that OSS refuses, or may, or that fail by something else: they fail as OSS fails.
 *
 * What fails here anyhow, or by a switch of its own (a private address, no URL), has no row.
 *
 * Pure. Source: EC 0006-00000103, 0007-00000027, 0007-00000104; «HTTP 203 status code». That mixed carriers are refused
 * with the text of two of the same kind is a guess.
 */
import { OssError } from "../oss/errors.ts";
import type { Callback } from "./callback.ts";
import { refuse } from "./causes.ts";
import { NO_TIME, type Outcome } from "./delivery.ts";
import type { Finding, FindingId } from "./finding.ts";
import { FAILURES, type Failure, failureOf, type Verdict } from "./relay.ts";
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

/**
 * To be called when a form has been read to its end, before its file is stored. One page says that the file must be the
 * last field, another that what follows is ignored.
 *
 * @throws OssError MalformedPOSTRequest
 */
export function refuseLateStrictly(
	callback: Callback | undefined,
	strict: Strictness,
): void {
	const isLate = callback?.findings.some(({ id }) => id === "late-field");
	if (isLate && strict.includes("late-field"))
		throw new OssError("MalformedPOSTRequest", { ec: "0006-00000103" });
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

/**
 * What the answer of an application server comes to.
 *
 * @param findings of what it was sent, and of its answer
 */
export function failStrictly(
	verdict: Verdict,
	findings: readonly Finding[],
	strict: Strictness,
): Verdict {
	if (!("answer" in verdict)) return verdict;
	const found = findings.find(({ id }) => id in FAILS && strict.includes(id));
	const failure = found && FAILS[found.id];
	if (!failure) return verdict;
	const why = `answered 200, and --strict lets no ${found.id} pass: see the findings`;
	return { ...failure, why };
}

/** A body with doubled quotes is none that an application server can read: what it says then is 400. */
const FAILS: Partial<Record<FindingId, Omit<Failure, "why">>> = {
	"quoted-variable": failureOf(400),
	"slow-answer": FAILURES.time,
	"too-slow-answer": FAILURES.time,
	"xml-answer": FAILURES.notJson,
};
