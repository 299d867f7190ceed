/**
 * Accounts: isolation for tests that run in parallel.
 */

import { copyButton, riskyButton } from "./actions.js";
import { changeForm, given, textField } from "./forms.js";
import { h, link, name, table } from "./page.js";
import { fetchJson, post, remove } from "./server.js";

const PAGE = 100;

export async function accounts({ from = "0" }) {
	const { accounts: all } = await fetchJson("/api/accounts");
	const start = Number(from) || 0;
	const rows = all.slice(start, start + PAGE).map(row);
	const heads = ["UID", "Name", "AccessKeyId", "Callbacks", "Actions"];
	return {
		title: "Accounts",
		tab: "accounts",
		nodes: [
			h("h1", {}, "Accounts"),
			table("Accounts", heads, rows),
			h(
				"p",
				{ class: "pages" },
				start > 0 ? link("accounts", {}, "First page") : "",
				start + PAGE < all.length
					? link("accounts", { from: String(start + PAGE) }, "Next page")
					: "",
			),
			h("h2", {}, "New account"),
			changeForm(
				"New account",
				[
					textField("Name", "name"),
					textField("AccessKeyId", "accessKeyId", {
						placeholder: "chosen if empty",
					}),
					textField("AccessKeySecret", "accessKeySecret", {
						placeholder: "chosen if empty",
					}),
				],
				"Create account",
				(values) => post("/api/accounts", given(values)),
				({ uid }) => `Account ${uid} was created.`,
			),
		],
	};
}

const row = ({
	uid,
	name: shown,
	accessKeyId,
	accessKeySecret,
	configured,
}) => [
	uid,
	name(shown),
	h("code", {}, name(accessKeyId)),
	link("callbacks", { account: uid }, "Callbacks"),
	h(
		"span",
		{ class: "actions" },
		accessKeySecret === null
			? ""
			: copyButton("Copy secret", accessKeySecret, `Copy secret of ${uid}`),
		configured
			? ""
			: riskyButton(
					"Remove",
					`Remove account ${uid} and everything it owns?`,
					() => remove(`/api/accounts/${encodeURIComponent(uid)}`),
					`Account ${uid} was removed.`,
					`Remove ${uid}`,
				),
	),
];
