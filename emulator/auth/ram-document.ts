/**
 * Reads RAM's users and roles from JSON: the file of `--ram`, or a single one from the admin API.
 *
 *     {
 *       "users": [{
 *         "name": "ann",
 *         "accessKeys": [{ "id": "annId", "secret": "annSecret" }],
 *         "policies": [{ "Version": "1", "Statement": [{ "Effect": "Allow", "Action": "oss:Get*", "Resource": "*" }] }]
 *       }],
 *       "roles": [{ "name": "uploader", "maxSessionDuration": 3600, "policies": [] }]
 *     }
 *
 * Optional: the `account` of a user or role (a uid), the numeric `id` of a user, the `status` of a key (`Inactive`),
 * and the accounts that may assume a role (`trusts`, uids).
 *
 * Pure.
 */
import { OssError } from "../oss/errors.ts";
import { JsonError, JsonPlace } from "../oss/json-place.ts";
import { readPolicy } from "./policy/document.ts";
import {
	type RamKey,
	type RamPolicy,
	type RamRole,
	type RamUser,
	ramId,
	SESSION_SECONDS_MAX,
} from "./ram.ts";

export type RamDocument = {
	readonly users: readonly RamUser[];
	readonly roles: readonly RamRole[];
};

/**
 * `{ "users": […], "roles": […] }`, both optional.
 *
 * @param json the text, or the place of a document within another
 * @param account uid of the account of users and roles that do not name one
 * @param usedIds ids of keys that accounts have
 * @throws JsonError
 */
export function readRam(
	json: string | JsonPlace,
	account: string,
	usedIds: readonly string[] = [],
): RamDocument {
	const document =
		typeof json === "string" ? new JsonPlace(parse(json), "") : json;
	document.refuseOthers(["users", "roles"]);
	const users = document.list("users").map((user) => toUser(user, account));
	const roles = document.list("roles").map((role) => toRole(role, account));
	requireOnce("user", users.map(nameOf));
	requireOnce("role", roles.map(nameOf));
	const keys = users.flatMap(({ accessKeys }) => accessKeys);
	requireOnce("key", [...usedIds, ...keys.map((key) => key.accessKeyId)]);
	return { users, roles };
}

/** RAM ignores the case of names. */
const nameOf = ({ account, name }: RamUser | RamRole): string =>
	`${name.toLowerCase()} of account ${account}`;

/** Refuses a second user or role of the same name, which would replace the first. */
function requireOnce(what: string, names: readonly string[]): void {
	const twice = names.find((name, index) => names.indexOf(name) < index);
	if (twice !== undefined)
		throw new JsonError(`the ${what} ${twice} is defined twice`);
}

/** @throws JsonError */
export const readUser = (value: unknown, account: string): RamUser =>
	toUser(new JsonPlace(value, ""), account);

/** @throws JsonError */
export const readRole = (value: unknown, account: string): RamRole =>
	toRole(new JsonPlace(value, ""), account);

function parse(json: string): unknown {
	try {
		return JSON.parse(json);
	} catch (error) {
		throw new JsonError(error instanceof Error ? error.message : "");
	}
}

function toUser(node: JsonPlace, ownAccount: string): RamUser {
	node.refuseOthers(["name", "account", "id", "accessKeys", "policies"]);
	const name = node.text("name", NAME);
	const account = node.text("account", UID, ownAccount);
	return {
		name,
		account,
		id: node.text("id", UID, ramId("user", account, name)),
		accessKeys: node.list("accessKeys").map(toKey),
		policies: node.list("policies").map(toPolicy),
	};
}

function toKey(node: JsonPlace): RamKey {
	node.refuseOthers(["id", "secret", "status"]);
	return {
		accessKeyId: node.text("id", /^[\x21-\x7e]+$/),
		accessKeySecret: node.text("secret", /./s),
		isActive:
			node.text("status", /^(?:Active|Inactive)$/, "Active") === "Active",
	};
}

function toRole(node: JsonPlace, ownAccount: string): RamRole {
	node.refuseOthers([
		"name",
		"account",
		"maxSessionDuration",
		"trusts",
		"policies",
	]);
	const account = node.text("account", UID, ownAccount);
	return {
		name: node.text("name", NAME),
		account,
		sessionSecondsMax: node.number(
			"maxSessionDuration",
			3600,
			SESSION_SECONDS_MAX,
			3600,
		),
		trusts: node.texts("trusts", UID, [account]),
		policies: node.list("policies").map(toPolicy),
	};
}

const NAME = /^[A-Za-z0-9._@-]{1,64}$/;
const UID = /^\d+$/;

/** Policies have at most seven levels. */
const POLICY_LEVELS_MAX = 16;

function toPolicy(node: JsonPlace): RamPolicy {
	if (isDeeper(node.value, POLICY_LEVELS_MAX))
		throw node.wrong(`is nested in more than ${POLICY_LEVELS_MAX} levels`);
	try {
		const policy = readPolicy(JSON.stringify(node.value), "identity");
		return { document: node.value, policy };
	} catch (error) {
		throw error instanceof OssError ? node.wrong(error.message) : error;
	}
}

const isDeeper = (value: unknown, levels: number): boolean =>
	typeof value === "object" &&
	value !== null &&
	(levels === 0 ||
		Object.values(value).some((inner) => isDeeper(inner, levels - 1)));
