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
	const one = await fetchJson(`/api/requests/${encodeURIComponent(id)}`);
	const callback = await callbackOf(one);
	return {
		title: `Request ${one.id}`,
		tab: "requests",
		nodes: [
			h(
				"nav",
				{ class: "breadcrumbs", "aria-label": "Where this is" },
				h("ol", {}, h("li", {}, link("requests", {}, "Requests"))),
			),
			h("h1", {}, `${one.method} `, name(one.url)),
			verdict(one),
			about(one, callback),
			h("h2", {}, "String to sign"),
			...signed(one.stringToSign),
			h("h2", {}, "Headers"),
			table(
				"Headers",
				["Name", "Value"],
				one.headers.map(([header, value]) => [
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

const about = (one, callback) =>
	facts([
		["Operation", one.operation],
		[
			"Bucket",
			one.bucket && link("bucket", { name: one.bucket }, name(one.bucket)),
		],
		[
			"Key",
			one.key &&
				link("object", { bucket: one.bucket, key: one.key }, name(one.key)),
		],
		[
			"Callback",
			callback ? link("callback", { id: one.id }, callback.why) : "",
		],
		["EC", one.ec],
		["Host", name(one.host)],
		["Client", one.clientIp],
		["Protocol", one.protocol],
		["Account", one.account],
		["Received", time(one.receivedAt)],
		["Took", duration(one.durationMs)],
		["Request id", h("code", {}, one.id)],
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
