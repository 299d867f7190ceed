/**
 * Faults on purpose: whatever can go wrong with a callback, for tests that need it.
 *
 * Written `KIND` or `KIND; delay=MILLISECONDS`, the same in a header, in a form's field and in the admin API. The delay
 * precedes the uploader's reply; without a request nothing is delayed, not even for a time-out.
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

/** A kind of fault, before its text and delay are known. */
type Effect = Omit<Fault, "text" | "delayMs">;

const ON_PURPOSE = "a fault on purpose";

const without = (noAnswer: NoAnswer): Outcome => ({
	timing: NO_TIME,
	noAnswer,
	detail: ON_PURPOSE,
});

/** @param length that the answer declares; undefined for chunks */
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

const tell = (told: Omit<Failure, "why">) => (): Failure => ({
	...told,
	why: `failed: ${ON_PURPOSE}`,
});

/** The wording that «Cost too long time.» replaced; it has the address and no EC. */
function oldTimeOut({ addresses, hostname, port }: ResolvedUrl): Failure {
	const ms = CALLBACK_TIMEOUT_MS;
	const at = `${addresses[0]?.address ?? hostname}:${port}`;
	const message = `Error status : -1 ${at} reply timeout, cost:${ms}ms, timeout:${ms}ms (err -4, errno115)`;
	return tell({ message, ec: "" })();
}

// biome-ignore format: a table
const KINDS: Readonly<Record<string, Effect>> = {
  "never-sent":         { sent: 0, outcome: without("unreachable") },
  "refused":            { sent: 0, outcome: without("refused") },
  "too-many":           { sent: 0, told: tell(FAILURES.busy) },
  "image-info":         { sent: 0, told: tell(FAILURES.imageInfo) },
  "time-out":           { sent: 1, outcome: without("time") },
  "reply-lost":         { sent: 1, outcome: without("lost") },
  "no-content-length":  { sent: 1, outcome: answered(200, "{}") },
  "bad-content-length": { sent: 1, outcome: without("contentLength") },
  "too-long":           { sent: 1, outcome: answered(200, "", ANSWER_BYTES_MAX + 1) },
  "not-json":           { sent: 1, outcome: answered(200, "OK", 2) },
  "old-time-out":       { sent: 1, told: oldTimeOut },
  "old-failure":        { sent: 1, told: tell(FAILURES.general) },
  "sent-twice":         { sent: 2 },
  "bad-signature":      { sent: 1, forged: "signature" },
  "wrong-key-url":      { sent: 1, forged: "key url" },
};

/** `status-NNN` as well, any status except 200. */
export const FAULT_KINDS: readonly string[] = Object.keys(KINDS);

export const FAULT_DELAY_MS_MAX = 60_000;

/** The name of the header, of the query parameter and of the form's field. */
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

function readKind(kind: string): Effect | undefined {
	if (Object.hasOwn(KINDS, kind)) return KINDS[kind];
	const [, status] = /^status-([1-5]\d\d)$/.exec(kind) ?? [];
	return status === undefined || status === "200"
		? undefined
		: { sent: 0, outcome: answered(Number(status), "", 0) };
}
