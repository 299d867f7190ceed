/** The interface to the keys, roles and policies that STS needs. STS itself stores nothing. */
import type { Caller } from "../oss/request.ts";

/** A key that may sign requests to STS. */
export type StsKey = {
	readonly accessKeySecret: string;
	readonly caller: Caller;
};

/** A role, whether or not the caller is allowed to assume it. */
export type StsRole = {
	readonly account: string;
	/** The spelling in the configuration; the case in the request may differ. */
	readonly name: string;
	/** A constant id of 18 digits. */
	readonly id: string;
	readonly sessionSecondsMax: number;
};

/** The content of a temporary key. */
export type NewSession = {
	readonly role: StsRole;
	readonly session: string;
	/** The session policy as JSON; '' if there is none. */
	readonly policy: string;
	readonly expires: Date;
};

export type Credentials = {
	readonly accessKeyId: string;
	readonly accessKeySecret: string;
	readonly securityToken: string;
};

export interface StsBackend {
	/**
	 * @param securityToken '' if the request has none
	 * @throws StsError if the key does not exist, or does not belong to the token
	 */
	getKey(accessKeyId: string, securityToken: string, now: Date): StsKey;

	/**
	 * The caller that the request names, for use if signatures are not checked; the default account if it names none.
	 */
	identifyUnchecked(accessKeyId: string): Caller;

	/** @returns undefined if the role does not exist */
	findRole(account: string, name: string): StsRole | undefined;

	/**
	 * The reason why RAM does not allow `caller` to assume the role, or why the role does not trust the caller.
	 *
	 * @returns '' if the caller may assume the role
	 */
	findRefusal(caller: Caller, role: StsRole, now: Date): string;

	/** Other secrets that may have been used with this valid key by mistake, each with a sentence for the developer. */
	mistakenSecrets(
		accessKeyId: string,
		securityToken: string,
		now: Date,
	): Iterable<readonly [secret: string, sentence: string]>;

	/** Whether `json` is a valid session policy. */
	isPolicy(json: string): boolean;

	makeCredentials(session: NewSession): Credentials;

	/** The numeric id of a role in RAM. */
	roleId(account: string, name: string): string;
}
