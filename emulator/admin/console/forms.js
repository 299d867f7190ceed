/**
 * Forms of the console: fields with visible labels, and a button that carries out a change.
 */
import { act, h } from "./page.js";

let lastId = 0;

const labelled = (label, input) => {
	input.id = `field-${++lastId}`;
	return h(
		"span",
		{ class: "field" },
		h("label", { for: input.id }, label),
		input,
	);
};

export const textField = (label, name, properties = {}) =>
	labelled(label, h("input", { name, autocomplete: "off", ...properties }));

export function textArea(label, name, value = "", properties = {}) {
	const area = h("textarea", {
		...{ name, rows: "6", spellcheck: "false", ...properties },
	});
	area.value = value;
	return labelled(label, area);
}

/** @param {[string, string][]} values each with the text that is shown */
export function selectField(label, name, values, chosen = "") {
	const options = values.map(([value, text]) => h("option", { value }, text));
	const select = h("select", { name }, options);
	if (chosen) select.value = chosen;
	return labelled(label, select);
}

/** @param {(values: Record<string, string>) => Promise<unknown>} change */
export function changeForm(label, fields, submitText, change, done) {
	const submit = (event) => {
		event.preventDefault();
		const values = Object.fromEntries(new FormData(event.target));
		act(() => change(values), done);
	};
	return h(
		"form",
		{ class: "fields", "aria-label": label, onsubmit: submit },
		fields,
		h("button", { type: "submit" }, submitText),
	);
}

/** @param {(values: Record<string, string>) => string} addressFrom the address of the page with the results */
export function searchForm(fields, addressFrom) {
	const submit = (event) => {
		event.preventDefault();
		document.activeElement.blur();
		delete event.target.dataset.begun;
		location.hash = addressFrom(Object.fromEntries(new FormData(event.target)));
	};
	return h(
		"form",
		{ role: "search", onsubmit: submit },
		fields,
		h("button", { type: "submit" }, "Find"),
	);
}

/** A field of a search, labelled for screen readers and by its placeholder. */
export function searchField(label, name, value = "", placeholder = label) {
	const input = h("input", {
		...{ type: "search", name, placeholder, autocomplete: "off" },
		"aria-label": label,
	});
	input.value = value;
	return input;
}

/** Without the fields that were left empty. */
export const given = (values) =>
	Object.fromEntries(Object.entries(values).filter(([, value]) => value));
