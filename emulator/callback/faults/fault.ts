/**
 * Injected faults: everything that can go wrong with a callback, for tests.
 *
 * Written `KIND` or `KIND; delay=MILLISECONDS`, in a header, a form field and the admin API alike. The delay precedes
 * the uploader's reply; without `delay`, even an injected time-out is reported immediately.
 *
 * Pure. Source: «HTTP 203 status code» and «Upload callback errors and troubleshooting» for the texts.
 */
import { invalidArgument } from "../../oss/errors.ts";
import {
	ANSWER_BYTES_MAX,
	type Failure,
	type Fault,
	NO_TIME,
	type NoAnswer,
	type Outcome,
	type ResolvedUrl,
} from "../model.ts";
import { FAILURES } from "../relay.ts";
import { CALLBACK_TIMEOUT_MS } from "../switches.ts";
import type { CallbackFaultKind } from "./kinds.ts";

/** A kind of fault, before its text and delay are known. */
type Effect = Omit<Fault, "text" | "delayMs">;

const INJECTED = "an injected fault";

const outcomeWithout = (noAnswer: NoAnswer): Outcome => ({
	timing: NO_TIME,
	noAnswer,
	detail: INJECTED,
});

/** @param length the length that the answer declares; undefined for chunks */
const answered = (status: number, body: string, length?: number): Outcome => ({
	timing: NO_TIME,
	answer: {
		status,
		headers: [
			length === undefined
				? ["Transfer-Encoding", "chunked"]
				: ["Content-Length", String(length)],
		],
		body: Buffer.from(body),
		ended: "complete",
	},
});

const failWith = (failure: Omit<Failure, "why">) => (): Failure => ({
	...failure,
	why: `failed: ${INJECTED}`,
});

/** The older wording of «Cost too long time.», with the address and without an EC. */
function oldTimeOut({ addresses, hostname, port }: ResolvedUrl): Failure {
	const ms = CALLBACK_TIMEOUT_MS;
	const at = `${addresses[0]?.address ?? hostname}:${port}`;
	const message = `Error status : -1 ${at} reply timeout, cost:${ms}ms, timeout:${ms}ms (err -4, errno115)`;
	return failWith({ message, ec: "" })();
}

// biome-ignore format: a table
const KINDS: Readonly<Record<CallbackFaultKind, Effect>> = {
  "never-sent":         { sent: 0, outcome: outcomeWithout("unreachable") },
  "refused":            { sent: 0, outcome: outcomeWithout("refused") },
  "too-many":           { sent: 0, failure: failWith(FAILURES.busy) },
  "image-info":         { sent: 0, failure: failWith(FAILURES.imageInfo) },
  "time-out":           { sent: 1, outcome: outcomeWithout("time") },
  "reply-lost":         { sent: 1, outcome: outcomeWithout("lost") },
  "no-content-length":  { sent: 1, outcome: answered(200, "{}") },
  "bad-content-length": { sent: 1, outcome: outcomeWithout("contentLength") },
  "too-long":           { sent: 1, outcome: answered(200, "", ANSWER_BYTES_MAX + 1) },
  "not-json":           { sent: 1, outcome: answered(200, "OK", 2) },
  "old-time-out":       { sent: 1, failure: oldTimeOut },
  "old-failure":        { sent: 1, failure: failWith(FAILURES.general) },
  "sent-twice":         { sent: 2 },
  "bad-signature":      { sent: 1, forged: "signature" },
  "wrong-key-url":      { sent: 1, forged: "key url" },
};

/** `status-NNN` as well, any status except 200. */
export const FAULT_KINDS: readonly string[] = Object.keys(KINDS);

export const FAULT_DELAY_MS_MAX = 60_000;

/** The name of the header, the query parameter and the form field. */
export const FAULT_NAME = "x-emulator-callback-fault";

/** @throws OssError InvalidArgument for an unknown fault */
export function readFault(text: string): Fault {
	const [, kind = "", delay = "0"] =
		/^\s*([a-z0-9-]+)\s*(?:;\s*delay\s*=\s*(\d{1,9})\s*)?$/.exec(text) ?? [];
	const effect = readKind(kind);
	const delayMs = Number(delay);
	if (effect && delayMs <= FAULT_DELAY_MS_MAX)
		return { ...effect, text: text.trim(), delayMs };
	throw invalidArgument(
		FAULT_NAME,
		text,
		`A fault of a callback is one of ${FAULT_KINDS.join(", ")} or status-NNN, and may end in ; delay=MILLISECONDS, ${FAULT_DELAY_MS_MAX} at most.`,
	);
}

const isNamed = (kind: string): kind is CallbackFaultKind =>
	Object.hasOwn(KINDS, kind);

function readKind(kind: string): Effect | undefined {
	if (isNamed(kind)) return KINDS[kind];
	const [, status] = /^status-([1-5]\d\d)$/.exec(kind) ?? [];
	return status === undefined || status === "200"
		? undefined
		: { sent: 0, outcome: answered(Number(status), "", 0) };
}
