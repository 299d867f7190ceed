/**
 * The schemas of the routes of RAM and of their answers.
 *
 * Pure.
 */
import {
	answers,
	listOf,
	OF_ACCOUNT,
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
		"uids of the accounts whose users may assume it; default: its own account.",
};
const seconds: Schema = {
	type: "integer",
	minimum: 3600,
	maximum: 43_200,
	description: "Maximum duration of its sessions, in seconds.",
};

export const ramUser: Schema = record({
	name: text,
	account: text,
	id: text,
	arn: text,
	accessKeys: listOf(record({ id: text, status })),
	policies,
});

export const ramRole: Schema = record({
	name: text,
	account: text,
	id: text,
	arn: { ...text, description: "The RoleArn for AssumeRole." },
	maxSessionDuration: seconds,
	trusts,
	policies,
});

const named = parameters(
	{ name: { ...text, description: "Case-insensitive." } },
	"name",
);

const deleted = answers("Removed.", record({ deleted: { const: 1 } }));

export const listUsers = {
	operationId: "listRamUsers",
	tags: ["ram"],
	summary: "RAM users, starting with those of --ram",
	querystring: OF_ACCOUNT,
	response: answers(
		"The users, with their keys but without secrets.",
		record({ users: listOf(refer("RamUser")) }),
	),
} as const;

export const putUser = {
	operationId: "putRamUser",
	tags: ["ram"],
	summary: "Creates or replaces a RAM user",
	description:
		"Without policies, the user may do nothing. It exists until the emulator ends or is reset, which restores the users and roles of --ram.",
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
	summary: "Configured RAM roles, starting with those of --ram",
	querystring: OF_ACCOUNT,
	description:
		"Any other role of an existing account can be assumed too, and may do anything.",
	response: answers("The roles.", record({ roles: listOf(refer("RamRole")) })),
} as const;

export const putRole = {
	operationId: "putRamRole",
	tags: ["ram"],
	summary: "Creates or replaces a RAM role",
	description:
		"Without policies, the role may do nothing. Its policies also apply to existing sessions.",
	params: named,
	body: parameters({ account, maxSessionDuration: seconds, trusts, policies }),
	response: answers("The role as it is stored.", refer("RamRole")),
} as const;

export const removeRole = {
	operationId: "removeRamRole",
	tags: ["ram"],
	summary: "Removes the configuration of a RAM role",
	description:
		"The role may then do anything, like all roles that are not configured.",
	params: named,
	querystring: parameters({ account }),
	response: deleted,
} as const;
