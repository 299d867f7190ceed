/**
 * RAM: users with their keys, and roles, with their policies.
 */

import { riskyButton } from "./actions.js";
import { changeForm, given, readJson, textArea, textField } from "./forms.js";
import { code, entries, h, link, name, nothing } from "./page.js";
import { fetchJson, put, remove } from "./server.js";

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

const PAGE = 50;

export async function ram(query) {
	const [{ users }, { roles }] = await Promise.all([
		fetchJson("/api/ram/users"),
		fetchJson("/api/ram/roles"),
	]);
	return {
		title: "RAM",
		tab: "ram",
		nodes: [
			h("h1", {}, "RAM"),
			h("h2", {}, `Users (${users.length})`),
			page("users", users, query),
			h("h3", {}, "Create or replace a user"),
			userForm(),
			h("h2", {}, `Roles (${roles.length})`),
			page("roles", roles, query),
			h("h3", {}, "Create or replace a role"),
			roleForm(),
		].flat(),
	};
}

/** @param {"users" | "roles"} kind also the name of the parameter with the start of its page */
function page(kind, all, query) {
	if (all.length === 0)
		return nothing(
			kind === "users"
				? "There are no RAM users."
				: "No role is configured: any role can be assumed, and may do anything.",
		);
	const start = Number(query[kind]) || 0;
	return [
		entries(all.slice(start, start + PAGE).map((item) => entry(kind, item))),
		h(
			"p",
			{ class: "pages" },
			start > 0 && link("ram", { ...query, [kind]: "" }, `First ${kind}`),
			start + PAGE < all.length &&
				link("ram", { ...query, [kind]: String(start + PAGE) }, `Next ${kind}`),
		),
	];
}

const entry = (kind, item) =>
	h(
		"details",
		{},
		h("summary", {}, name(item.name), " ", h("code", {}, item.arn)),
		code(JSON.stringify(item, null, 2)),
		riskyButton(
			"Remove",
			`Remove ${item.name}?`,
			() =>
				remove(`/api/ram/${kind}/${encodeURIComponent(item.name)}`, {
					account: item.account,
				}),
			`${item.name} was removed.`,
			`Remove ${item.name}`,
		),
	);

const POLICIES = "Policies, as a JSON list";

const nameField = () =>
	textField("Name", "name", { required: true, maxlength: "64" });

const policiesField = () => textArea(POLICIES, "policies", POLICY);

const userForm = () =>
	changeForm(
		"RAM user",
		[
			nameField(),
			textField("AccessKeyId", "id", { required: true }),
			textField("AccessKeySecret", "secret", { required: true }),
			policiesField(),
		],
		"Create or replace user",
		async ({ name: user, id, secret, policies }) =>
			put(`/api/ram/users/${encodeURIComponent(user)}`, {
				accessKeys: [{ id, secret }],
				policies: readJson(POLICIES, policies),
			}),
		"The user was saved.",
	);

const roleForm = () =>
	changeForm(
		"RAM role",
		[
			nameField(),
			textField("Longest session in seconds", "maxSessionDuration", {
				...{ type: "number", min: "3600", max: "43200", placeholder: "3600" },
			}),
			textField("Trusted accounts, by uid", "trusts", {
				placeholder: "its own",
				class: "wide",
			}),
			policiesField(),
		],
		"Create or replace role",
		async ({ name: role, maxSessionDuration, trusts, policies }) =>
			put(`/api/ram/roles/${encodeURIComponent(role)}`, {
				...given({
					maxSessionDuration: maxSessionDuration && Number(maxSessionDuration),
					trusts: listOf(trusts),
				}),
				policies: readJson(POLICIES, policies),
			}),
		"The role was saved.",
	);

/** @returns undefined for a blank text */
const listOf = (text) => text.match(/[^\s,]+/g) ?? undefined;
