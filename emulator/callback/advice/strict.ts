/**
 * The effect of `--strict`: findings that OSS refuses or may refuse, or that fail for another reason, fail as they do
 * at OSS. Findings that fail anyway, or have their own switch (a private address, no URL), have no row here.
 *
 * Pure. Source: EC 0006-00000103, 0007-00000027, 0007-00000104; «HTTP 203 status code». It is a guess that mixed
 * carriers are refused with the text for two of the same kind.
 */
import { OssError } from "../../oss/errors.ts";
import { refuse } from "../callback-errors.ts";
import {
	type Callback,
	type Failure,
	NO_TIME,
	type Outcome,
	type Verdict,
} from "../model.ts";
import { FAILURES, failureOf } from "../relay.ts";
import type { CallbackSwitches } from "../switches.ts";
import type { Finding, FindingId } from "./finding.ts";

type Strictness = CallbackSwitches["strict"];

/**
 * Adds to an error, for the log and the record, that `--strict` is the reason and which setting accepts the finding.
 */
export function explainStrict(error: OssError, id: FindingId): OssError {
	error.diagnosis = `--strict refuses ${id}, as OSS does or may do; ${acceptedBy(id)}`;
	return error;
}

const acceptedBy = (id: FindingId): string =>
	`--strict-except ${id} accepts it`;

/**
 * Must be called before anything is stored.
 *
 * @throws OssError InvalidArgument
 */
export function refuseStrictly(callback: Callback, strict: Strictness): void {
	const found = new Set(callback.findings.map(({ id }) => id));
	const fails = (id: FindingId): boolean =>
		strict.includes(id) && found.has(id);
	if (fails("mixed-carriers")) {
		const error = refuse("bothCallbacks", "callback", callback.json);
		throw explainStrict(error, "mixed-carriers");
	}
	const variables = Object.fromEntries(callback.variables);
	if (fails("upper-case-variable")) {
		const error = refuse("varNotMap", "callback-var", variables);
		throw explainStrict(error, "upper-case-variable");
	}
}

/**
 * Must be called when a form has been read to its end, before its file is stored. One page says that the file must be
 * the last field, another that fields after it are ignored.
 *
 * @throws OssError MalformedPOSTRequest
 */
export function refuseFieldsAfterFile(
	callback: Callback | undefined,
	strict: Strictness,
): void {
	const isLate = callback?.findings.some(({ id }) => id === "late-field");
	if (!isLate || !strict.includes("late-field")) return;
	const error = new OssError("MalformedPOSTRequest", { ec: "0006-00000103" });
	throw explainStrict(error, "late-field");
}

/** The outcome for a URL that is not called because the call would fail at OSS. */
export function failInstead(
	findings: readonly Finding[],
	strict: Strictness,
): Outcome | undefined {
	const isLost = findings.some(
		({ id }) => id === "no-sni" && strict.includes(id),
	);
	if (!isLost) return undefined;
	const detail = `it was not called, because of --strict; ${acceptedBy("no-sni")}`;
	return { timing: NO_TIME, noAnswer: "tls", detail };
}

/**
 * The verdict on an application server's answer.
 *
 * @param findings the findings about the request and about the answer
 */
export function failStrictly(
	verdict: Verdict,
	findings: readonly Finding[],
	strict: Strictness,
): Verdict {
	if (!("answer" in verdict)) return verdict;
	const found = findings.find(
		({ id }) => id in FAILURE_BY_FINDING && strict.includes(id),
	);
	const failure = found && FAILURE_BY_FINDING[found.id];
	if (!failure) return verdict;
	const why = `answered 200, and --strict refuses ${found.id} (see the findings); ${acceptedBy(found.id)}`;
	return { ...failure, why };
}

/** An application server cannot read a body with doubled quotes: it would answer 400. */
const FAILURE_BY_FINDING: Partial<Record<FindingId, Omit<Failure, "why">>> = {
	"quoted-variable": failureOf(400),
	"slow-answer": FAILURES.time,
	"too-slow-answer": FAILURES.time,
	"xml-answer": FAILURES.notJson,
};
