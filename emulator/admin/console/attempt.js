/**
 * One attempt of a callback: the request to a URL, the timing, and the answer.
 */
import { compareForm } from "./compare.js";
import { code, duration, exactCode, h, name, table, time } from "./page.js";
import { present } from "./present.js";

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
			"The decoded path, the query, a line break, the body. MD5 and RSA of this are in Authorization.",
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

/** Where the time went; the look-up was before the upload was stored and is not in the sum. */
function phasesOf({ connectedMs, securedMs, answeredMs, totalMs, lookupMs }) {
	const ready = securedMs ?? connectedMs ?? 0;
	const unanswered = connectedMs === null ? "No connection" : "No answer";
	const all = [
		["lookup", "Look-up", lookupMs],
		["connect", "Connect", connectedMs],
		["secure", "TLS", securedMs === null ? 0 : securedMs - connectedMs],
		["wait", "Wait", answeredMs === null ? 0 : answeredMs - ready],
		answeredMs === null
			? ["wait", unanswered, totalMs - ready]
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
			: answer.bodyEncoding === "base64"
				? code(answer.body)
				: present("Answer", answer.body, headerOf(answer, "content-type")),
		answer.bodyEncoding === "base64"
			? h("p", { class: "note" }, "It is not text: shown in base64.")
			: "",
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
