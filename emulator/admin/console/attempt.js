/**
 * One attempt of a callback: the request to a URL, the timing, and the answer.
 */
import { compareForm } from "./compare.js";
import { code, exactCode, h, name, table, time } from "./page.js";
import { inBase64, present } from "./present.js";

export function showAttempt(attempt, { body, bodyType, attempts }, index) {
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
		present("Body", body, bodyType),
		h("h3", {}, "String to sign"),
		h(
			"p",
			{ class: "note" },
			"The decoded path, the query, a line break, the body. Authorization is its MD5, signed with RSA.",
		),
		exactCode(attempt.stringToSign),
		compareForm(
			attempt.stringToSign,
			"Compare with what the application computed",
		),
		folded("Headers sent", headerTable("Headers sent", attempt.headers)),
		h("h2", {}, "Answer"),
		showAnswer(attempt),
	);
}

/**
 * Where the time went, step by step; null for a step that did not happen. The name was resolved before the upload was
 * stored, which is not in the sum.
 */
function stepsOf(timing) {
	const { lookupMs, connectedMs, securedMs, sentMs, answeredMs, totalMs } =
		timing;
	const between = (from, to) =>
		from === null || to === null ? null : to - from;
	const ready = securedMs ?? connectedMs;
	// Records of older versions do not say when the request had been sent.
	const sent = sentMs ?? ready;
	return [
		["resolve", lookupMs],
		["connect", connectedMs],
		["TLS", between(connectedMs, securedMs)],
		["send", between(ready, sentMs)],
		["wait", between(sent, answeredMs)],
		["receive", between(answeredMs, totalMs)],
	];
}

const showTiming = (timing) =>
	h(
		"p",
		{ class: "timing" },
		stepsOf(timing).map(([step, ms]) =>
			h("span", {}, `${step} `, ms === null ? "–" : h("b", {}, ms.toFixed(1))),
		),
		h("span", {}, "total ", h("b", {}, `${timing.totalMs.toFixed(1)} ms`)),
	);

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
			: answer.bodyEncoding === "base64"
				? [code(answer.body), inBase64()]
				: present("Answer", answer.body, headerOf(answer, "content-type")),
		folded(
			"Headers of the answer",
			headerTable("Headers of the answer", answer.headers),
		),
	);
}

const headerOf = ({ headers }, wanted) =>
	headers.find(([header]) => header.toLowerCase() === wanted)?.[1];

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
