/**
 * Calls an application server: one URL after another until a call succeeds.
 *
 * If all calls fail, the reason of the last one is reported. Injected faults take effect here, and answers are
 * compared with what OSS accepts.
 */
import { setImmediate } from "node:timers/promises";
import { findInOutcome } from "./advice/find-in-answer.ts";
import { findInUrl } from "./advice/find-in-callback.ts";
import { failInstead, failStrictly } from "./advice/strict.ts";
import type { deliver } from "./deliver.ts";
import type { Journal } from "./journal.ts";
import { type KeyPair, PUBLIC_KEY_PATH } from "./key-pair.ts";
import type {
	CallbackRequest,
	Fault,
	Outcome,
	ResolvedCallback,
	UploadReference,
	Verdict,
} from "./model.ts";
import { judge } from "./relay.ts";
import { composeForged } from "./sign.ts";
import type { CallbackSwitches } from "./switches.ts";

export type CallParts = {
	/** The first call may have to generate the key pair. */
	readonly keyPair: () => Promise<KeyPair>;
	readonly endpoint: string;
	readonly now: () => Date;
	readonly switches: CallbackSwitches;
	readonly deliver: typeof deliver;
	/** No more calls are made once this fires. */
	readonly ending: AbortSignal;
};

export type Call = {
	readonly callback: ResolvedCallback;
	readonly uploaded: UploadReference;
	/** The filled-in body. */
	readonly body: Buffer;
	readonly fault: Fault | undefined;
	readonly journal: Journal;
};

export async function callApplicationServer(
	parts: CallParts,
	call: Call,
): Promise<Verdict> {
	const { callback, fault, journal } = call;
	const [first] = callback.urls;
	if (!first) throw new TypeError("a callback has a URL");
	journal.setBody(call.body);
	if (call.body.length > LARGE_BYTES) await setImmediate();
	if (fault?.failure && fault.sent === 0) return fault.failure(first);
	let verdict = await callUrl(parts, call, 0);
	for (let at = 1; at < callback.urls.length; at++) {
		if ("answer" in verdict || parts.ending.aborted) break;
		verdict = await callUrl(parts, call, at);
	}
	return fault?.failure?.(first) ?? verdict;
}

/** Calls once, or twice if the fault requires it; the last answer is used, as if the first had been lost. */
async function callUrl(
	parts: CallParts,
	call: Call,
	at: number,
): Promise<Verdict> {
	const { callback, uploaded, body, fault } = call;
	const { keyPair, switches, now, endpoint } = parts;
	const url = callback.urls[at];
	if (!url) throw new RangeError("no such URL");
	const publicKeyUrl =
		switches.publicKeyUrl ||
		uploaded.publicKeyUrl ||
		`${endpoint}${PUBLIC_KEY_PATH}`;
	const signer = { ...(await keyPair()), publicKeyUrl };
	const composed = { url, callback, uploaded, body, signer, now: now() };
	const request = composeForged(fault?.forged, composed);
	if (body.length > LARGE_BYTES) await setImmediate();
	const others = callback.urls.slice(at + 1).map(({ text }) => text);
	if (fault?.sent === 2) await callOnce(parts, call, request, others);
	return callOnce(parts, call, request, others);
}

/**
 * Larger bodies are signed, recorded and sent in separate turns of the event loop, so that they do not delay other
 * requests.
 */
const LARGE_BYTES = 256 * 1024;

async function callOnce(
	parts: CallParts,
	call: Call,
	request: CallbackRequest,
	others: readonly string[],
): Promise<Verdict> {
	const { fault, journal } = call;
	const { strict } = parts.switches;
	await journal.sending(request, parts.now(), others);
	const outcome = await findOutcome(parts, call, request);
	const findings = fault?.outcome
		? []
		: findInOutcome(outcome, request.url.text);
	const all = [...call.callback.findings, ...findings];
	const verdict = failStrictly(judge(outcome), all, strict);
	journal.sent(outcome, verdict);
	journal.addFindings(findings);
	return verdict;
}

async function findOutcome(
	{ deliver, switches, ending }: CallParts,
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
