/**
 * Removes everything in the emulator, or everything that belongs to one account.
 */
import { AdminError } from "./admin-error.ts";
import type { AdminContext } from "./context.ts";

type Parts = Pick<AdminContext, "emulator" | "requests">;

/** Resets the emulator to the state after a start.
 *
 * @param account uid of the account whose data are removed; undefined for all accounts
 * @throws AdminError 404 when there is no such account
 */
export async function reset(
	{ emulator, requests }: Parts,
	account: string | undefined,
): Promise<void> {
	const { store, ram, accounts, faults, clock } = emulator;
	if (account !== undefined) requireAccount(emulator, account);
	await store.reset(account);
	faults.clear(account);
	ram.reset(account);
	requests.clear(account);
	if (account !== undefined) return;
	accounts.reset();
	clock.reset();
}

/** Removes the account first, so that its requests are refused while its data are removed. */
export async function removeAccountWithData(
	{ emulator, requests }: Parts,
	uid: string,
): Promise<void> {
	const { store, ram, accounts, faults } = emulator;
	accounts.remove(uid);
	ram.reset(uid);
	await store.reset(uid);
	faults.clear(uid);
	requests.clear(uid);
}

/** @throws AdminError 404 */
export function requireAccount(
	{ accounts }: Pick<AdminContext["emulator"], "accounts">,
	uid: string,
): void {
	if (accounts.has(uid)) return;
	throw new AdminError(404, "NoSuchAccount", `there is no account ${uid}`);
}
