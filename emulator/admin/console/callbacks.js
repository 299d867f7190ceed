/**
 * Callbacks: the requests to application servers and their outcomes, latest first.
 */

import { riskyButton } from "./actions.js";
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
	oneLine,
	table,
	time,
} from "./page.js";
import { PAGE, pages, withoutBefore } from "./paging.js";
import { fetchJson, remove } from "./server.js";

const KINDS = {
	succeeded: "good",
	failed: "bad",
	sending: "busy",
	skipped: "plain",
	interrupted: "bad",
};

export const statusBadge = (status) => badge(KINDS[status] ?? "plain", status);

const STATUSES = [
	["", "All"],
	["succeeded", "Succeeded"],
	["failed", "Failed"],
	["sending", "Sending"],
	["skipped", "Skipped"],
	["interrupted", "Interrupted"],
];

const HEADS = [
	"Status",
	"HTTP",
	"Key",
	"Application server",
	"Body and answer",
	"#Took",
	"Sent",
];

export async function callbacks(query) {
	const { callbacks: found } = await fetchJson("/api/callbacks", {
		...query,
		limit: String(PAGE),
		summary: "true",
	});
	return {
		title: "Callbacks",
		tab: "callbacks",
		follows: query.before ? undefined : "callback",
		nodes: [
			h(
				"div",
				{ class: "heading" },
				h("h1", {}, "Callbacks"),
				found.length > 0 && clearButton(),
			),
			h(
				"div",
				{ class: "filters" },
				choices(
					"Status",
					"callbacks",
					withoutBefore(query),
					"status",
					STATUSES,
				),
				keyFilter(query),
			),
			found.length === 0
				? none(query)
				: table("Callbacks", HEADS, found.map(rowOf)),
			pages("callbacks", query, found),
		],
	};
}

const clearButton = () =>
	riskyButton(
		"Clear all",
		"Remove all callbacks from the record?",
		() => remove("/api/callbacks"),
		({ deleted }) => `${deleted} removed.`,
	);

const rowOf = (callback) => [
	statusBadge(callback.status),
	callback.answerStatus === null ? "" : String(callback.answerStatus),
	h(
		"span",
		{ class: "long" },
		link("callback", { id: callback.id }, name(callback.key)),
		h("small", {}, `${callback.operation} in `, name(callback.bucket)),
	),
	h("span", { class: "long" }, callee(callback)),
	exchange(callback),
	duration(callback.durationMs),
	time(callback.startedAt),
];

/** The beginning of the sent body and of the answer. */
const exchange = ({ bodyStart, answerStart }) =>
	h(
		"span",
		{ class: "exchange" },
		h("code", {}, oneLine(startOf(bodyStart))),
		answerStart && h("small", {}, oneLine(startOf(answerStart))),
	);

const START_MAX = 100;

const startOf = (text) =>
	text.length > START_MAX ? `${text.slice(0, START_MAX)}…` : text;

/** In tests every address is private, so this finding is only on the callback's own page. */
function findingsNote(findings) {
	const notable = new Set(findings).difference(new Set(["private-address"]));
	return notable.size > 0
		? h("small", {}, `Findings: ${[...notable].join(", ")}`)
		: "";
}

const callee = ({ status, urls, why, findings = [], fault }) => [
	urls.length === 0 ? "no server" : oneLine(urls.at(-1)),
	["good", "busy"].includes(KINDS[status]) ? "" : h("small", {}, why),
	findingsNote(findings),
	fault ? h("small", {}, `Injected fault: ${fault}`) : "",
];

const keyFilter = (query) =>
	searchForm(
		[
			searchField("Part of a key", "search", query.search),
			searchField("Bucket", "bucket", query.bucket),
		],
		({ search, bucket }) =>
			addressOf("callbacks", {
				...{ status: query.status, account: query.account },
				...{ search, bucket },
			}),
	);

const none = ({ status, key, search, bucket, before }) =>
	status || key || search || bucket || before
		? nothing("No callback matches.")
		: nothing(
				"No callback yet. Upload something with the header ",
				h("code", {}, "x-oss-callback"),
				", and the request to your application server is shown here: the filled-in body, the string to sign, the answer, and the reason if it failed.",
			);
