/**
 * The schemas of the routes of RAM and of their answers.
 *
 * Pure.
 */
import {
	ACCOUNT,
	answers,
	listOf,
	parameters,
	record,
	refer,
	type Schema,
} from "./route-schema.ts";

const text: Schema = { type: "string" };
const account: Schema = {
	...text,
	description: "uid of the account; default: the first account.",
};
const status: Schema = { enum: ["Active", "Inactive"] };
const policies: Schema = {
	...listOf({ type: "object", additionalProperties: true }),
	description:
		'Documents in RAM\'s language: {"Version": "1", "Statement": […]}.',
};
const trusts: Schema = {
	...listOf(text),
	description:
		"Accounts whose users may assume it, by uid; its own by default.",
};
const seconds: Schema = {
	type: "integer",
	minimum: 3600,
	maximum: 43_200,
	description: "Maximum duration of its sessions, in seconds.",
};

export const ramUser: Schema = record({
	...{ name: text, account: text, id: text, arn: text },
	accessKeys: listOf(record({ id: text, status })),
	policies,
});

export const ramRole: Schema = record({
	...{ name: text, account: text, id: text },
	arn: { ...text, description: "What AssumeRole is asked for." },
	maxSessionDuration: seconds,
	trusts,
	policies,
});

const named = parameters(
	{ name: { ...text, description: "Case does not count." } },
	"name",
);

const deleted = answers("It is removed.", record({ deleted: { const: 1 } }));

export const listUsers = {
	operationId: "listRamUsers",
	tags: ["ram"],
	summary: "RAM users, starting with those of --ram",
	querystring: parameters({ account: ACCOUNT }),
	response: answers(
		"The users; their keys without the secrets.",
		record({ users: listOf(refer("RamUser")) }),
	),
} as const;

export const putUser = {
	operationId: "putRamUser",
	tags: ["ram"],
	summary: "Creates or replaces a RAM user",
	description:
		"Without policies it may do nothing. It lasts until the emulator ends or is reset, when the users and roles of --ram return.",
	params: named,
	body: parameters({
		account,
		id: {
			...text,
			description:
				"A number; default: always the same number for the same user.",
		},
		accessKeys: listOf(
			parameters({ id: text, secret: text, status }, "id", "secret"),
		),
		policies,
	}),
	response: answers("The user as it is stored.", refer("RamUser")),
} as const;

export const removeUser = {
	operationId: "removeRamUser",
	tags: ["ram"],
	summary: "Removes a RAM user and its keys",
	params: named,
	querystring: parameters({ account }),
	response: deleted,
} as const;

export const listRoles = {
	operationId: "listRamRoles",
	tags: ["ram"],
	summary: "RAM roles that were configured, starting with those of --ram",
	querystring: parameters({ account: ACCOUNT }),
	description:
		"Any other role of an existing account can be assumed too, and may do anything.",
	response: answers("The roles.", record({ roles: listOf(refer("RamRole")) })),
} as const;

export const putRole = {
	operationId: "putRamRole",
	tags: ["ram"],
	summary: "Creates or replaces a RAM role",
	description:
		"Without policies it may do nothing. Sessions it has go by its policies from then on.",
	params: named,
	body: parameters({ account, maxSessionDuration: seconds, trusts, policies }),
	response: answers("The role as it is stored.", refer("RamRole")),
} as const;

export const removeRole = {
	operationId: "removeRamRole",
	tags: ["ram"],
	summary: "Removes the configuration of a RAM role",
	description: "It may do anything then, as any role that was not configured.",
	params: named,
	querystring: parameters({ account }),
	response: deleted,
} as const;
