/**
 * Lists of the latest callbacks and requests, which can wait for the next ones: their parameters, the time limit, and
 * the events that end a wait early.
 */
import type { ServerResponse } from "node:http";
import { AdminError } from "./admin-error.ts";
import type { Schema } from "./route-schema.ts";

export type LatestQuery = {
	readonly limit: number;
	readonly before?: string;
	readonly wait?: string;
	readonly count: number;
};

const LIST_MAX = 1000;

/** @param before describes the parameter of that name */
export const latestParameters = (before: string) =>
	({
		limit: { type: "integer", minimum: 1, maximum: LIST_MAX, default: 100 },
		before: { type: "string", description: before },
		wait: { type: "string", description: "5s, 500ms; at most 50s." },
		count: { type: "integer", minimum: 1, maximum: LIST_MAX, default: 1 },
	}) satisfies Readonly<Record<string, Schema>>;

/** Less than the minute after which an idle connection is closed. */
const WAIT_MS_MAX = 50_000;

/**
 * @param text `5s`, `500ms`, or seconds without a unit
 * @throws AdminError 400 for more than `WAIT_MS_MAX`
 */
export function readWait(text: string): number {
	const [, number = "", unit] = /^([\d.]+)(m?s)?$/.exec(text) ?? [];
	const ms = Number(number || Number.NaN) * (unit === "ms" ? 1 : 1000);
	if (ms >= 0 && ms <= WAIT_MS_MAX) return ms;
	throw new AdminError(
		400,
		"InvalidArgument",
		`wait must be like 5s or 500ms, at most ${WAIT_MS_MAX / 1000}s, not ${text}`,
	);
}

/** @returns a signal that fires when the time is up, the client disconnects, or the emulator ends */
export function endOfWait(
	ms: number,
	outgoing: ServerResponse,
	ending: AbortSignal,
): AbortSignal {
	const disconnected = new AbortController();
	outgoing.once("close", () => disconnected.abort());
	const { signal } = disconnected;
	return AbortSignal.any([AbortSignal.timeout(ms), signal, ending]);
}
