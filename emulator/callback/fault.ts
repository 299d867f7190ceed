/**
 * Faults on purpose: what can go wrong with a callback, to be had at will by a test.
 *
 * Written `KIND` or `KIND; delay=MILLISECONDS`, the same in a header, in a form's field and in the admin API. The delay
 * comes before the uploader is told; without one nobody waits, not for a time-out either.
 *
 * Pure. Source: «HTTP 203 status code» and «Upload callback errors and troubleshooting» for the texts.
 */
import { invalidArgument } from "../oss/errors.ts";
import type { ResolvedUrl } from "./callback.ts";
import {
	ANSWER_BYTES_MAX,
	NO_TIME,
	type NoAnswer,
	type Outcome,
} from "./delivery.ts";
import { FAILURES, type Failure } from "./relay.ts";
import { CALLBACK_TIMEOUT_MS } from "./switches.ts";

type Doing = {
	/** How often the application server is called. */
	readonly sent: 0 | 1 | 2;
	/** What a call comes to, whatever it came to. */
	readonly outcome?: Outcome;
	/** What the uploader is told, whatever it came to. */
	readonly told?: (url: ResolvedUrl) => Failure;
	readonly forged?: "signature" | "key url";
};

export type Fault = Doing & {
	/** As it is written. */
	readonly text: string;
	readonly delayMs: number;
};

const ON_PURPOSE = "a fault on purpose";

const without = (noAnswer: NoAnswer): Outcome => ({
	timing: NO_TIME,
	noAnswer,
	detail: ON_PURPOSE,
});

/** @param length that the answer says it has; undefined for chunks */
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

/** The wording of before there was «Cost too long time.»; it has the address and no EC. */
function oldTimeOut({ addresses, hostname, port }: ResolvedUrl): Failure {
	const ms = CALLBACK_TIMEOUT_MS;
	const at = `${addresses[0]?.address ?? hostname}:${port}`;
	const message = `Error status : -1 ${at} reply timeout, cost:${ms}ms, timeout:${ms}ms (err -4, errno115)`;
	return tell({ message, ec: "" })();
}

// biome-ignore format: a table
const KINDS: Readonly<Record<string, Doing>> = {
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

/** `status-NNN` besides: any but 200. */
export const FAULT_KINDS: readonly string[] = Object.keys(KINDS);

export const FAULT_DELAY_MS_MAX = 60_000;

/** Of a header or a query; a form's field has the same name. */
export const FAULT_NAME = "x-emulator-callback-fault";

/** @throws OssError InvalidArgument for what is no fault */
export function readFault(text: string): Fault {
	const [, kind = "", delay = "0"] =
		/^\s*([a-z0-9-]+)\s*(?:;\s*delay\s*=\s*(\d{1,9})\s*)?$/.exec(text) ?? [];
	const doing = readKind(kind);
	const delayMs = Number(delay);
	if (doing && delayMs <= FAULT_DELAY_MS_MAX)
		return { ...doing, text: text.trim(), delayMs };
	throw invalidArgument(
		FAULT_NAME,
		text,
		`A fault of a callback is one of ${FAULT_KINDS.join(", ")} or status-NNN, and may end in ; delay=MILLISECONDS, ${FAULT_DELAY_MS_MAX} at most.`,
	);
}

function readKind(kind: string): Doing | undefined {
	if (Object.hasOwn(KINDS, kind)) return KINDS[kind];
	const [, status] = /^status-([1-5]\d\d)$/.exec(kind) ?? [];
	return status === undefined || status === "200"
		? undefined
		: { sent: 0, outcome: answered(Number(status), "", 0) };
}
