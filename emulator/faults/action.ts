/**
 * The effects of a fault: an error, a delay, a broken connection, or a failure of an upload's callback.
 *
 * In the admin API it is JSON, `{"status": 503, "code": "SlowDown"}`; in a header or a query parameter of one request
 * it is text, `status=503;code=SlowDown`. Both have the same names.
 *
 * Pure.
 */
import { FAULT_DELAY_MS_MAX, readFault } from "../callback/faults/fault.ts";
import type { Fault } from "../callback/model.ts";
import { readDecimal } from "../oss/decimal.ts";
import { messageOf, OssError } from "../oss/errors.ts";
import type { CutAction, DelayAction, ErrorAction } from "./rule.ts";

export const DIRECTIONS = [
	"request",
	"response",
	"upload",
	"download",
] as const satisfies readonly CutAction["direction"][];

/**
 * An action whose values have the right types, before `findMistake`: it must have one of `status`, `cutAfterBytes` and
 * `callback`, or only `delayMs`, which may also accompany the others.
 */
export type FaultAction = Partial<ErrorAction & CutAction & DelayAction> & {
	/** A text that `callback/faults/fault.ts` reads. */
	readonly callback?: string;
};

export const DELAY_MS_MAX = FAULT_DELAY_MS_MAX;
export const CUT_BYTES_MAX = Number.MAX_SAFE_INTEGER;

export const isOfRequest = ({ direction }: FaultAction): boolean =>
	direction === "request" || direction === "upload";

/**
 * Finds a contradiction in an action.
 *
 * @param action an action whose values have the right types
 * @returns a sentence that names the contradiction; '' if the action is valid
 */
export function findMistake(action: FaultAction): string {
	const { status, code, cutAfterBytes, delayMs, callback } = action;
	const kinds = Object.entries({ status, cutAfterBytes, callback }).filter(
		([, value]) => value !== undefined,
	);
	const [first, second] = kinds.map(([name]) => name);
	if (second) return `${first} and ${second} are mutually exclusive`;
	if (!first && code !== undefined) return "code needs a status";
	if (!first && delayMs === undefined)
		return "one of status, delayMs, cutAfterBytes and callback is missing";
	for (const name of ["code", "message", "ec"] as const)
		if (action[name] !== undefined && first !== "status")
			return `${name} needs a status`;
	if (action.direction !== undefined && first !== "cutAfterBytes")
		return "direction needs cutAfterBytes";
	if (status !== undefined && !(status >= 400 && status <= 599))
		return "status must be 400 to 599";
	return callback === undefined ? "" : findCallbackMistake(callback);
}

function findCallbackMistake(kind: string): string {
	try {
		readFault(kind);
		return "";
	} catch (error) {
		if (!(error instanceof OssError)) throw error;
		return `callback: ${error.message}`;
	}
}

const NUMBERS = ["status", "delayMs", "cutAfterBytes"] as const;
const TEXTS = ["code", "message", "ec", "direction", "callback"] as const;

/**
 * Reads `status=503;code=SlowDown`.
 *
 * @returns the action, or a sentence that names the mistake
 */
export function readAction(text: string): FaultAction | string {
	const action: Record<string, string | number> = {};
	for (const item of text.split(";")) {
		if (item.trim() === "") continue;
		const [, name = "", value = ""] =
			/^\s*(\w+)\s*=\s*(.*?)\s*$/s.exec(item) ?? [];
		const isNumber = NUMBERS.some((known) => known === name);
		if (!isNumber && !TEXTS.some((known) => known === name))
			return `there is no ${name || item.trim()}: use ${[...NUMBERS, ...TEXTS].join(", ")}`;
		const read = isNumber ? readDecimal(value) : value;
		if (read === undefined)
			return `${name} must be a whole number, not ${value}`;
		action[name] = read;
	}
	const read: FaultAction = action;
	return findMistake(read) || findOutOfRange(read) || read;
}

function findOutOfRange({ delayMs = 0, direction }: FaultAction): string {
	if (delayMs > DELAY_MS_MAX) return `delayMs must be at most ${DELAY_MS_MAX}`;
	return direction === undefined || DIRECTIONS.includes(direction)
		? ""
		: `direction must be one of ${DIRECTIONS.join(", ")}`;
}

/** The text that `readAction` reads. */
export const writeAction = (action: FaultAction): string =>
	[...NUMBERS, ...TEXTS]
		.filter((name) => action[name] !== undefined)
		.map((name) => `${name}=${action[name]}`)
		.join(";");

/** The codes for a status without a code, which SDKs recognise. */
const CODES: Readonly<Record<number, string>> = {
	403: "AccessDenied",
	404: "NoSuchKey",
	503: "SlowDown",
};

/** Messages of codes that occur in OSS's SDKs, but on none of its error pages. */
const MESSAGES: Readonly<Record<string, string>> = {
	SlowDown: "Please reduce your request rate.",
};

/** The error response of an action with a status. */
export function errorOf(action: FaultAction): OssError {
	const { status = 500, ec } = action;
	const byDefault = status >= 500 ? "InternalError" : "BadRequest";
	const { code = CODES[status] ?? byDefault } = action;
	const usual = messageOf(code) ?? MESSAGES[code] ?? "An injected fault.";
	const { message = usual } = action;
	return new OssError({ status, code, message, ec });
}

/** The behaviour of a callback that an action makes fail. */
export function callbackFaultOf({
	callback,
	delayMs = 0,
}: FaultAction): Fault | undefined {
	if (callback === undefined) return undefined;
	const fault = readFault(callback);
	return { ...fault, delayMs: Math.max(fault.delayMs, delayMs) };
}
