/** Keys, roles and policies for STS, from auth/. */
import { randomInt } from "node:crypto";
import {
	type Account,
	type Accounts,
	callerOf,
	isTemporary,
} from "../auth/accounts.ts";
import { readPolicy } from "../auth/policy/document.ts";
import { judge, type NamedPolicy } from "../auth/policy/judge.ts";
import type { AccessQuestion } from "../auth/policy/question.ts";
import { explanation } from "../auth/policy/refusal.ts";
import { type Ram, ramId, sessionPolicy } from "../auth/ram.ts";
import type { SessionTokens } from "../auth/session-token.ts";
import { mistakenSecrets, secretsOfOthers } from "../diagnosis/mistaken.ts";
import { OssError } from "../oss/errors.ts";
import type { Caller } from "../oss/request.ts";
import type {
	Credentials,
	NewSession,
	StsBackend,
	StsKey,
	StsRole,
} from "../sts/backend.ts";
import { StsError } from "../sts/errors.ts";

export type Keys = {
	readonly accounts: Accounts;
	readonly ram: Ram;
	readonly tokens: SessionTokens;
	/** Called with a sentence about a request that works here but would fail at Alibaba Cloud. */
	readonly note: (sentence: string) => void;
};

export class AccountsStsBackend implements StsBackend {
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
			throw this.#toStsError(error, accessKeyId, token);
		}
	}

	/** Translates OSS's error for a key and its token into the error of STS. */
	#toStsError(
		{ code }: OssError,
		accessKeyId: string,
		token: string,
	): StsError {
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
				if (!accounts.find(accessKeyId))
					return new StsError("InvalidAccessKeyIdNotFound");
				return accounts.session(token)
					? new StsError("InvalidSecurityTokenMismatchWithAccessKey")
					: new StsError("InvalidSecurityTokenMalformed");
		}
	}

	identifyUnchecked(accessKeyId: string): Caller {
		const { accounts } = this.#keys;
		return callerOf(accounts.find(accessKeyId) ?? accounts.default);
	}

	/** All roles of an account. */
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
	 * Unlike at Alibaba Cloud, an account's own key may assume a role, because tests usually have no other key. A
	 * user, or a session of another role, needs a policy that allows it.
	 */
	findRefusal(caller: Caller, { account, name }: StsRole, now: Date): string {
		const { ram } = this.#keys;
		const { trusts } = ram.getRole(account, name);
		if (!trusts.includes(caller.uid))
			return `role ${name} of account ${account} trusts ${trusts.join(", ") || "no principal"}, not account ${caller.uid}`;
		if (caller.identity === undefined) {
			this.#noteAccount();
			return "";
		}
		const question = assuming(caller, account, name, now);
		const ofSession = sessionPolicy(caller);
		return (
			explainRefusal(
				ram.policiesOf(caller),
				"identity policy",
				caller,
				question,
			) ||
			(ofSession
				? explainRefusal([ofSession], "session policy", caller, question)
				: "")
		);
	}

	mistakenSecrets(
		accessKeyId: string,
		token: string,
		now: Date,
	): Iterable<readonly [secret: string, sentence: string]> {
		const { accounts } = this.#keys;
		const account = accounts.get(accessKeyId, token, now);
		return [
			...mistakenSecrets(account, token),
			...secretsOfOthers(account, accounts.keys()),
		];
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
			accessKeyId,
			accessKeySecret,
			session,
			policy,
			expires,
			uid: role.account,
			role: role.name,
		});
		return { accessKeyId, accessKeySecret, securityToken };
	}

	roleId(account: string, name: string): string {
		return ramId("role", account, name);
	}
}

/** @returns '' when the policies allow the action */
function explainRefusal(
	policies: readonly NamedPolicy[],
	rule: "identity policy" | "session policy",
	caller: Caller,
	question: AccessQuestion,
): string {
	const judgement = judge(policies, question);
	if (judgement.verdict === "allow") return "";
	const reason =
		judgement.verdict === "explicit deny"
			? `statement ${judgement.by.statement} of ${judgement.by.policy} denies`
			: `no statement of ${rule} allows`;
	const { verdict } = judgement;
	return explanation(caller, question, { rule, verdict, reason }).sentence;
}

function assuming(
	caller: Caller,
	account: string,
	role: string,
	now: Date,
): AccessQuestion {
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
		conditionValues: (key) => has[key],
	};
}

const ALPHABET =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

const makeText = (length: number): string =>
	Array.from({ length }, () => ALPHABET[randomInt(ALPHABET.length)]).join("");
