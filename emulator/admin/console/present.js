/**
 * Presents bodies in a readable form: JSON indented, forms as tables, other text unchanged.
 */
import { code, h, name, table } from "./page.js";

const FORM = /^application\/x-www-form-urlencoded\b/;

/** A form with more fields than this is shown as text. */
const FIELDS_MAX = 200;

export function present(label, text, type = "") {
	const json = indented(text);
	if (json !== undefined) return [code(json), asSent(label, text, json)];
	if (!FORM.test(type) || text === "") return [code(text)];
	const fields = [...new URLSearchParams(text)];
	if (fields.length > FIELDS_MAX) return [code(text)];
	const rows = fields.map(([field, value]) => [
		h("code", {}, name(field)),
		name(value),
	]);
	return [table(label, ["Field", "Value"], rows), asSent(label, text)];
}

export const inBase64 = () =>
	h("p", { class: "note" }, "Not text: shown in base64.");

/** @returns undefined for text that is not a JSON object or list */
export function indented(text) {
	if (!/^\s*[[{]/.test(text)) return undefined;
	try {
		return JSON.stringify(JSON.parse(text), null, 2);
	} catch {
		return undefined;
	}
}

const asSent = (label, text, shown) =>
	text === shown
		? ""
		: h("details", {}, h("summary", {}, `${label}, unchanged`), code(text));
