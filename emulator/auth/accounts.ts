/**
 * Who may sign: the keys that exist, and whose they are.
 *
 * Pure.
 */
import { OssError } from "../oss/errors.ts";
import type { Caller } from "../oss/request.ts";

export type Account = {
	readonly accessKeyId: string;
	readonly accessKeySecret: string;
	/** The account's numeric id: the owner's in listings and ACLs. */
	readonly uid: string;
};

export class Accounts {
	/** Whose everything is when signatures are not checked. */
	readonly default: Account;
	readonly #byKeyId: ReadonlyMap<string, Account>;

	constructor(accounts: readonly [Account, ...Account[]]) {
		this.default = accounts[0];
		this.#byKeyId = new Map(
			accounts.map((account) => [account.accessKeyId, account]),
		);
	}

	find(accessKeyId: string): Account | undefined {
		return this.#byKeyId.get(accessKeyId);
	}

	/**
	 * @param securityToken what the request has of STS; '' for nothing
	 * @throws OssError InvalidAccessKeyId: nobody has this key, or a token came with a permanent one (cpp's
	 *   AccessKeyTest asserts that this is not InvalidSecurityToken)
	 */
	get(accessKeyId: string, securityToken: string): Account {
		const account = this.find(accessKeyId);
		if (!account || securityToken !== "") {
			throw new OssError("InvalidAccessKeyId", {
				details: { OSSAccessKeyId: accessKeyId },
			});
		}
		return account;
	}
}

export const callerOf = ({ accessKeyId, uid }: Account): Caller => ({
	accessKeyId,
	uid,
});
