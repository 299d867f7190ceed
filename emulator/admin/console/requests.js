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
import { PAGE, pages, withoutBefore } from "./paging.js";
import { fetchJson } from "./server.js";

const STATUSES = [
	["", "All"],
	["2xx", "2xx"],
	["3xx", "3xx"],
	["4xx", "4xx"],
	["5xx", "5xx"],
];

const HEADS = [
	"Status",
	"Operation",
	"Request",
	"#Took",
	"Received",
	"Request id",
];

export async function requests(query) {
	const { requests: found } = await fetchJson("/api/requests", {
		...query,
		limit: String(PAGE),
	});
	return {
		title: "Requests",
		tab: "requests",
		follows: query.before ? undefined : "requests",
		nodes: [
			h("h1", {}, "Requests"),
			h(
				"div",
				{ class: "filters" },
				choices("Status", "requests", withoutBefore(query), "status", STATUSES),
				filter(query),
			),
			found.length === 0
				? nothing("No request matches.")
				: table("Requests", HEADS, found.map(rowOf)),
			pages("requests", query, found),
		],
	};
}

const rowOf = (request) => [
	requestBadge(request.status),
	request.operation || "–",
	h(
		"span",
		{ class: "long" },
		requestLink(request),
		request.protocol === "S3" && [" ", badge("plain", "S3")],
		notesOn(request).map((line) => h("small", {}, sentence(line))),
	),
	duration(request.durationMs),
	time(request.receivedAt),
	h("code", {}, request.id),
];

/** The error and its explanation. */
const notesOn = ({ code, message, ec, diagnosis, refusal }) => {
	const error = [code, message].filter(Boolean).join(": ");
	return [
		[error, ec && `EC ${ec}`].filter(Boolean).join(" · "),
		diagnosis,
		refusal?.sentence,
	].filter(Boolean);
};

const filter = (query) =>
	searchForm(
		[
			searchField("Part of the URL", "url", query.url),
			searchField("Operation", "operation", query.operation),
			searchField("Error code", "code", query.code),
		],
		(values) => addressOf("requests", { ...withoutBefore(query), ...values }),
	);

export const requestLink = ({ id, method, url }) =>
	link("request", { id }, h("code", {}, `${method} `, name(url)));

export const requestBadge = (status) =>
	badge(kindOf(status), status === 0 ? "…" : String(status));

const kindOf = (status) =>
	status === 0 ? "busy" : status >= 400 || status === 203 ? "bad" : "good";
