/**
 * Who may sign: the keys that exist, and whose they are. Accounts' own, RAM users', and those of sessions of STS, which
 * come with the token they are sealed in.
 */
import { OssError } from "../oss/errors.ts";
import type { Caller, Identity } from "../oss/request.ts";
import { Ram } from "./ram.ts";
import { type Session, SessionTokens } from "./session-token.ts";

export type Account = {
	readonly accessKeyId: string;
	readonly accessKeySecret: string;
	/** The account's numeric id: the owner's in listings and ACLs. */
	readonly uid: string;
	/** Whose key it is within the account, when it is not the account's own. */
	readonly identity?: Identity;
};

export class Accounts {
	/** Whose everything is when signatures are not checked. */
	readonly default: Account;
	readonly #byKeyId: ReadonlyMap<string, Account>;
	readonly #ram: Ram;
	readonly #tokens: SessionTokens;

	constructor(
		accounts: readonly [Account, ...Account[]],
		ram: Ram = new Ram(),
		tokens: SessionTokens = new SessionTokens(),
	) {
		this.default = accounts[0];
		this.#byKeyId = new Map(
			accounts.map((account) => [account.accessKeyId, account]),
		);
		this.#ram = ram;
		this.#tokens = tokens;
	}

	/** Whether there is an account of this uid: one with a key, or with users or roles. */
	has(uid: string): boolean {
		return (
			this.#byKeyId.values().some((account) => account.uid === uid) ||
			this.#ram.hasAccount(uid)
		);
	}

	/** All permanent keys, the accounts' own first. */
	keys(): readonly Account[] {
		const ofUsers = this.#ram
			.users()
			.flatMap(({ accessKeys }) => accessKeys)
			.flatMap(({ accessKeyId }) => this.find(accessKeyId) ?? []);
		return [...this.#byKeyId.values(), ...ofUsers];
	}

	/** Whose security token it is, expired or not; undefined when it was not made here. */
	session(securityToken: string): Session | undefined {
		return this.#tokens.open(securityToken);
	}

	/** A permanent key, in use or not. */
	find(accessKeyId: string): Account | undefined {
		const own = this.#byKeyId.get(accessKeyId);
		if (own) return own;
		const { user, key } = this.#ram.findKey(accessKeyId) ?? {};
		return (
			user &&
			key && {
				accessKeyId,
				accessKeySecret: key.accessKeySecret,
				uid: user.account,
				identity: { kind: "SubUser", name: user.name, id: user.id },
			}
		);
	}

	/** Of a RAM user's key that was switched off. */
	isDisabled(accessKeyId: string): boolean {
		return this.#ram.findKey(accessKeyId)?.key.isActive === false;
	}

	/**
	 * @param securityToken what the request has of STS; '' for nothing
	 * @throws OssError InvalidAccessKeyId: nobody has this key, it is disabled, it is temporary and has no token, or it
	 *   is permanent and has one (cpp's AccessKeyTest asserts that this is not InvalidSecurityToken);
	 *   InvalidSecurityToken, AccessKeyIdAndSecurityTokenNotMatch, SecurityTokenExpired
	 */
	get(accessKeyId: string, securityToken: string, now: Date): Account {
		const permanent = this.find(accessKeyId);
		if (!permanent && !isTemporary(accessKeyId)) throw unknown(accessKeyId);
		if (this.isDisabled(accessKeyId)) throw disabled(accessKeyId);
		if (securityToken !== "")
			return accountOf(this.#open(accessKeyId, securityToken, now));
		if (!permanent) throw unknown(accessKeyId);
		return permanent;
	}

	#open(accessKeyId: string, securityToken: string, now: Date): Session {
		const session = this.#tokens.open(securityToken);
		if (!session) {
			if (isTemporary(accessKeyId)) throw new OssError("InvalidSecurityToken");
			throw unknown(accessKeyId);
		}
		// Also of a permanent key with the token of a session.
		if (session.accessKeyId !== accessKeyId)
			throw new OssError("AccessKeyIdAndSecurityTokenNotMatch");
		if (now >= session.expires) throw new OssError("SecurityTokenExpired");
		return session;
	}
}

/** As STS makes them. */
export const isTemporary = (accessKeyId: string): boolean =>
	accessKeyId.startsWith("STS.");

const unknown = (accessKeyId: string): OssError =>
	new OssError("InvalidAccessKeyId", {
		details: { OSSAccessKeyId: accessKeyId },
	});

const disabled = (accessKeyId: string): OssError =>
	new OssError("InvalidAccessKeyId", {
		message: "The OSS Access Key Id you provided is disabled.",
		details: { OSSAccessKeyId: accessKeyId },
		ec: "",
	});

const accountOf = ({
	accessKeyId,
	accessKeySecret,
	uid,
	role,
	session,
	policy,
}: Session): Account => ({
	accessKeyId,
	accessKeySecret,
	uid,
	identity: {
		kind: "AssumedRoleUser",
		role,
		session,
		...(policy === "" ? {} : { policy }),
	},
});

export const callerOf = ({ accessKeyId, uid, identity }: Account): Caller => ({
	accessKeyId,
	uid,
	...(identity === undefined ? {} : { identity }),
});
