/**
 * The id of a request: 24 hex digits, the first eight of which are the time in seconds, as in captures.
 */
import { randomUUID } from "node:crypto";
import { wholeSeconds } from "../oss/times.ts";

export function makeRequestId(now: Date): string {
	const seconds = wholeSeconds(now);
	// Node makes UUIDs in advance; these two parts of one are random.
	const chance = randomUUID();
	return `${seconds.toString(16).padStart(8, "0")}${chance.slice(-12)}${chance.slice(0, 4)}`.toUpperCase();
}
