/**
 * Pauses that a delay of an injected fault or of a callback takes, and that end with the emulator.
 */
import { setTimeout } from "node:timers/promises";

/** Waits `ms` milliseconds, or until `signal` is aborted, which is not an error. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
	try {
		await setTimeout(ms, undefined, { signal });
	} catch (error) {
		if (!signal.aborted) throw error;
	}
}
