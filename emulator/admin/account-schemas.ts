/**
 * How the routes of accounts, and their answers, are described.
 *
 * Pure.
 */
import {
	ACCOUNT,
	answers,
	created,
	listOf,
	parameters,
	record,
	refer,
	type Schema,
} from "./route-schema.ts";

const text: Schema = { type: "string" };

const given = {
	uid: {
		...ACCOUNT,
		description: "Digits; default: an unused uid.",
	},
	accessKeyId: {
		...text,
		// V1 splits `ID:SIGNATURE`, V4 `Credential=ID/…,`.
		pattern: "^[A-Za-z0-9._-]{1,128}$",
		description: "Default: an unused id.",
	},
	accessKeySecret: {
		...text,
		pattern: "^[!-~]{1,128}$",
		description: "Without it a new one.",
	},
	name: { ...text, maxLength: 128, description: "For people." },
} as const;

export const account: Schema = record({
	uid: text,
	accessKeyId: text,
	accessKeySecret: {
		type: ["string", "null"],
		description:
			"null in a list, for a secret that the emulator did not choose itself.",
	},
	name: { ...text, description: "'' without a name" },
	configured: {
		type: "boolean",
		description: "Whether it is one of --access-key.",
	},
});

export const listAccounts = {
	operationId: "listAccounts",
	tags: ["accounts"],
	summary: "Accounts, starting with those of --access-key",
	querystring: parameters({ account: ACCOUNT }),
	response: answers(
		"The accounts; an account with several keys appears once per key.",
		record({ accounts: listOf(refer("Account")) }),
	),
} as const;

export const createAccount = {
	operationId: "createAccount",
	tags: ["accounts"],
	summary: "Makes an account: isolation for one test",
	description:
		"Its keys work at once. Buckets, callbacks, requests and faults belong to an account, and every list can be asked for one. The account lasts until it is removed, or until the emulator is reset or ends.",
	body: { ...parameters(given), type: ["object", "null"] },
	response: created("The account.", refer("Account")),
} as const;

export const removeAccount = {
	operationId: "removeAccount",
	tags: ["accounts"],
	summary: "Removes an account and all it owns",
	description:
		"Its buckets with their objects, its uploads, documents, callbacks, requests, faults, users and roles. Its keys and security tokens are refused from then on.",
	params: parameters({ uid: text }, "uid"),
	response: answers("It is removed.", record({ deleted: { const: 1 } })),
} as const;
