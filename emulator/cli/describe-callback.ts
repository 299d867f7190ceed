/**
 * A callback for the terminal: one line, followed by one or two lines with the reason for a failure.
 *
 * Pure.
 */
import { printable } from "../oss/log.ts";

/** DeliverySummary in /api/openapi.json. */
export type Summary = {
	readonly id: string;
	readonly account: string;
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

export function describeCallback(callback: Summary): string {
	const { startedAt, status, operation, bucket, key, urls } = callback;
	const took =
		callback.durationMs === null
			? ""
			: ` (${Math.round(callback.durationMs)} ms)`;
	const words = [
		startedAt,
		status.padEnd(11),
		operation,
		`${bucket}/${key}`,
		"->",
		`${urls.join(" ") || "no server"}${took}`,
	];
	const isGood = status === "succeeded" || status === "sending";
	const more = isGood ? [] : [callback.why, callback.advice];
	return [words.join(" "), ...more.filter(Boolean).map((line) => `    ${line}`)]
		.map((line) => `${printable(line)}\n`)
		.join("");
}

/** The printed part of Delivery in /api/openapi.json. */
export type Content = {
	readonly body?: string | null;
	readonly attempts?: readonly {
		readonly answer?: {
			readonly status?: number;
			readonly body?: string;
			readonly bodyEncoding?: string;
		} | null;
	}[];
};

/** The body that was sent, and the application server's answer. */
export function describeContent({ body, attempts = [] }: Content): string {
	const answer = attempts.at(-1)?.answer;
	const lines = [
		...(body ? [`sent: ${body}`] : []),
		...(answer ? [`answer: ${answer.status ?? ""} ${textOf(answer)}`] : []),
	];
	return lines.map((line) => `    ${printable(line)}\n`).join("");
}

/** Bytes that are not UTF-8 become U+FFFD. */
const textOf = ({
	body = "",
	bodyEncoding,
}: {
	readonly body?: string;
	readonly bodyEncoding?: string;
}): string =>
	bodyEncoding === "base64" ? Buffer.from(body, "base64").toString() : body;
