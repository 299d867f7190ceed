/**
 * RAM users and roles: listed, put and removed while the emulator runs, in the format of the `--ram` file. They exist
 * until the process ends.
 */
import {
	RAM_ENTRIES_MAX,
	type RamRole,
	type RamUser,
	ramId,
} from "../auth/ram.ts";
import { readRole, readUser } from "../auth/ram-document.ts";
import type { Emulator } from "../emulator.ts";
import { JsonError } from "../oss/json-place.ts";
import { AdminError } from "./admin-error.ts";
import type { Routes } from "./context.ts";
import {
	listRoles,
	listUsers,
	putRole,
	putUser,
	removeRole,
	removeUser,
} from "./ram-schemas.ts";
import type { OfAccount } from "./route-schema.ts";

/** As in the file, without the name. */
type Document = Readonly<Record<string, unknown>> | null;
type Named = { readonly name: string };

const isOf =
	({ account }: OfAccount) =>
	(entry: Entry): boolean =>
		account === undefined || entry.account === account;

export const ramRoutes: Routes = (app, context) => {
	userRoutes(app, context);
	roleRoutes(app, context);
};

const userRoutes: Routes = (app, { emulator }) => {
	const { ram, accounts } = emulator;
	const own = accounts.default.uid;

	app.get<{ Querystring: OfAccount }>(
		"/api/ram/users",
		{ schema: listUsers },
		async ({ query }) => ({
			users: ram.users().filter(isOf(query)).map(viewUser),
		}),
	);

	app.put<{ Params: Named; Body: Document }>(
		"/api/ram/users/:name",
		{ schema: putUser, bodyLimit: BODY_BYTES_MAX },
		async ({ params: { name }, body }) => {
			const user = read(() => readUser({ ...body, name }, own));
			requireCapacity(ram.users(), user, "users");
			requireFreeKeys(emulator, user);
			ram.putUser(user);
			return viewUser(user);
		},
	);

	app.delete<{ Params: Named; Querystring: OfAccount }>(
		"/api/ram/users/:name",
		{ schema: removeUser },
		async ({ params: { name }, query: { account = own } }) => {
			if (ram.removeUser(account, name)) return { deleted: 1 };
			const message = `there is no user ${name} of account ${account}`;
			throw new AdminError(404, "NoSuchUser", message);
		},
	);
};

const roleRoutes: Routes = (app, { emulator }) => {
	const { ram, accounts } = emulator;
	const own = accounts.default.uid;

	app.get<{ Querystring: OfAccount }>(
		"/api/ram/roles",
		{ schema: listRoles },
		async ({ query }) => ({
			roles: ram.roles().filter(isOf(query)).map(viewRole),
		}),
	);

	app.put<{ Params: Named; Body: Document }>(
		"/api/ram/roles/:name",
		{ schema: putRole, bodyLimit: BODY_BYTES_MAX },
		async ({ params: { name }, body }) => {
			const role = read(() => readRole({ ...body, name }, own));
			requireCapacity(ram.roles(), role, "roles");
			ram.putRole(role);
			return viewRole(role);
		},
	);

	app.delete<{ Params: Named; Querystring: OfAccount }>(
		"/api/ram/roles/:name",
		{ schema: removeRole },
		async ({ params: { name }, query: { account = own } }) => {
			if (ram.removeRole(account, name)) return { deleted: 1 };
			const message = `there is no role ${name} of account ${account}`;
			throw new AdminError(404, "NoSuchRole", message);
		},
	);
};

/** Limits the memory: a thousand users and a thousand roles take 128 MB at most. */
const BODY_BYTES_MAX = 64 * 1024;

function read<T>(work: () => T): T {
	try {
		return work();
	} catch (error) {
		if (!(error instanceof JsonError)) throw error;
		throw new AdminError(400, "InvalidArgument", error.message);
	}
}

type Entry = { readonly account: string; readonly name: string };

const isSame = (entry: Entry, other: Entry): boolean =>
	entry.account === other.account &&
	entry.name.toLowerCase() === other.name.toLowerCase();

function requireCapacity(
	all: readonly Entry[],
	entry: Entry,
	what: "users" | "roles",
): void {
	if (
		all.length < RAM_ENTRIES_MAX ||
		all.some((existing) => isSame(existing, entry))
	)
		return;
	const message = `there are already ${RAM_ENTRIES_MAX} ${what}: remove some first`;
	throw new AdminError(
		409,
		`TooMany${what === "users" ? "Users" : "Roles"}`,
		message,
	);
}

function requireFreeKeys({ accounts, ram }: Emulator, user: RamUser): void {
	const ids = user.accessKeys.map(({ accessKeyId }) => accessKeyId);
	for (const [index, id] of ids.entries()) {
		const holder = ram.findKey(id)?.user;
		const isAvailable = holder ? isSame(holder, user) : !accounts.find(id);
		if (isAvailable && ids.indexOf(id) === index) continue;
		const message = `key ${id} already exists: use another id`;
		throw new AdminError(409, "KeyInUse", message);
	}
}

/** Secrets are not returned. */
const viewUser = ({ name, account, id, accessKeys, policies }: RamUser) => ({
	name,
	account,
	id,
	arn: `acs:ram::${account}:user/${name}`,
	accessKeys: accessKeys.map(({ accessKeyId, isActive }) => ({
		id: accessKeyId,
		status: isActive ? "Active" : "Inactive",
	})),
	policies: policies.map(({ document }) => document),
});

const viewRole = (role: RamRole) => {
	const { name, account, sessionSecondsMax, trusts, policies } = role;
	return {
		name,
		account,
		id: ramId("role", account, name),
		arn: `acs:ram::${account}:role/${name}`,
		maxSessionDuration: sessionSecondsMax,
		trusts,
		policies: policies.map(({ document }) => document),
	};
};
