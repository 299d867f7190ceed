/**
 * Reads RAM's users and roles from JSON: the file of `--ram`, or one of them from elsewhere.
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
 * Both may say whose they are (`account`, a uid), a user its number (`id`), a key that it is `Inactive` (`status`), a
 * role which accounts may assume it (`trusts`, uids).
 *
 * Pure.
 */
import { OssError } from "../oss/errors.ts";
import { isJsonObject } from "../oss/json-object.ts";
import { readPolicy } from "./policy/document.ts";
import {
	type RamKey,
	type RamPolicy,
	type RamRole,
	type RamUser,
	ramId,
	SESSION_SECONDS_MAX,
} from "./ram.ts";

/** What is wrong with a document, and where: `users[0].policies[1]: …`. */
export class RamDocumentError extends Error {
	override readonly name = "RamDocumentError";
}

export type RamDocument = {
	readonly users: readonly RamUser[];
	readonly roles: readonly RamRole[];
};

/**
 * `{ "users": […], "roles": […] }`, both optional.
 *
 * @param account whose a user or role is that does not say
 * @param taken ids of keys that accounts have
 * @throws RamDocumentError
 */
export function readRam(
	json: string,
	account: string,
	taken: readonly string[] = [],
): RamDocument {
	const document = new Node(parse(json), "");
	document.refuseOthers(["users", "roles"]);
	const users = document.list("users").map((user) => toUser(user, account));
	const roles = document.list("roles").map((role) => toRole(role, account));
	requireOnce("user", users.map(nameOf));
	requireOnce("role", roles.map(nameOf));
	const keys = users.flatMap(({ accessKeys }) => accessKeys);
	requireOnce("key", [...taken, ...keys.map((key) => key.accessKeyId)]);
	return { users, roles };
}

/** As RAM has it: case does not count. */
const nameOf = ({ account, name }: RamUser | RamRole): string =>
	`${name.toLowerCase()} of account ${account}`;

/** The second of two would silently be the only one. */
function requireOnce(what: string, names: readonly string[]): void {
	const twice = names.find((name, index) => names.indexOf(name) < index);
	if (twice !== undefined)
		throw new RamDocumentError(`there are two of the ${what} ${twice}`);
}

/** @throws RamDocumentError */
export const readUser = (value: unknown, account: string): RamUser =>
	toUser(new Node(value, ""), account);

/** @throws RamDocumentError */
export const readRole = (value: unknown, account: string): RamRole =>
	toRole(new Node(value, ""), account);

function parse(json: string): unknown {
	try {
		return JSON.parse(json);
	} catch (error) {
		throw new RamDocumentError(error instanceof Error ? error.message : "");
	}
}

function toUser(node: Node, ownAccount: string): RamUser {
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

function toKey(node: Node): RamKey {
	node.refuseOthers(["id", "secret", "status"]);
	return {
		accessKeyId: node.text("id", /^[\x21-\x7e]+$/),
		accessKeySecret: node.text("secret", /./s),
		isActive:
			node.text("status", /^(?:Active|Inactive)$/, "Active") === "Active",
	};
}

function toRole(node: Node, ownAccount: string): RamRole {
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

/** Of the language of policies seven levels have a meaning. */
const POLICY_LEVELS_MAX = 16;

function toPolicy(node: Node): RamPolicy {
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

/** A value and where it stands. */
class Node {
	readonly value: unknown;
	readonly #path: string;

	constructor(value: unknown, path: string) {
		this.value = value;
		this.#path = path;
	}

	wrong(what: string): RamDocumentError {
		return new RamDocumentError(
			this.#path === "" ? what : `${this.#path}: ${what}`,
		);
	}

	/** A misspelt name would be a permission that is silently not there. */
	refuseOthers(names: readonly string[]): void {
		const { value } = this;
		if (!isJsonObject(value)) throw this.wrong("must be an object");
		const other = Object.keys(value).find((name) => !names.includes(name));
		if (other !== undefined)
			throw this.wrong(`has ${other}, not one of ${names.join(", ")}`);
	}

	list(name: string): Node[] {
		const child = this.#child(name);
		if (child.value === undefined) return [];
		if (!Array.isArray(child.value)) throw child.wrong("must be a list");
		return child.value.map(
			(item, index) => new Node(item, `${child.#path}[${index}]`),
		);
	}

	text(name: string, form: RegExp, byDefault?: string): string {
		const child = this.#child(name);
		if (child.value === undefined && byDefault !== undefined) return byDefault;
		return child.#asText(form);
	}

	texts(name: string, form: RegExp, byDefault: readonly string[]): string[] {
		if (this.#child(name).value === undefined) return [...byDefault];
		return this.list(name).map((item) => item.#asText(form));
	}

	number(name: string, min: number, max: number, byDefault: number): number {
		const { value } = this.#child(name);
		if (value === undefined) return byDefault;
		if (!Number.isInteger(value) || Number(value) < min || Number(value) > max)
			throw this.wrong(`${name} must be a whole number, ${min} to ${max}`);
		return Number(value);
	}

	#asText(form: RegExp): string {
		if (typeof this.value !== "string" || !form.test(this.value))
			throw this.wrong(`must be text of the form ${form.source}`);
		return this.value;
	}

	#child(name: string): Node {
		const { value } = this;
		const isObject = typeof value === "object" && value !== null;
		const child = isObject ? Reflect.get(value, name) : undefined;
		return new Node(child, this.#path === "" ? name : `${this.#path}.${name}`);
	}
}
