/**
 * The latest requests to OSS.
 */
import { searchField, searchForm } from "./forms.js";
import {
	addressOf,
	badge,
	choices,
	duration,
	h,
	link,
	name,
	nothing,
	sentence,
	table,
	time,
} from "./page.js";
import { fetchJson } from "./server.js";

const STATUSES = [
	["", "All"],
	["2xx", "2xx"],
	["3xx", "3xx"],
	["4xx", "4xx"],
	["5xx", "5xx"],
];

const PAGE = 100;

export async function requests(query) {
	const { requests: found } = await fetchJson("/api/requests", {
		...query,
		limit: String(PAGE),
	});
	const rows = found.map((request) => [
		requestBadge(request.status),
		request.operation || "–",
		h(
			"span",
			{ class: "long" },
			link(
				"request",
				{ id: request.id },
				h("code", {}, `${request.method} `, name(request.url)),
			),
			request.protocol === "S3" && [" ", badge("plain", "S3")],
			[
				[
					[request.code, request.message].filter(Boolean).join(": "),
					request.ec && `EC ${request.ec}`,
				]
					.filter(Boolean)
					.join(" · "),
				request.diagnosis,
				request.refusal?.sentence,
			]
				.filter(Boolean)
				.map((line) => h("small", {}, sentence(line))),
		),
		duration(request.durationMs),
		time(request.receivedAt),
		h("code", {}, request.id),
	]);
	const heads = [
		"Status",
		"Operation",
		"Request",
		"#Took",
		"Received",
		"Request id",
	];
	return {
		title: "Requests",
		tab: "requests",
		follows: query.before ? undefined : "requests",
		nodes: [
			h("h1", {}, "Requests"),
			h(
				"div",
				{ class: "filters" },
				choices("Status", "requests", latest(query), "status", STATUSES),
				filter(query),
			),
			rows.length === 0
				? nothing("No request matches.")
				: table("Requests", heads, rows),
			pages(query, found),
		],
	};
}

const latest = ({ before: _, ...query }) => query;

const filter = (query) =>
	searchForm(
		[
			searchField("Part of the URL", "url", query.url),
			searchField("Operation", "operation", query.operation),
			searchField("Error code", "code", query.code),
		],
		(values) => addressOf("requests", { ...latest(query), ...values }),
	);

function pages(query, found) {
	const newest = query.before && link("requests", latest(query), "Latest");
	const older =
		found.length === PAGE &&
		link("requests", { ...query, before: found.at(-1).id }, "Older");
	return h("p", { class: "pages" }, [newest, older].filter(Boolean));
}

export const requestBadge = (status) =>
	badge(kindOf(status), status === 0 ? "…" : String(status));

const kindOf = (status) =>
	status === 0 ? "busy" : status >= 400 || status === 203 ? "bad" : "good";
