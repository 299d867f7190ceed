/**
 * Compares a string to sign with the one that an application or a client computed.
 */
import { textArea } from "./forms.js";
import { h } from "./page.js";

const CONTEXT = 30;

/** @param {string} emulatorText the string that the emulator signed or checked */
export function compareForm(emulatorText, label) {
	const area = textArea(label, "clientText", "", { rows: "4" });
	const result = h("div", { role: "status" });
	const compare = (event) => {
		event.preventDefault();
		const clientText = event.target.elements.clientText.value.replaceAll(
			"\r\n",
			"\n",
		);
		result.replaceChildren(...describe(emulatorText, clientText));
	};
	return h(
		"details",
		{},
		h("summary", {}, label),
		h(
			"form",
			{ class: "fields", "aria-label": label, onsubmit: compare },
			area,
			h("button", { type: "submit" }, "Compare"),
		),
		result,
	);
}

function describe(emulatorText, clientText) {
	const at = firstDifference(emulatorText, clientText);
	if (at === undefined) return [h("p", {}, "They are equal.")];
	const line = emulatorText.slice(0, at).split("\n").length;
	return [
		h("p", {}, `They differ from character ${at + 1}, in line ${line}.`),
		h("p", {}, "Emulator: ", around(emulatorText, at)),
		h("p", {}, "Yours: ", around(clientText, at)),
	];
}

function firstDifference(a, b) {
	if (a === b) return undefined;
	let at = 0;
	while (a[at] === b[at]) at++;
	return at;
}

/** Quoted, so that spaces and line breaks are visible. */
function around(text, at) {
	const quoted = (from, to) =>
		JSON.stringify(text.slice(from, to)).slice(1, -1);
	const rest = quoted(at, at + CONTEXT);
	return h(
		"code",
		{},
		quoted(Math.max(0, at - CONTEXT), at),
		h("mark", {}, rest === "" ? "(the end)" : rest),
	);
}
