/**
 * Accounts created while the emulator runs, so that each test can have its own.
 */
import { randomBytes, randomInt } from "node:crypto";
import {
	ACCOUNTS_MAX,
	type Account,
	DEFAULT_ACCOUNT,
} from "../auth/accounts.ts";
import type { Emulator } from "../emulator.ts";
import {
	createAccount,
	listAccounts,
	removeAccount,
} from "./account-schemas.ts";
import { AdminError } from "./admin-error.ts";
import { removeAccountWithData, requireAccount } from "./clean-up.ts";
import type { Routes } from "./context.ts";
import type { OfAccount } from "./route-schema.ts";

type Given = Partial<
	Pick<Account, "uid" | "accessKeyId" | "accessKeySecret" | "name">
> | null;

export const accountRoutes: Routes = (app, context) => {
	const { emulator } = context;
	const { accounts } = emulator;

	app.get<{ Querystring: OfAccount }>(
		"/api/accounts",
		{ schema: listAccounts },
		async ({ query }) => ({
			accounts: accounts
				.list()
				.filter(({ uid }) => (query.account ?? uid) === uid)
				.map((account) => view(emulator, account, isShown(account))),
		}),
	);

	app.post<{ Body: Given }>(
		"/api/accounts",
		{ schema: createAccount },
		async ({ body }, outgoing) => {
			const account = make(emulator, body ?? {});
			accounts.add(account);
			return outgoing.code(201).send(view(emulator, account, true));
		},
	);

	app.delete<{ Params: { readonly uid: string } }>(
		"/api/accounts/:uid",
		{ schema: removeAccount },
		async ({ params: { uid } }) => {
			requireAccount(emulator, uid);
			if (accounts.isConfigured(uid)) throw configured(uid);
			await removeAccountWithData(context, uid);
			return { deleted: 1 };
		},
	);
};

/** @throws AdminError 409 when the account or the key already exists, or there are too many accounts */
function make(
	{ accounts }: Emulator,
	{
		uid = makeUid(accounts.has.bind(accounts)),
		accessKeyId = `test-${randomBytes(10).toString("hex")}`,
		accessKeySecret,
		name = "",
	}: NonNullable<Given>,
): Account {
	if (accounts.has(uid))
		throw conflict("AccountExists", `account ${uid} already exists`);
	if (accounts.find(accessKeyId))
		throw conflict("KeyInUse", `key ${accessKeyId} already exists`);
	if (accounts.list().length >= ACCOUNTS_MAX)
		throw conflict(
			"TooManyAccounts",
			`there are already ${ACCOUNTS_MAX} accounts: remove some first`,
		);
	return accessKeySecret === undefined
		? {
				uid,
				accessKeyId,
				name,
				isGenerated: true,
				accessKeySecret: randomBytes(15).toString("hex"),
			}
		: { uid, accessKeyId, accessKeySecret, name };
}

const conflict = (code: string, message: string): AdminError =>
	new AdminError(409, code, message);

const configured = (uid: string): AdminError =>
	conflict(
		"ConfiguredAccount",
		`account ${uid} comes from --access-key and cannot be removed: reset it instead`,
	);

/** 16 digits, as at Alibaba Cloud. */
function makeUid(isTaken: (uid: string) => boolean): string {
	for (;;) {
		const digits = [randomInt(2, 10), randomInt(1e7, 1e8), randomInt(1e6, 1e7)];
		const uid = digits.join("");
		if (!isTaken(uid)) return uid;
	}
}

/** The secret of the default account may be shown, because it is documented. */
const isShown = ({ accessKeySecret, isGenerated }: Account): boolean =>
	isGenerated === true || accessKeySecret === DEFAULT_ACCOUNT.accessKeySecret;

const view = (
	{ accounts }: Emulator,
	{ uid, accessKeyId, accessKeySecret, name = "" }: Account,
	withSecret: boolean,
) => ({
	uid,
	accessKeyId,
	name,
	accessKeySecret: withSecret ? accessKeySecret : null,
	configured: accounts.isConfigured(uid),
});
