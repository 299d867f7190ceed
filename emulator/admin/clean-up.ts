/**
 * Removes what is in the emulator.
 */
import type { AdminContext } from "./context.ts";

type Parts = Pick<AdminContext, "emulator" | "requests">;

/** As freshly started. */
export async function reset({ emulator, requests }: Parts): Promise<void> {
	const { store, ram, accounts, callbacks, clock } = emulator;
	await store.reset();
	callbacks.faults.clear();
	ram.reset();
	requests.clear();
	accounts.reset();
	clock.reset();
}
