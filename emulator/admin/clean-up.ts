/**
 * Removes what is in the emulator.
 */
import { AdminError } from "./admin-error.ts";
import type { AdminContext } from "./context.ts";

type Parts = Pick<AdminContext, "emulator" | "requests">;

/** As freshly started. */
export async function reset({ emulator, requests }: Parts): Promise<void> {
	const { store, ram, accounts, faults, clock } = emulator;
	await store.reset();
	faults.clear();
	ram.reset();
	requests.clear();
	accounts.reset();
	clock.reset();
}

/** @throws AdminError 404 */
export function requireAccount(
	{ accounts }: Pick<AdminContext["emulator"], "accounts">,
	uid: string,
): void {
	if (accounts.has(uid)) return;
	throw new AdminError(404, "NoSuchAccount", `there is no account ${uid}`);
}
