/**
 * The keys that may sign requests, and their owners: accounts, RAM users, and STS sessions, whose keys are sealed in
 * the security token.
 */
import { decodeBase64 } from "../oss/encoding.ts";
import { OssError } from "../oss/errors.ts";
import type { Caller, Identity } from "../oss/request.ts";
import { Ram } from "./ram.ts";
import { type Session, SessionTokens } from "./session-token.ts";

export type Account = {
	readonly accessKeyId: string;
	readonly accessKeySecret: string;
	/** The account's numeric id, which listings and ACLs show as the owner. */
	readonly uid: string;
	/** The user or session that the key belongs to, if it is not the account's own. */
	readonly identity?: Identity;
	/** The display name; only accounts created while the emulator runs have one. */
	readonly name?: string;
	/** Whether the emulator generated the secret, and may therefore show it again. */
	readonly isGenerated?: boolean;
};

/** The default account, which is documented. */
export const DEFAULT_ACCOUNT = {
	accessKeyId: "oss-emulator",
	accessKeySecret: "oss-emulator-secret",
	uid: "1000000000000001",
} as const satisfies Account;

/** Maximum number of accounts created while the emulator runs. */
export const ACCOUNTS_MAX = 10_000;

export class Accounts {
	/** The owner of everything when signatures are not checked. */
	readonly default: Account;
	readonly #configured: readonly Account[];
	readonly #byKeyId = new Map<string, Account>();
	/** The number of keys of each account. */
	readonly #keysOf = new Map<string, number>();
	readonly #ram: Ram;
	readonly #tokens: SessionTokens;

	constructor(
		accounts: readonly [Account, ...Account[]],
		ram: Ram = new Ram(),
		tokens: SessionTokens = new SessionTokens(),
	) {
		this.default = accounts[0];
		this.#configured = accounts;
		for (const account of accounts) this.add(account);
		this.#ram = ram;
		this.#tokens = tokens;
	}

	/** Whether an account with this uid exists, that is, has a key, users or roles. */
	has(uid: string): boolean {
		return this.#keysOf.has(uid) || this.#ram.hasAccount(uid);
	}

	/** The accounts' own keys, starting with the configured ones. */
	list(): Account[] {
		return [...this.#byKeyId.values()];
	}

	/** Whether the account is from the configuration. */
	isConfigured(uid: string): boolean {
		return this.#configured.some((account) => account.uid === uid);
	}

	/** Adds an account, whose key must not be in use. */
	add(account: Account): void {
		this.#byKeyId.set(account.accessKeyId, account);
		const keys = this.#keysOf.get(account.uid) ?? 0;
		this.#keysOf.set(account.uid, keys + 1);
	}

	/** Removes an account: its keys and security tokens are refused from then on. @returns whether the account existed */
	remove(uid: string): boolean {
		for (const account of this.list())
			if (account.uid === uid) this.#byKeyId.delete(account.accessKeyId);
		return this.#keysOf.delete(uid);
	}

	/** Restores the accounts of the configuration. */
	reset(): void {
		for (const { uid } of this.list())
			if (!this.isConfigured(uid)) this.remove(uid);
	}

	/** All permanent keys, the accounts' own first. */
	keys(): readonly Account[] {
		const ofUsers = this.#ram
			.users()
			.flatMap(({ accessKeys }) => accessKeys)
			.flatMap(({ accessKeyId }) => this.find(accessKeyId) ?? []);
		return [...this.#byKeyId.values(), ...ofUsers];
	}

	/** The session of a security token, expired or not; undefined when the token was not issued by this emulator. */
	session(securityToken: string): Session | undefined {
		return this.#tokens.open(securityToken);
	}

	/** A permanent key, active or not. */
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

	/** Whether it is a RAM user's key that was deactivated. */
	isDisabled(accessKeyId: string): boolean {
		return this.#ram.findKey(accessKeyId)?.key.isActive === false;
	}

	/**
	 * @param securityToken the request's STS token, or ''
	 * @throws OssError InvalidAccessKeyId: the key is unknown or disabled, a temporary key has no token, or a permanent
	 * key has one, valid or not (cpp's AccessKeyTest for the code, A-511); InvalidSecurityToken,
	 *   AccessKeyIdAndSecurityTokenNotMatch, SecurityTokenExpired. Source: EC 0002-00000002 … 0002-00000008
	 */
	get(accessKeyId: string, securityToken: string, now: Date): Account {
		const permanent = this.find(accessKeyId);
		if (permanent) {
			if (permanent.identity && this.isDisabled(accessKeyId))
				throw disabled(accessKeyId);
			if (securityToken !== "") throw unknown(accessKeyId, "0002-00000002");
			return permanent;
		}
		if (!isTemporary(accessKeyId)) throw unknown(accessKeyId);
		if (securityToken === "") throw tokenMissing(accessKeyId);
		return accountOf(this.#open(accessKeyId, securityToken, now));
	}

	#open(accessKeyId: string, securityToken: string, now: Date): Session {
		const session = this.#tokens.open(securityToken);
		if (!session) {
			// How the two ECs for an invalid token are assigned is a guess.
			const ec = decodeBase64(securityToken)
				? "0002-00000008"
				: "0002-00000006";
			throw new OssError("InvalidSecurityToken", { ec });
		}
		// The account of the session has been removed.
		if (!this.has(session.uid)) throw unknown(accessKeyId);
		if (session.accessKeyId !== accessKeyId)
			throw new OssError("AccessKeyIdAndSecurityTokenNotMatch", {
				ec: "0002-00000004",
			});
		if (now >= session.expires) throw new OssError("SecurityTokenExpired");
		return session;
	}
}

/** Whether the key has the form of STS keys. */
export const isTemporary = (accessKeyId: string): boolean =>
	accessKeyId.startsWith("STS.");

const unknown = (accessKeyId: string, ec?: string): OssError =>
	new OssError("InvalidAccessKeyId", {
		details: { OSSAccessKeyId: accessKeyId },
		...(ec === undefined ? {} : { ec }),
	});

/** Source: a captured refusal. */
const tokenMissing = (accessKeyId: string): OssError =>
	new OssError("InvalidAccessKeyId", {
		message:
			"The OSS Access Key Id you provided does not exist in our records. The Security Token may be lost to specify that it is a STS Access Id.",
		details: { OSSAccessKeyId: accessKeyId },
		ec: "0002-00000003",
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
