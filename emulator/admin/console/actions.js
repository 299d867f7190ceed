/**
 * Changes that a page makes: buttons that ask for confirmation, notices of the result, copying to the clipboard.
 */
import { button, h } from "./page.js";

export function copyButton(text, content, label) {
	const made = button(text, async () => {
		await copy(content);
		notify("Copied.");
	});
	if (label) made.setAttribute("aria-label", label);
	return made;
}

async function copy(text) {
	if (navigator.clipboard) return navigator.clipboard.writeText(text);
	// The clipboard is available only on https and localhost, but the console may be opened under a container's name.
	const area = h("textarea", { "aria-hidden": "true" });
	area.value = text;
	document.body.append(area);
	area.select();
	document.execCommand("copy");
	area.remove();
}

/** Redraws the page after a change that was made here. */
export const redraw = () => dispatchEvent(new Event("redraw"));

/**
 * Carries out a change, reports the result, and redraws the page.
 *
 * @param {{ redraws?: boolean, fail?: (message: string) => void }} options fail shows the reason of a failure
 */
export async function act(
	change,
	done,
	{ redraws = true, fail = notifyFailure } = {},
) {
	try {
		const result = await change();
		notify(typeof done === "function" ? done(result) : done);
		if (redraws) redraw();
	} catch (error) {
		notify("");
		fail(error.message);
	}
}

/** Shows a notice if a change takes a while, such as deleting 100,000 objects. */
export async function withNotice(change) {
	const timer = setTimeout(() => notify("Working …", UNTIL_DONE_MS), QUICK_MS);
	try {
		return await change();
	} finally {
		clearTimeout(timer);
	}
}

const QUICK_MS = 500;

/** Long enough for any change; the notice of its result replaces this one. */
export const UNTIL_DONE_MS = 3_600_000;

const notifyFailure = (message) => notify(message, ERROR_SHOWN_MS);

const ERROR_SHOWN_MS = 10_000;

/** A button that asks for confirmation before a destructive change. */
export const riskyButton = (text, question, change, done, label) => {
	const carryOut = async () => {
		if (await isConfirmed(question, text)) act(() => withNotice(change), done);
	};
	const made = button(text, carryOut, "danger");
	if (label) made.setAttribute("aria-label", label);
	return made;
};

/** @param {string} consent the label of the button that confirms */
function isConfirmed(question, consent) {
	const { promise, resolve } = Promise.withResolvers();
	const dialog = h(
		"dialog",
		{ "aria-labelledby": "question" },
		h("p", { id: "question" }, question),
		h(
			"p",
			{ class: "actions" },
			button("Cancel", () => dialog.close()),
			button(consent, () => dialog.close("yes"), "danger"),
		),
	);
	dialog.addEventListener("close", () => {
		dialog.remove();
		resolve(dialog.returnValue === "yes");
	});
	document.body.append(dialog);
	dialog.showModal(); // the focus is on Cancel, and returns to where it was
	return promise;
}

let quiet;

export function notify(text, shownMs = 4000) {
	const notice = document.getElementById("notice");
	notice.textContent = text;
	clearTimeout(quiet);
	quiet = setTimeout(() => {
		notice.textContent = "";
	}, shownMs);
}
