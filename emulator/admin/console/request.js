/**
 * One request: its headers, the signed text, and the reason for a refusal.
 */
import { compareForm } from "./compare.js";
import {
	duration,
	exactCode,
	facts,
	h,
	link,
	name,
	sentence,
	table,
	time,
} from "./page.js";
import { requestBadge } from "./requests.js";
import { fetchJson } from "./server.js";

export async function request({ id = "" }) {
	const request = await fetchJson(`/api/requests/${encodeURIComponent(id)}`);
	const callback = await callbackOf(request);
	return {
		title: `Request ${request.id}`,
		tab: "requests",
		nodes: [
			h(
				"nav",
				{ class: "breadcrumbs", "aria-label": "Where this is" },
				h("ol", {}, h("li", {}, link("requests", {}, "Requests"))),
			),
			h("h1", {}, `${request.method} `, name(request.url)),
			verdict(request),
			about(request, callback),
			h("h2", {}, "String to sign"),
			...signed(request.stringToSign),
			h("h2", {}, "Headers"),
			table(
				"Headers",
				["Name", "Value"],
				request.headers.map(([header, value]) => [
					h("code", {}, name(header)),
					h("code", {}, name(value)),
				]),
			),
		],
	};
}

/** A callback has the request id of its upload. */
async function callbackOf({ id }) {
	const { callbacks } = await fetchJson("/api/callbacks", {
		id,
		summary: "true",
	});
	return callbacks[0];
}

const verdict = ({ status, code, message, diagnosis, refusal, fault }) =>
	h(
		"div",
		{
			class: "verdict",
			"data-status": status >= 400 || status === 203 ? "failed" : "succeeded",
		},
		h(
			"p",
			{},
			requestBadge(status),
			" ",
			[code, message].filter(Boolean).join(": "),
		),
		[diagnosis, refusal?.sentence, fault && `Injected fault: ${fault}`]
			.filter(Boolean)
			.map((line) => h("p", { class: "advice" }, sentence(line))),
	);

const about = (request, callback) =>
	facts([
		["Operation", request.operation],
		[
			"Bucket",
			request.bucket &&
				link("bucket", { name: request.bucket }, name(request.bucket)),
		],
		[
			"Key",
			request.key &&
				link(
					"object",
					{ bucket: request.bucket, key: request.key },
					name(request.key),
				),
		],
		[
			"Callback",
			callback ? link("callback", { id: request.id }, callback.why) : "",
		],
		["EC", request.ec],
		["Host", name(request.host)],
		["Client", request.clientIp],
		["Protocol", request.protocol],
		["Account", request.account],
		["Received", time(request.receivedAt)],
		["Took", duration(request.durationMs)],
		["Request id", h("code", {}, request.id)],
	]);

const signed = (stringToSign) =>
	stringToSign === ""
		? [
				h(
					"p",
					{},
					"The request was not signed, or its signature was not checked.",
				),
			]
		: [
				exactCode(stringToSign),
				compareForm(stringToSign, "Compare with the client's"),
			];
