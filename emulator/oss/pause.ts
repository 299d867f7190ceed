/**
 * Pauses for the delays of injected faults and of callbacks. They end when the emulator ends.
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
