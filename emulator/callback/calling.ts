/**
 * Calls an application server: one URL after the other until one answers as it must.
 *
 * When none does, the reason of the last is told. Here faults are made that are wanted, and what OSS would not
 * do is found.
 */
import type { Callback, ResolvedUrl } from "./callback.ts";
import type { CallbackRequest, Caused } from "./compose.ts";
import type { deliver } from "./deliver.ts";
import type { Outcome } from "./delivery.ts";
import type { Fault } from "./fault.ts";
import { findInOutcome } from "./find-in-answer.ts";
import { findInBody, findInUrl } from "./find-in-callback.ts";
import { composeWith } from "./forge.ts";
import type { Journal } from "./journal.ts";
import type { KeyPair } from "./key-pair.ts";
import { judge, type Verdict } from "./relay.ts";
import { failInstead, failStrictly } from "./strict.ts";
import type { CallbackSwitches } from "./switches.ts";

export type CallingParts = {
	readonly keyPair: KeyPair;
	readonly now: () => Date;
	readonly switches: CallbackSwitches;
	readonly deliver: typeof deliver;
	/** Nobody is called any more once this fires. */
	readonly ending: AbortSignal;
};

export type Call = {
	readonly callback: Callback<ResolvedUrl>;
	readonly uploaded: Caused;
	/** Filled in. */
	readonly body: Buffer;
	readonly fault: Fault | undefined;
	readonly journal: Journal;
};

export async function callApplicationServer(
	parts: CallingParts,
	call: Call,
): Promise<Verdict> {
	const { callback, body, fault, journal } = call;
	const [first] = callback.urls;
	if (!first) throw new TypeError("a callback has a URL");
	journal.fillIn(body);
	journal.find(findInBody(body, callback.bodyType));
	if (fault?.told && fault.sent === 0) return fault.told(first);
	let verdict = await callUrl(parts, call, first);
	for (const url of callback.urls.slice(1)) {
		if ("answer" in verdict || parts.ending.aborted) break;
		verdict = await callUrl(parts, call, url);
	}
	return fault?.told?.(first) ?? verdict;
}

/** Once, or as often as the fault wants; the last answer counts, as if those before were lost. */
async function callUrl(
	parts: CallingParts,
	call: Call,
	url: ResolvedUrl,
): Promise<Verdict> {
	const { callback, uploaded, body, fault } = call;
	const { keyPair, switches, now } = parts;
	const signer = { ...keyPair, publicKeyUrl: switches.publicKeyUrl };
	const request = composeWith(
		fault?.forged,
		...([url, callback, uploaded, body, signer, now()] as const),
	);
	if (fault?.sent === 2) await callOnce(parts, call, request);
	return callOnce(parts, call, request);
}

async function callOnce(
	parts: CallingParts,
	call: Call,
	request: CallbackRequest,
): Promise<Verdict> {
	const { fault, journal } = call;
	const { strict } = parts.switches;
	await journal.sending(request, parts.now());
	const outcome = await findOutcome(parts, call, request);
	const findings = fault?.outcome
		? []
		: findInOutcome(outcome, request.url.text);
	const all = [...call.callback.findings, ...findings];
	const verdict = failStrictly(judge(outcome), all, strict);
	journal.sent(outcome, verdict);
	journal.find(findings);
	return verdict;
}

async function findOutcome(
	{ deliver, switches, ending }: CallingParts,
	{ callback, fault }: Call,
	request: CallbackRequest,
): Promise<Outcome> {
	const sni = callback.sni || switches.alwaysSni;
	const lost = failInstead(findInUrl(request.url, sni), switches.strict);
	if (lost) return lost;
	if (fault?.outcome && fault.sent === 0) return fault.outcome;
	const outcome = await deliver(request, switches, ending);
	return fault?.outcome
		? { ...fault.outcome, timing: outcome.timing }
		: outcome;
}
