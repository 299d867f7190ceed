/**
 * RAM: users with keys, and roles that can be assumed, each with policies.
 *
 * Roles that are not configured exist too: STS returns sessions of them, which may do anything in their account.
 * Changes at run time are held in memory only.
 */
import { createHash } from "node:crypto";
import type { Caller } from "../oss/request.ts";
import { type Policy, readPolicy } from "./policy/document.ts";
import type { NamedPolicy } from "./policy/judge.ts";

export type RamPolicy = {
	/** The original text, for display. */
	readonly document: unknown;
	readonly policy: Policy;
};

export type RamUser = {
	readonly name: string;
	/** uid of the user's account. */
	readonly account: string;
	/** The user's numeric id. */
	readonly id: string;
	readonly accessKeys: readonly RamKey[];
	readonly policies: readonly RamPolicy[];
};

export type RamKey = {
	readonly accessKeyId: string;
	readonly accessKeySecret: string;
	/** An inactive key exists, but is refused. */
	readonly isActive: boolean;
};

export type RamRole = {
	readonly name: string;
	readonly account: string;
	/** MaxSessionDuration: 3,600 to 43,200. */
	readonly sessionSecondsMax: number;
	/** uids of the accounts whose users may assume the role. */
	readonly trusts: readonly string[];
	readonly policies: readonly RamPolicy[];
};

export const SESSION_SECONDS_MAX = 43_200;

/** Maximum number of users, and of roles. */
export const RAM_ENTRIES_MAX = 1000;

const EVERYTHING: Policy = [
	{
		effect: "Allow",
		actions: { patterns: ["*"], isNegated: false },
		resources: { patterns: ["*"], isNegated: false },
		principals: undefined,
		conditions: [],
	},
];

export class Ram {
	readonly #users = new Map<string, RamUser>();
	readonly #roles = new Map<string, RamRole>();
	readonly #usersByKeyId = new Map<string, RamUser>();
	readonly #first: {
		readonly users: readonly RamUser[];
		readonly roles: readonly RamRole[];
	};

	constructor(users: readonly RamUser[] = [], roles: readonly RamRole[] = []) {
		this.#first = { users, roles };
		this.reset();
	}

	/**
	 * Restores the users and roles of the configuration.
	 *
	 * @param account uid of the account whose users and roles these are; undefined for all accounts
	 */
	reset(account?: string): void {
		const isNamed = (entry: { readonly account: string }): boolean =>
			account === undefined || entry.account === account;
		for (const user of this.users().filter(isNamed))
			this.removeUser(user.account, user.name);
		for (const role of this.roles().filter(isNamed))
			this.removeRole(role.account, role.name);
		for (const user of this.#first.users.filter(isNamed)) this.putUser(user);
		for (const role of this.#first.roles.filter(isNamed)) this.putRole(role);
	}

	/** Replaces all users and roles, except configured users and roles that are not named. */
	replace(users: readonly RamUser[], roles: readonly RamRole[]): void {
		this.reset();
		for (const user of users) this.putUser(user);
		for (const role of roles) this.putRole(role);
	}

	/** Adds a user; replaces one of the same name. */
	putUser(user: RamUser): void {
		this.removeUser(user.account, user.name);
		this.#users.set(path(user), user);
		for (const { accessKeyId } of user.accessKeys)
			this.#usersByKeyId.set(accessKeyId, user);
	}

	/** @returns whether it existed */
	removeUser(account: string, name: string): boolean {
		const user = this.#users.get(path({ account, name }));
		for (const { accessKeyId } of user?.accessKeys ?? [])
			this.#usersByKeyId.delete(accessKeyId);
		return this.#users.delete(path({ account, name }));
	}

	/** Adds a role; replaces one of the same name. */
	putRole(role: RamRole): void {
		this.#roles.set(path(role), role);
	}

	/** @returns whether it existed; its sessions continue as sessions of a role that is not configured */
	removeRole(account: string, name: string): boolean {
		return this.#roles.delete(path({ account, name }));
	}

	users(): RamUser[] {
		return [...this.#users.values()];
	}

	roles(): RamRole[] {
		return [...this.#roles.values()];
	}

	/** Whether the account has a user or a role. */
	hasAccount(uid: string): boolean {
		return [...this.users(), ...this.roles()].some(
			({ account }) => account === uid,
		);
	}

	findKey(
		accessKeyId: string,
	): { readonly user: RamUser; readonly key: RamKey } | undefined {
		const user = this.#usersByKeyId.get(accessKeyId);
		const key = user?.accessKeys.find(
			(candidate) => candidate.accessKeyId === accessKeyId,
		);
		return user && key && { user, key };
	}

	/** Names are case-insensitive: a principal names a role in lower case. */
	getRole(account: string, name: string): RamRole {
		const configured = this.#roles.get(path({ account, name }));
		return configured ?? unconfigured(account, name);
	}

	/** The policies of the user or role of `caller`; empty for an account or an anonymous caller. */
	policiesOf({ uid, identity }: Caller): NamedPolicy[] {
		switch (identity?.kind) {
			case undefined:
				return [];
			case "SubUser": {
				const user = this.#users.get(
					path({ account: uid, name: identity.name }),
				);
				return named(user?.policies ?? [], `RAM user ${identity.name}`);
			}
			case "AssumedRoleUser": {
				const { policies } = this.getRole(uid, identity.role);
				return named(policies, `role ${identity.role}`);
			}
		}
	}
}

const path = ({
	account,
	name,
}: {
	readonly account: string;
	readonly name: string;
}): string => `${account}/${name.toLowerCase()}`;

const named = (policies: readonly RamPolicy[], owner: string): NamedPolicy[] =>
	policies.map(({ policy }, index) => ({
		name: `policy ${index + 1} of ${owner}`,
		policy,
	}));

const unconfigured = (account: string, name: string): RamRole => ({
	name,
	account,
	sessionSecondsMax: SESSION_SECONDS_MAX,
	trusts: [account],
	policies: [{ document: null, policy: EVERYTHING }],
});

/** The id of a user or a role in RAM's format: 18 digits, always the same for the same name. */
export function ramId(
	kind: "user" | "role",
	account: string,
	name: string,
): string {
	const hash = createHash("sha256")
		.update(`${kind}/${account}/${name.toLowerCase()}`)
		.digest();
	const digits = hash.readBigUInt64BE() % 10n ** 17n;
	return `3${digits.toString().padStart(17, "0")}`;
}

/**
 * The policy that a session received when its role was assumed.
 *
 * @returns undefined for callers that are not sessions, and for sessions without a session policy
 */
export function sessionPolicy({ identity }: Caller): NamedPolicy | undefined {
	if (identity?.kind !== "AssumedRoleUser" || identity.policy === undefined)
		return undefined;
	const policy = readPolicy(identity.policy, "identity");
	return { name: "the session policy", policy };
}
