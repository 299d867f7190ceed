/**
 * Elements of the console's pages. All values from the emulator become text, never markup.
 */

/**
 * @param {string} tag
 * @param {Record<string, unknown>} properties attributes, and listeners as `onclick`; undefined and false are omitted
 * @param {...unknown} children elements and texts, or lists of them; undefined, false and "" are left out
 */
export function h(tag, properties = {}, ...children) {
	const element = document.createElement(tag);
	for (const [name, value] of Object.entries(properties)) {
		if (value === undefined || value === false) continue;
		if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
		else element.setAttribute(name, value === true ? "" : String(value));
	}
	element.append(...children.flat(3).filter(isShown));
	return element;
}

const isShown = (child) =>
	child !== undefined && child !== false && child !== "";

/** A link within the console. */
export const link = (view, query, ...children) =>
	h("a", { href: addressOf(view, query) }, ...children);

export function addressOf(view, query = {}) {
	const given = Object.entries(query).filter(([, value]) => value);
	const search = new URLSearchParams(given);
	return given.length === 0 ? `#/${view}` : `#/${view}?${search}`;
}

/**
 * Makes control characters, and characters that change the writing direction, visible, so that names cannot be
 * confused.
 */
const HIDDEN =
	// biome-ignore lint/suspicious/noControlCharactersInRegex: the pattern searches for them
	/[\u0000-\u001f\u007f-\u009f\u00a0\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/;

const AROUND_HIDDEN = new RegExp(`(${HIDDEN.source})`);

/** A name as it is, in one line; "" for an empty one. */
export function name(text) {
	if (text === "") return "";
	const pieces = text.split(AROUND_HIDDEN);
	const shown = pieces.map((piece) =>
		HIDDEN.test(piece) ? hidden(piece) : piece,
	);
	return h("bdi", { class: "name" }, shown);
}

function hidden(character) {
	const code = character.charCodeAt(0).toString(16).toUpperCase();
	const number = `U+${code.padStart(4, "0")}`;
	return h("span", { class: "hidden", title: number }, NAMED[number] ?? number);
}

const NAMED = {
	"U+000A": "LF",
	"U+000D": "CR",
	"U+0009": "TAB",
	"U+0000": "NUL",
	"U+001B": "ESC",
};

export const code = (text) => h("pre", { tabindex: "0" }, text);

/** Text whose lines are broken only at line breaks: long lines scroll. */
export const exactCode = (text) =>
	h("pre", { tabindex: "0", class: "exact" }, text);

/** Created once, because creating it takes longer than the rest of a row. */
const MONTH_TO_SECOND = new Intl.DateTimeFormat("en", {
	month: "short",
	day: "numeric",
	hour: "2-digit",
	minute: "2-digit",
	second: "2-digit",
	hourCycle: "h23",
});

export const time = (iso) =>
	h(
		"time",
		{ datetime: iso, title: iso },
		MONTH_TO_SECOND.format(new Date(iso)),
	);

export function bytes(size) {
	if (size < 1024) return `${size} B`;
	const power = Math.min(Math.floor(Math.log2(size) / 10), 5);
	const unit = ["", "KiB", "MiB", "GiB", "TiB", "PiB"][power];
	return `${(size / 1024 ** power).toFixed(1)} ${unit}`;
}

export const duration = (ms) =>
	ms === null ? "" : ms < 10 ? `${ms.toFixed(1)} ms` : `${Math.round(ms)} ms`;

/** @param {"good" | "bad" | "busy" | "plain"} kind */
export const badge = (kind, text) =>
	h("span", { class: "badge", "data-kind": kind }, text);

/** The rows of a definition list; empty values are omitted. */
export const facts = (entries) =>
	h(
		"dl",
		{},
		entries
			.filter(([, value]) => value !== "" && value !== undefined)
			.map(([term, value]) =>
				h("div", {}, h("dt", {}, term), h("dd", {}, value)),
			),
	);

/** @param {string[]} heads the column titles; a title that begins with # marks a column of numbers */
export function table(label, heads, rows) {
	const head = heads.map((text) =>
		h(
			"th",
			{
				scope: "col",
				role: "columnheader",
				class: text.startsWith("#") && "number",
			},
			text.replace("#", ""),
		),
	);
	const classOf = (text) =>
		text.startsWith("#") ? "number" : text.length > LABEL_MAX && "two-lines";
	const body = rows.map((cells) =>
		h(
			"tr",
			{ role: "row", class: heads.length === 2 && "pair" },
			cells.map((cell, index) =>
				h(
					"td",
					{
						role: "cell",
						"data-label": heads[index].replace("#", ""),
						class: classOf(heads[index]),
					},
					cell,
				),
			),
		),
	);
	return h(
		"div",
		{ class: "table", role: "region", "aria-label": label, tabindex: "0" },
		// The roles are explicit, because a table displayed as cards loses them.
		h(
			"table",
			{ role: "table", "aria-label": label },
			h("thead", { role: "rowgroup" }, h("tr", { role: "row" }, head)),
			h("tbody", { role: "rowgroup" }, body),
		),
	);
}

/** One line: a longer text is cut off, and shown in full on hover. */
export const oneLine = (text) =>
	h("span", { class: "one-line", title: text }, name(text));

/** Sections that can be expanded, each with a summary. */
export const entries = (...children) =>
	h("div", { class: "entries" }, children);

/** Longer labels of a card take two lines. */
const LABEL_MAX = 13;

/** Capitalises the first letter of a finding, unless it begins with a URL. */
export const sentence = (text) =>
	/^[a-z]+[ ,']/.test(text) ? text[0].toUpperCase() + text.slice(1) : text;

export const nothing = (...children) => h("p", { class: "nothing" }, children);

/** Links, one of which is selected. */
export const choices = (label, view, query, parameter, values) =>
	h(
		"p",
		{ class: "choices", role: "group", "aria-label": label },
		values.map(([value, text]) =>
			h(
				"a",
				{
					href: addressOf(view, { ...query, [parameter]: value }),
					"aria-current": (query[parameter] ?? "") === value && "true",
				},
				text,
			),
		),
	);

/** @param {"plain" | "main" | "danger"} kind */
export const button = (text, onclick, kind = "plain") =>
	h("button", { type: "button", onclick, "data-kind": kind }, text);
