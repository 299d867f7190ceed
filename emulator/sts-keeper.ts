/**
 * What STS needs to know of keys, roles and policies, as auth/ has it.
 */
import { randomInt } from "node:crypto";
import {
	type Account,
	type Accounts,
	callerOf,
	isTemporary,
} from "./auth/accounts.ts";
import type { Ask } from "./auth/policy/ask.ts";
import { readPolicy } from "./auth/policy/document.ts";
import { judge, type NamedPolicy } from "./auth/policy/judge.ts";
import { type Ram, ramId } from "./auth/ram.ts";
import { sessionPolicy } from "./auth/session-policy.ts";
import type { SessionTokens } from "./auth/session-token.ts";
import { OssError } from "./oss/errors.ts";
import type { Caller } from "./oss/request.ts";
import { StsError } from "./sts/errors.ts";
import type {
	Credentials,
	Keeper,
	NewSession,
	StsKey,
	StsRole,
} from "./sts/keeper.ts";

export type Keys = {
	readonly accounts: Accounts;
	readonly ram: Ram;
	readonly tokens: SessionTokens;
	/** Told, in a sentence, of what works here and not at Alibaba's. */
	readonly note: (sentence: string) => void;
};

export class StsKeeper implements Keeper {
	readonly #keys: Keys;
	#hasNoted = false;

	constructor(keys: Keys) {
		this.#keys = keys;
	}

	getKey(accessKeyId: string, securityToken: string, now: Date): StsKey {
		const account = this.#getAccount(accessKeyId, securityToken, now);
		const { accessKeySecret } = account;
		return { accessKeySecret, caller: callerOf(account) };
	}

	#getAccount(accessKeyId: string, token: string, now: Date): Account {
		const { accounts } = this.#keys;
		if (isTemporary(accessKeyId) && token === "")
			throw new StsError("Missing", "SecurityToken");
		try {
			return accounts.get(accessKeyId, token, now);
		} catch (error) {
			if (!(error instanceof OssError)) throw error;
			throw this.#inStsWords(error, accessKeyId);
		}
	}

	/** What OSS says of a key and its token, as STS says it. */
	#inStsWords({ code }: OssError, accessKeyId: string): StsError {
		const { accounts } = this.#keys;
		switch (code) {
			case "InvalidSecurityToken":
				return new StsError("InvalidSecurityTokenMalformed");
			case "AccessKeyIdAndSecurityTokenNotMatch":
				return new StsError("InvalidSecurityTokenMismatchWithAccessKey");
			case "SecurityTokenExpired":
				return new StsError("InvalidSecurityTokenExpired");
			default:
				if (accounts.isDisabled(accessKeyId))
					return new StsError("InvalidAccessKeyIdInactive");
				return accounts.find(accessKeyId)
					? new StsError("InvalidSecurityTokenMalformed")
					: new StsError("InvalidAccessKeyIdNotFound");
		}
	}

	believe(accessKeyId: string): Caller {
		const { accounts } = this.#keys;
		return callerOf(accounts.find(accessKeyId) ?? accounts.default);
	}

	/** Every role of an account there is. */
	findRole(account: string, name: string): StsRole | undefined {
		const { accounts, ram } = this.#keys;
		if (!accounts.has(account)) return undefined;
		const { sessionSecondsMax } = ram.getRole(account, name);
		return {
			account,
			name,
			id: ramId("role", account, name),
			sessionSecondsMax,
		};
	}

	/**
	 * An account's own key may, which a real one may not: here it is also the key of a test's first minute. A
	 * user, or a session of another role, needs a policy that allows it.
	 */
	mayAssume(caller: Caller, { account, name }: StsRole, now: Date): boolean {
		const { ram } = this.#keys;
		if (!ram.getRole(account, name).trusts.includes(caller.uid)) return false;
		if (caller.identity === undefined) {
			this.#noteAccount();
			return true;
		}
		const ask = assuming(caller, account, name, now);
		const allow = (policies: readonly NamedPolicy[]): boolean =>
			judge(policies, ask).verdict === "allow";
		const ofSession = sessionPolicy(caller);
		return allow(ram.policiesOf(caller)) && (!ofSession || allow([ofSession]));
	}

	#noteAccount(): void {
		if (this.#hasNoted) return;
		this.#hasNoted = true;
		this.#keys.note(
			"a role was assumed with an account's own key; at Alibaba Cloud only RAM users and roles may do that",
		);
	}

	isPolicy(json: string): boolean {
		try {
			readPolicy(json, "identity");
			return true;
		} catch (error) {
			if (!(error instanceof OssError)) throw error;
			return false;
		}
	}

	makeCredentials({ role, session, policy, expires }: NewSession): Credentials {
		const accessKeyId = `STS.${makeText(25)}`;
		const accessKeySecret = makeText(44);
		const securityToken = this.#keys.tokens.seal({
			...{ accessKeyId, accessKeySecret, session, policy, expires },
			uid: role.account,
			role: role.name,
		});
		return { accessKeyId, accessKeySecret, securityToken };
	}

	roleId(account: string, name: string): string {
		return ramId("role", account, name);
	}
}

function assuming(
	caller: Caller,
	account: string,
	role: string,
	now: Date,
): Ask {
	const has: Readonly<Record<string, readonly string[]>> = {
		"acs:CurrentTime": [now.toISOString()],
		"acs:AccessId": [caller.accessKeyId],
		"acs:MFAPresent": ["false"],
	};
	return {
		action: "sts:AssumeRole",
		resource: {
			service: "ram",
			regions: [""],
			owner: account,
			name: `role/${role}`,
		},
		circumstances: (key) => has[key],
	};
}

const ALPHABET =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

const makeText = (length: number): string =>
	Array.from({ length }, () => ALPHABET[randomInt(ALPHABET.length)]).join("");
