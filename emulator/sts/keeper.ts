/**
 * What STS asks of whoever keeps keys, roles and policies. STS itself keeps nothing.
 */
import type { Caller } from "../oss/request.ts";

/** A key that may sign requests to STS. */
export type StsKey = {
	readonly accessKeySecret: string;
	readonly caller: Caller;
};

/** A role that may be assumed, or would be by somebody else. */
export type StsRole = {
	readonly account: string;
	/** As it is configured: the caller may have written it in another case. */
	readonly name: string;
	/** 18 digits, the same for ever. */
	readonly id: string;
	readonly sessionSecondsMax: number;
};

/** What a temporary key is made of. */
export type NewSession = {
	readonly role: StsRole;
	readonly session: string;
	/** Session policy, JSON; '' for none. */
	readonly policy: string;
	readonly expires: Date;
};

export type Credentials = {
	readonly accessKeyId: string;
	readonly accessKeySecret: string;
	readonly securityToken: string;
};

export interface Keeper {
	/**
	 * @param securityToken '' for none
	 * @throws StsError when there is no such key, or it does not go with the token
	 */
	getKey(accessKeyId: string, securityToken: string, now: Date): StsKey;

	/** Whoever the request says it is of, when signatures are not checked; somebody in any case. */
	believe(accessKeyId: string): Caller;

	/** @returns undefined when there is no such role */
	findRole(account: string, name: string): StsRole | undefined;

	/**
	 * Why RAM does not let `caller` assume the role, or the role does not trust him.
	 *
	 * @returns '' when he may
	 */
	whyNot(caller: Caller, role: StsRole, now: Date): string;

	/** What may have been taken for the secret of this key, which is good, each with a sentence for the developer. */
	mistakenSecrets(
		accessKeyId: string,
		securityToken: string,
		now: Date,
	): Iterable<readonly [secret: string, sentence: string]>;

	/** Whether `json` is a policy a session may have. */
	isPolicy(json: string): boolean;

	makeCredentials(session: NewSession): Credentials;

	/** RAM's number of a role. */
	roleId(account: string, name: string): string;
}
