/**
 * Accounts while the emulator runs: each test can have one of its own.
 */
import { randomBytes, randomInt } from "node:crypto";
import {
	ACCOUNTS_MAX,
	type Account,
	DEFAULT_ACCOUNT,
} from "../auth/accounts.ts";
import type { Emulator } from "../emulator.ts";
import { createAccount, listAccounts } from "./account-schemas.ts";
import { AdminError } from "./admin-error.ts";
import type { Routes } from "./context.ts";

type Given = Partial<
	Pick<Account, "uid" | "accessKeyId" | "accessKeySecret" | "name">
> | null;

export const accountRoutes: Routes = (app, context) => {
	const { emulator } = context;
	const { accounts } = emulator;
	/** Keys whose secrets the emulator chose: it may show them again. */
	const chosen = new Set<string>();

	app.get<{ Querystring: { readonly account?: string } }>(
		"/api/accounts",
		{ schema: listAccounts },
		async ({ query }) => ({
			accounts: accounts
				.list()
				.filter(({ uid }) => (query.account ?? uid) === uid)
				.map((one) =>
					view(emulator, one, chosen.has(one.accessKeyId) || isDocumented(one)),
				),
		}),
	);

	app.post<{ Body: Given }>(
		"/api/accounts",
		{ schema: createAccount },
		async ({ body }, outgoing) => {
			const account = make(emulator, body ?? {});
			accounts.add(account);
			if (body?.accessKeySecret === undefined) chosen.add(account.accessKeyId);
			return outgoing.code(201).send(view(emulator, account, true));
		},
	);
};

/** @throws AdminError 409 when the account or the key exists already, or there are too many accounts */
function make(
	{ accounts }: Emulator,
	{
		uid = makeUid(accounts.has.bind(accounts)),
		accessKeyId = `test-${randomBytes(10).toString("hex")}`,
		accessKeySecret = randomBytes(15).toString("hex"),
		name = "",
	}: NonNullable<Given>,
): Account {
	if (accounts.has(uid))
		throw conflict("AccountExists", `there is an account ${uid} already`);
	if (accounts.find(accessKeyId))
		throw conflict("KeyInUse", `there is a key ${accessKeyId} already`);
	if (accounts.list().length >= ACCOUNTS_MAX)
		throw conflict(
			"TooManyAccounts",
			`there are ${ACCOUNTS_MAX} accounts already: remove some first`,
		);
	return { uid, accessKeyId, accessKeySecret, name };
}

const conflict = (code: string, message: string): AdminError =>
	new AdminError(409, code, message);

/** 16 digits, as at Alibaba Cloud. */
function makeUid(isTaken: (uid: string) => boolean): string {
	for (;;) {
		const digits = [randomInt(2, 10), randomInt(1e7, 1e8), randomInt(1e6, 1e7)];
		const uid = digits.join("");
		if (!isTaken(uid)) return uid;
	}
}

/** The secret of the default account is in the manual. */
const isDocumented = ({ accessKeySecret }: Account): boolean =>
	accessKeySecret === DEFAULT_ACCOUNT.accessKeySecret;

const view = (
	{ accounts }: Emulator,
	{ uid, accessKeyId, accessKeySecret, name = "" }: Account,
	withSecret: boolean,
) => ({
	...{ uid, accessKeyId, name },
	accessKeySecret: withSecret ? accessKeySecret : null,
	configured: accounts.isConfigured(uid),
});
