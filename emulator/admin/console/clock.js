/**
 * The emulator's clock: moving, freezing and resetting it.
 */

import { act } from "./actions.js";
import { changeForm, selectField, textField } from "./forms.js";
import { button, facts, h } from "./page.js";
import { fetchJson, put, remove } from "./server.js";

const STEPS = [
	["+1 minute", 60],
	["+15 minutes", 900],
	["+1 hour", 3600],
	["+1 day", 86_400],
	["+30 days", 2_592_000],
];

const UNITS = [
	["day", 86_400],
	["hour", 3600],
	["minute", 60],
	["second", 1],
];

/** 90,061 seconds are `1 day 1 hour 1 minute 1 second`. */
export function inWords(seconds) {
	let left = Math.abs(Math.round(seconds));
	const words = UNITS.map(([unit, length]) => {
		const count = Math.floor(left / length);
		left %= length;
		return count > 0 && `${count} ${unit}${count === 1 ? "" : "s"}`;
	}).filter(Boolean);
	return `${seconds <= -0.5 ? "−" : ""}${words.join(" ") || "0 seconds"}`;
}

export async function clock() {
	const { now, frozen, aheadSeconds, scope } = await fetchJson("/api/clock");
	const change = (body) => act(() => put("/api/clock", body), "Changed.");
	return {
		title: "Clock",
		tab: "clock",
		nodes: [
			h("h1", {}, "Clock"),
			facts([
				["Now", h("time", { datetime: now }, now)],
				["State", frozen ? "stopped" : "running"],
				["Ahead of the real time", inWords(aheadSeconds)],
				["Applies to", scope === "all" ? "everything" : "expiry only"],
			]),
			h(
				"div",
				{ class: "actions" },
				STEPS.map(([label, advance]) =>
					button(label, () => change({ advance })),
				),
				button(frozen ? "Start" : "Stop", () => change({ frozen: !frozen })),
				button("Real time", () =>
					act(() => remove("/api/clock"), "The clock follows the real time."),
				),
			),
			h("h2", {}, "Set the clock"),
			changeForm(
				"Set the clock",
				[
					textField("Time", "now", {
						...{ value: now, required: true, class: "wide" },
					}),
					selectField(
						"Applies to",
						"scope",
						[
							["all", "everything"],
							["expiry", "expiry only"],
						],
						scope,
					),
				],
				"Set",
				(values) => put("/api/clock", values),
				"The clock was set.",
			),
		],
	};
}
