/**
 * RAM: users with their keys, and roles, with their policies.
 */
import { changeForm, given, textArea, textField } from "./forms.js";
import { code, h, name, nothing, riskyButton } from "./page.js";
import { ask, put, remove } from "./server.js";

const POLICY = JSON.stringify(
	[
		{
			Version: "1",
			Statement: [{ Effect: "Allow", Action: "oss:*", Resource: "*" }],
		},
	],
	null,
	2,
);

/** More users or roles than this are not shown. */
const SHOWN_MAX = 200;

export async function ram() {
	const [{ users }, { roles }] = await Promise.all([
		ask("/api/ram/users"),
		ask("/api/ram/roles"),
	]);
	return {
		title: "RAM",
		tab: "ram",
		nodes: [
			h("h1", {}, "RAM"),
			h("h2", {}, "Users"),
			users.length === 0 ? nothing("There are no RAM users.") : "",
			users.slice(0, SHOWN_MAX).map((one) => entry("users", one)),
			userForm(),
			h("h2", {}, "Roles"),
			roles.length === 0
				? nothing("There are no roles with a configuration.")
				: "",
			roles.slice(0, SHOWN_MAX).map((one) => entry("roles", one)),
			roleForm(),
		].flat(),
	};
}

const entry = (kind, one) =>
	h(
		"details",
		{},
		h("summary", {}, name(one.name), " ", h("code", {}, one.arn)),
		code(JSON.stringify(one, null, 2)),
		riskyButton(
			"Remove",
			`Remove ${one.name}?`,
			() =>
				remove(`/api/ram/${kind}/${encodeURIComponent(one.name)}`, {
					account: one.account,
				}),
			`${one.name} was removed.`,
			`Remove ${one.name}`,
		),
	);

const userForm = () =>
	changeForm(
		"RAM user",
		[
			textField("Name", "name", { required: true }),
			textField("AccessKeyId", "id", { required: true }),
			textField("AccessKeySecret", "secret", { required: true }),
			textArea("Policies, as a JSON list", "policies", POLICY),
		],
		"Create or replace user",
		({ name: user, id, secret, policies }) =>
			put(`/api/ram/users/${encodeURIComponent(user)}`, {
				accessKeys: [{ id, secret }],
				policies: JSON.parse(policies),
			}),
		"The user was saved.",
	);

const roleForm = () =>
	changeForm(
		"RAM role",
		[
			textField("Name", "name", { required: true }),
			textField("Longest session in seconds", "max", { type: "number" }),
			textArea("Policies, as a JSON list", "policies", POLICY),
		],
		"Create or replace role",
		({ name: role, max, policies }) =>
			put(`/api/ram/roles/${encodeURIComponent(role)}`, {
				...given({ maxSessionDuration: max && Number(max) }),
				policies: JSON.parse(policies),
			}),
		"The role was saved.",
	);
