/**
 * Schemas of the account routes and their answers.
 *
 * Pure.
 */
import {
	answers,
	created,
	listOf,
	OF_ACCOUNT,
	parameters,
	record,
	refer,
	type Schema,
	uid,
} from "./route-schema.ts";

const text: Schema = { type: "string" };

const given = {
	uid: uid("Digits; default: an unused uid."),
	accessKeyId: {
		...text,
		// V1 splits `ID:SIGNATURE`, V4 `Credential=ID/…,`.
		pattern: "^[A-Za-z0-9._-]{1,128}$",
		description: "Default: an unused id.",
	},
	accessKeySecret: {
		...text,
		pattern: "^[!-~]{1,128}$",
		description: "Default: a generated secret.",
	},
	name: { ...text, maxLength: 128, description: "A display name." },
} as const;

export const account: Schema = record({
	uid: text,
	accessKeyId: text,
	accessKeySecret: {
		type: ["string", "null"],
		description:
			"null in lists for a secret that the emulator did not generate.",
	},
	name: { ...text, description: "'' if the account has no name" },
	configured: {
		type: "boolean",
		description: "Whether the account comes from --access-key.",
	},
});

export const listAccounts = {
	operationId: "listAccounts",
	tags: ["accounts"],
	summary: "Accounts, starting with those of --access-key",
	querystring: OF_ACCOUNT,
	response: answers(
		"The accounts; an account with several keys appears once per key.",
		record({ accounts: listOf(refer("Account")) }),
	),
} as const;

export const createAccount = {
	operationId: "createAccount",
	tags: ["accounts"],
	summary: "Creates an account, to isolate one test",
	description:
		"Its keys can be used immediately. Buckets, callbacks, requests and faults belong to an account, and every list can be filtered by account. The account exists until it is removed, or until the emulator is reset or ends.",
	body: { ...parameters(given), type: ["object", "null"] },
	response: created("The account.", refer("Account")),
} as const;

export const removeAccount = {
	operationId: "removeAccount",
	tags: ["accounts"],
	summary: "Removes an account and everything it owns",
	description:
		"Its buckets with their objects, its uploads, documents, callbacks, requests, faults, users and roles. Its keys and security tokens are refused from then on.",
	params: parameters({ uid: text }, "uid"),
	response: answers(
		"The account was removed.",
		record({ deleted: { const: 1 } }),
	),
} as const;
