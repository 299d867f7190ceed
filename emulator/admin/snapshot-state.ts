/**
 * The parts of a snapshot outside the store: accounts, users and roles made by the admin API, faults, the clock, and
 * the latest request in the record.
 */
import type { Account } from "../auth/accounts.ts";
import type { RamRole, RamUser } from "../auth/ram.ts";
import { readRole, readUser } from "../auth/ram-document.ts";
import type { AddedFault } from "../faults/faults.ts";
import type { ClockState } from "../oss/clock.ts";
import type { AdminContext } from "./context.ts";

type Parts = Pick<AdminContext, "emulator" | "requests">;

type State = {
	readonly accounts: readonly Account[];
	/** Documents, as `auth/ram-document.ts` reads them. */
	readonly users: readonly object[];
	readonly roles: readonly object[];
	readonly faults: readonly AddedFault[];
	readonly clock: ClockState;
	/** Id of the latest request; '' if there is none. */
	readonly request: string;
};

export function writeState({ emulator, requests }: Parts): string {
	const { accounts, ram, faults, clock } = emulator;
	const state: State = {
		accounts: accounts.list().filter(({ uid }) => !accounts.isConfigured(uid)),
		users: ram.users().map(toUserDocument),
		roles: ram.roles().map(toRoleDocument),
		faults: faults.list(),
		clock: clock.state(),
		request: requests.latestId,
	};
	return JSON.stringify(state);
}

/** Accounts, users and roles of the configuration stay, even if they were added by a later start. */
export function readState({ emulator, requests }: Parts, text: string): void {
	const state: State = JSON.parse(text);
	const { accounts, ram, faults, clock } = emulator;
	accounts.reset();
	for (const account of state.accounts)
		if (!accounts.has(account.uid) && !accounts.find(account.accessKeyId))
			accounts.add(account);
	ram.replace(
		state.users.map((user) => readUser(user, "")),
		state.roles.map((role) => readRole(role, "")),
	);
	faults.restore(state.faults);
	clock.restore(state.clock);
	requests.clearAfter(state.request);
}

const toUserDocument = ({
	name,
	account,
	id,
	accessKeys,
	policies,
}: RamUser) => ({
	name,
	account,
	id,
	accessKeys: accessKeys.map(({ accessKeyId, accessKeySecret, isActive }) => ({
		id: accessKeyId,
		secret: accessKeySecret,
		status: isActive ? "Active" : "Inactive",
	})),
	policies: policies.map(({ document }) => document),
});

const toRoleDocument = (role: RamRole) => ({
	name: role.name,
	account: role.account,
	trusts: role.trusts,
	maxSessionDuration: role.sessionSecondsMax,
	policies: role.policies.map(({ document }) => document),
});
