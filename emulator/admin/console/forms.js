/**
 * Forms of the console: fields with visible labels, and a button that carries out a change.
 */
import { act, withNotice } from "./actions.js";
import { h } from "./page.js";

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

/** @param {[string, string][]} values each with its label */
export function selectField(label, name, values, chosen = "") {
	const options = values.map(([value, text]) => h("option", { value }, text));
	const select = h("select", { name }, options);
	if (chosen) select.value = chosen;
	return labelled(label, select);
}

/** @param {(values: Record<string, string>) => Promise<unknown>} change its errors are shown in the form */
export function changeForm(label, fields, submitText, change, done) {
	return formOf(
		label,
		[fields, h("button", { type: "submit" }, submitText)],
		(form, fail) =>
			act(
				() => withNotice(() => change(Object.fromEntries(new FormData(form)))),
				done,
				{ fail },
			),
	);
}

/**
 * A form with a place for its error message. It cannot be submitted again until `carryOut` has finished.
 *
 * @param {(form: HTMLFormElement, fail: (message: string) => void) => Promise<unknown>} carryOut
 */
export function formOf(label, children, carryOut, properties = {}) {
	const mistake = h("p", { class: "mistake", role: "alert" });
	let isBusy = false;
	const submit = async (event) => {
		event.preventDefault();
		if (isBusy) return;
		isBusy = true;
		mistake.textContent = "";
		const { target: form } = event;
		for (const field of form.querySelectorAll("[aria-invalid]"))
			field.removeAttribute("aria-invalid");
		await carryOut(form, (message) => {
			mistake.textContent = pointOut(form, message);
		});
		isBusy = false;
	};
	return h(
		"form",
		{ class: "fields", "aria-label": label, onsubmit: submit, ...properties },
		children,
		mistake,
	);
}

/**
 * A message of the emulator begins with the field's name in the API: `do.status must be >= 400`. The field gets the
 * focus.
 *
 * @returns the message with the label of the field instead
 */
function pointOut(form, message) {
	const [, path = "", rest] = /^([\w.[\]]+)(:? .*)$/s.exec(message) ?? [];
	const parts = path.split(/[.[\]]+/).filter((part) => !/^\d*$/.test(part));
	const field = parts
		.map((part) => form.elements.namedItem(part))
		.findLast((field) => field?.labels?.length > 0);
	if (!field) return message;
	field.setAttribute("aria-invalid", "true");
	field.focus();
	return `${field.labels[0].textContent}${rest}`;
}

/** A group of fields. */
export const group = (legend, ...fields) =>
	h(
		"fieldset",
		{},
		h("legend", {}, legend),
		h("div", { class: "fields" }, fields),
	);

/** @throws Error that names the field */
export function readJson(label, text) {
	try {
		return JSON.parse(text);
	} catch ({ message }) {
		throw new Error(`${label}: this is not JSON: ${message}.`);
	}
}

/** @param {(values: Record<string, string>) => string} addressFrom returns the address of the page with the results */
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

/** A search field, labelled for screen readers and by its placeholder. */
export function searchField(label, name, value = "", placeholder = label) {
	const input = h("input", {
		...{ type: "search", name, placeholder, autocomplete: "off" },
		"aria-label": label,
	});
	input.value = value;
	return input;
}

/** The values of the fields that are not empty. */
export const given = (values) =>
	Object.fromEntries(Object.entries(values).filter(([, value]) => value));
