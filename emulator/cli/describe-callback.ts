/**
 * A callback for a terminal: a line, and why it failed in a line or two below.
 *
 * Pure.
 */
import { printable } from "../oss/log.ts";

/** As /api/openapi.json describes DeliverySummary. */
export type Summary = {
	readonly id: string;
	readonly operation: string;
	readonly bucket: string;
	readonly key: string;
	readonly status: string;
	readonly startedAt: string;
	readonly why: string;
	readonly advice: string;
	readonly urls: readonly string[];
	readonly durationMs: number | null;
};

export function describeCallback(one: Summary): string {
	const { startedAt, status, operation, bucket, key, urls } = one;
	const took =
		one.durationMs === null ? "" : ` (${Math.round(one.durationMs)} ms)`;
	const words = [
		startedAt,
		status.padEnd(11),
		operation,
		`${bucket}/${key}`,
		"->",
		`${urls.join(" ") || "nobody"}${took}`,
	];
	const isGood = status === "succeeded" || status === "sending";
	const more = isGood ? [] : [one.why, one.advice];
	return [words.join(" "), ...more.filter(Boolean).map((line) => `    ${line}`)]
		.map((line) => `${printable(line)}\n`)
		.join("");
}
