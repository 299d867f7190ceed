/**
 * The id of a request: 24 hex digits, the first eight of which are the time in seconds, as in captures.
 */
import { randomUUID } from "node:crypto";

export function makeRequestId(now: Date): string {
	const seconds = Math.floor(now.getTime() / 1000);
	// Node makes UUIDs in advance; these two pieces of one are all chance.
	const chance = randomUUID();
	return `${seconds.toString(16).padStart(8, "0")}${chance.slice(-12)}${chance.slice(0, 4)}`.toUpperCase();
}
