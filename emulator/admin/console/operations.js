/**
 * The operations of OSS, and the emulator's support for each.
 */
import { badge, choices, h, nothing, table } from "./page.js";
import { fetchJson } from "./server.js";

const KINDS = { enforced: "good", "stored only": "busy", "not there": "plain" };

export async function operations(query) {
	const { operations: all } = await fetchJson("/api/operations");
	const count = (state) =>
		all.filter((operation) => operation.state === state).length;
	const states = [
		["", `All ${all.length}`],
		...Object.keys(KINDS).map((state) => [state, `${state} ${count(state)}`]),
	];
	const rows = all
		.filter(({ state }) => !query.state || state === query.state)
		.map(({ name, requestLine, state }) => [
			name,
			h("code", {}, requestLine),
			badge(KINDS[state], state),
		]);
	return {
		title: "Operations",
		tab: "operations",
		nodes: [
			h("h1", {}, "Operations"),
			h(
				"p",
				{},
				"The API of OSS as supported by this emulator. Operations that are not implemented return 400 NotImplemented with their name; documents that are stored only can be read again but have no other effect.",
			),
			h(
				"div",
				{ class: "filters" },
				choices("State", "operations", query, "state", states),
			),
			rows.length === 0
				? nothing("None.")
				: table("Operations", ["Operation", "Request", "State"], rows),
		],
	};
}
