/**
 * One callback: why it ended as it did, what was sent, what came back, and what the uploader got.
 */

import { statusBadge } from "./callbacks.js";
import {
	addressOf,
	button,
	code,
	copyButton,
	duration,
	facts,
	h,
	link,
	name,
	notify,
	table,
	time,
} from "./page.js";
import { ask, post } from "./server.js";

export async function callback({ id = "" }) {
	const one = await ask(`/api/callbacks/${encodeURIComponent(id)}`);
	return {
		title: `Callback of ${one.key}`,
		tab: "callbacks",
		follows: one.status === "sending" ? "callback" : undefined,
		nodes: [
			h(
				"nav",
				{ class: "breadcrumbs", "aria-label": "Where this is" },
				h("ol", {}, h("li", {}, link("callbacks", {}, "Callbacks"))),
			),
			h("h1", {}, name(one.key)),
			verdict(one),
			one.attempts.length > 0 ? sendAgain(one) : "",
			about(one),
			...one.attempts.map((attempt, index) => showAttempt(attempt, one, index)),
			uploader(one),
			asked(one),
		],
	};
}

const verdict = ({ status, why, advice }) =>
	h(
		"div",
		{ class: "verdict", "data-status": status },
		h("p", {}, statusBadge(status), " ", why),
		advice ? h("p", { class: "advice" }, advice) : "",
	);

const about = (one) =>
	facts([
		["Upload", one.operation],
		["Bucket", link("bucket", { name: one.bucket }, name(one.bucket))],
		[
			"Key",
			link("object", { bucket: one.bucket, key: one.key }, name(one.key)),
		],
		["Request id", h("code", {}, one.id)],
		["Started", time(one.startedAt)],
		[
			"Repeats",
			one.repeats
				? link("callback", { id: one.repeats }, h("code", {}, one.repeats))
				: "",
		],
	]);

function sendAgain(one) {
	const input = h("input", {
		type: "url",
		name: "url",
		"aria-label": "Another URL",
		placeholder: "http://127.0.0.1:9000/another",
		autocomplete: "off",
	});
	const send = async (body) => {
		notify("Sending …");
		try {
			const again = await post(
				`/api/callbacks/${encodeURIComponent(one.id)}/send`,
				body,
			);
			notify(`Sent: ${again.status}.`);
			location.hash = addressOf("callback", { id: again.id });
		} catch (error) {
			notify(error.message);
		}
	};
	const submit = (event) => {
		event.preventDefault();
		send({ url: input.value });
	};
	return h(
		"div",
		{ class: "actions" },
		button("Send again", () => send({}), "main"),
		copyButton("Copy as curl", one.attempts.at(-1).curl),
		h(
			"form",
			{ onsubmit: submit },
			input,
			h("button", { type: "submit" }, "Send to another URL"),
		),
	);
}

function showAttempt(attempt, { body, bodyType, attempts }, index) {
	const count =
		attempts.length > 1 ? ` ${index + 1} of ${attempts.length}` : "";
	return h(
		"section",
		{ class: "attempt" },
		h("h2", {}, `Sent${count}`),
		h(
			"p",
			{},
			h("code", {}, "POST ", name(attempt.url)),
			" at ",
			time(attempt.sentAt),
		),
		attempts.length > 1 ? h("p", {}, attempt.why) : "",
		attempt.timing ? showTiming(attempt.timing) : "",
		h("h3", {}, "Body"),
		h("p", { class: "note" }, bodyType),
		code(body),
		h("h3", {}, "String to sign"),
		h(
			"p",
			{ class: "note" },
			"The decoded path, the query, a line break, the body. MD5 and RSA of this are in Authorization.",
		),
		code(attempt.stringToSign),
		folded("Headers sent", headerTable("Headers sent", attempt.headers)),
		h("h2", {}, "Answer"),
		showAnswer(attempt),
	);
}

/** Where the time went; the look-up was before the upload was stored and is not in the sum. */
function phasesOf({ connectedMs, securedMs, answeredMs, totalMs, lookupMs }) {
	const ready = securedMs ?? connectedMs ?? 0;
	const inVain =
		connectedMs === null ? "Connecting in vain" : "Waiting in vain";
	const all = [
		["lookup", "Look-up", lookupMs],
		["connect", "Connect", connectedMs],
		["secure", "TLS", securedMs === null ? 0 : securedMs - connectedMs],
		["wait", "Wait", answeredMs === null ? 0 : answeredMs - ready],
		answeredMs === null
			? ["wait", inVain, totalMs - ready]
			: ["read", "Read", totalMs - answeredMs],
	];
	return all.filter(([, , ms]) => ms >= VISIBLE_MS);
}

const VISIBLE_MS = 0.05;

/** A bar, and the same in words. */
function showTiming(timing) {
	const phases = phasesOf(timing);
	const sum = phases.reduce((total, [, , ms]) => total + ms, 0);
	const bar = phases.map(([kind, , ms]) => {
		const piece = h("span", { "data-phase": kind });
		piece.style.width = `${(ms / sum) * 100}%`; // CSSOM: the policy allows no style attribute
		return piece;
	});
	const words = phases.map(([kind, label, ms]) =>
		h("span", { "data-phase": kind }, `${label} ${duration(ms)}`),
	);
	return h(
		"div",
		{ class: "timing" },
		h("div", { class: "bar", "aria-hidden": "true" }, bar),
		h(
			"p",
			{ class: "legend" },
			words,
			h("strong", {}, `${duration(timing.totalMs)} in all`),
		),
	);
}

function showAnswer({ answer, noAnswer }) {
	if (noAnswer)
		return h("p", {}, `None: ${noAnswer.detail} (${noAnswer.reason}).`);
	if (!answer) return h("p", {}, "None yet.");
	return h(
		"div",
		{},
		h(
			"p",
			{},
			h("code", {}, `HTTP ${answer.status}`),
			answer.ended === "complete" ? "" : ` – ${ENDED[answer.ended]}`,
		),
		answer.body === ""
			? h("p", { class: "note" }, "No body.")
			: code(answer.body),
		answer.bodyEncoding === "base64"
			? h("p", { class: "note" }, "It is not text: shown in base64.")
			: "",
		folded(
			"Headers of the answer",
			headerTable("Headers of the answer", answer.headers),
		),
	);
}

const ENDED = {
	time: "not finished in time",
	cut: "broken off",
	size: "too long: cut here",
};

const headerTable = (label, headers) =>
	table(
		label,
		["Name", "Value"],
		headers.map(([header, value]) => [
			h("code", {}, name(header)),
			h("code", {}, name(value)),
		]),
	);

const folded = (summary, ...children) =>
	h("details", {}, h("summary", {}, summary), children);

function uploader({ told }) {
	const body =
		told === null
			? h("p", {}, "Nothing yet.")
			: told.status === 200
				? [
						h(
							"p",
							{},
							h("code", {}, "HTTP 200"),
							", with the application server's answer.",
						),
						code(told.body),
					]
				: [
						h(
							"p",
							{},
							h("code", {}, "HTTP 203 CallbackFailed"),
							": the object is stored all the same.",
						),
						facts([
							["Message", told.message],
							["EC", told.ec],
						]),
					];
	return h("section", {}, h("h2", {}, "What the uploader got"), body);
}

function asked({ asked: text, variables }) {
	const rows = Object.entries(variables).map(([variable, value]) => [
		h("code", {}, name(variable)),
		name(value),
	]);
	return h(
		"section",
		{},
		h("h2", {}, "What the uploader asked for"),
		code(pretty(text)),
		rows.length > 0 ? table("Variables", ["Variable", "Value"], rows) : "",
	);
}

function pretty(text) {
	try {
		return JSON.stringify(JSON.parse(text), null, 2);
	} catch {
		return text;
	}
}
