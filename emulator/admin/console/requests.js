/**
 * The latest requests to OSS.
 */
import {
	badge,
	choices,
	duration,
	h,
	name,
	nothing,
	table,
	time,
} from "./page.js";
import { ask } from "./server.js";

const STATUSES = [
	["", "All"],
	["2xx", "2xx"],
	["3xx", "3xx"],
	["4xx", "4xx"],
	["5xx", "5xx"],
];

export async function requests(query) {
	const { requests: found } = await ask("/api/requests", {
		...query,
		limit: "200",
	});
	const rows = found.map((one) => [
		badge(kindOf(one.status), one.status === 0 ? "…" : String(one.status)),
		one.operation || "none",
		h(
			"span",
			{ class: "long" },
			h("code", {}, `${one.method} `, name(one.url)),
			one.protocol === "S3" && badge("plain", "S3"),
			[one.ec && `EC ${one.ec}`, one.diagnosis, one.refusal?.sentence]
				.filter(Boolean)
				.map((line) => h("small", {}, line)),
		),
		h("span", { class: "short" }, name(one.host)),
		duration(one.durationMs),
		time(one.receivedAt),
		h("code", {}, one.id),
	]);
	const heads = [
		"Status",
		"Operation",
		"Request",
		"Host",
		"#Took",
		"Received",
		"Request id",
	];
	return {
		title: "Requests",
		tab: "requests",
		follows: "requests",
		nodes: [
			h("h1", {}, "Requests"),
			h(
				"div",
				{ class: "filters" },
				choices("Status", "requests", query, "status", STATUSES),
			),
			rows.length === 0
				? nothing("No request like that yet.")
				: table("Requests", heads, rows),
		],
	};
}

const kindOf = (status) =>
	status === 0 ? "busy" : status >= 400 || status === 203 ? "bad" : "good";
