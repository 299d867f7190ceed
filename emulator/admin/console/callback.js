/**
 * One callback: the reason for its outcome, the request, the answer, and the uploader's result.
 */

import { copyButton, notify, UNTIL_DONE_MS } from "./actions.js";
import { showAttempt } from "./attempt.js";
import { statusBadge } from "./callbacks.js";
import { formOf } from "./forms.js";
import {
	addressOf,
	badge,
	button,
	code,
	facts,
	h,
	link,
	name,
	table,
	time,
} from "./page.js";
import { inBase64, indented, present } from "./present.js";
import { fetchJson, post } from "./server.js";

export async function callback({ id = "" }) {
	const callback = await fetchJson(`/api/callbacks/${encodeURIComponent(id)}`);
	return {
		title: `Callback of ${callback.key}`,
		tab: "callbacks",
		follows: callback.status === "sending" ? "callback" : undefined,
		nodes: [
			h(
				"nav",
				{ class: "breadcrumbs", "aria-label": "Where this is" },
				h("ol", {}, h("li", {}, link("callbacks", {}, "Callbacks"))),
			),
			h("h1", {}, name(callback.key)),
			verdict(callback),
			callback.attempts.length > 0 ? sendAgain(callback) : "",
			about(callback),
			findingsOf(callback),
			...callback.attempts.map((attempt, index) =>
				showAttempt(attempt, callback, index),
			),
			uploader(callback),
			uploaderParameters(callback),
		],
	};
}

const verdict = ({ status, why, advice, fault }) =>
	h(
		"div",
		{ class: "verdict", "data-status": status },
		h("p", {}, statusBadge(status), " ", why),
		advice ? h("p", { class: "advice" }, advice) : "",
		fault ? h("p", { class: "advice" }, `Injected fault: ${fault}`) : "",
	);

const about = (callback) =>
	facts([
		["Upload", callback.operation],
		[
			"Bucket",
			link("bucket", { name: callback.bucket }, name(callback.bucket)),
		],
		[
			"Key",
			link(
				"object",
				{ bucket: callback.bucket, key: callback.key },
				name(callback.key),
			),
		],
		[
			"Request id",
			link("request", { id: callback.id }, h("code", {}, callback.id)),
		],
		["Started", time(callback.startedAt)],
		[
			"Repeats",
			callback.repeats
				? link(
						"callback",
						{ id: callback.repeats },
						h("code", {}, callback.repeats),
					)
				: "",
		],
	]);

function sendAgain(callback) {
	const input = h("input", {
		type: "url",
		name: "url",
		required: true,
		"aria-label": "Another URL",
		placeholder: "http://127.0.0.1:9000/another",
		autocomplete: "off",
	});
	const send = async (body, fail = notify) => {
		notify("Sending …", UNTIL_DONE_MS);
		try {
			const again = await post(
				`/api/callbacks/${encodeURIComponent(callback.id)}/send`,
				body,
			);
			notify(`Sent: ${again.status}.`);
			location.hash = addressOf("callback", { id: again.id });
		} catch ({ message }) {
			notify("");
			fail(message);
		}
	};
	return h(
		"div",
		{ class: "actions" },
		button("Send again", () => send({}), "main"),
		copyButton("Copy as curl", callback.attempts.at(-1).curl),
		formOf(
			"Another URL",
			[input, h("button", { type: "submit" }, "Send to another URL")],
			(_, fail) => send({ url: input.value }, fail),
			{ class: "line" },
		),
	);
}

const uploader = (callback) =>
	h(
		"section",
		{},
		h("h2", {}, "Response to the uploader"),
		describeResponse(callback),
	);

function describeResponse({ told: response, status }) {
	if (response?.status === 200)
		return [
			h("p", {}, h("code", {}, "HTTP 200"), " with this answer."),
			response.bodyEncoding === "base64"
				? [code(response.body), inBase64()]
				: present("Answer to the uploader", response.body),
		];
	if (response?.status === 203)
		return [
			h(
				"p",
				{},
				h("code", {}, "HTTP 203 CallbackFailed"),
				": the object is stored nevertheless.",
			),
			facts([
				["Message", response.message],
				["EC", response.ec],
			]),
		];
	if (response) return h("p", {}, h("code", {}, `HTTP ${response.status}`));
	return h(
		"p",
		{},
		status === "skipped"
			? "The response of an upload without a callback, because none was sent."
			: "Nothing yet.",
	);
}

/** Findings: mistakes that work here but would fail at OSS, and probable mistakes. */
function findingsOf({ findings = [] }) {
	if (findings.length === 0) return "";
	const items = findings.map(({ refused, sentence, link: page }) =>
		h(
			"li",
			{},
			refused ? [badge("bad", "OSS refuses this"), " "] : "",
			sentence,
			" ",
			h(
				"a",
				{ href: page, target: "_blank", rel: "noreferrer" },
				"Documentation",
			),
		),
	);
	return h("section", {}, h("h2", {}, "Findings"), h("ul", {}, items));
}

function uploaderParameters({ asked: text, variables }) {
	const rows = Object.entries(variables).map(([variable, value]) => [
		h("code", {}, name(variable)),
		name(value),
	]);
	return h(
		"section",
		{},
		h("h2", {}, "The uploader's parameters"),
		code(indented(text) ?? text),
		rows.length > 0 ? table("Variables", ["Variable", "Value"], rows) : "",
	);
}
