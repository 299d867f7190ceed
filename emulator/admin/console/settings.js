/**
 * The settings at start, and those that can be changed at run time.
 */
import { changeForm, selectField, textField } from "./forms.js";
import { code, facts, h } from "./page.js";
import { fetchJson, post } from "./server.js";

const LEVELS = ["silent", "error", "warn", "info", "debug"];

export async function settings() {
	const all = await fetchJson("/api/settings");
	const strict = all.strict.length > 0;
	return {
		title: "Settings",
		tab: "settings",
		nodes: [
			h("h1", {}, "Settings"),
			h(
				"p",
				{},
				`oss-emulator ${all.version}. These settings can be changed while it runs:`,
			),
			changeForm(
				"Settings",
				[
					selectField(
						"Findings that OSS refuses",
						"strict",
						[
							["false", "are accepted"],
							["true", "are refused (strict)"],
							...(strict ? [["", `custom: ${all.strict.join(", ")}`]] : []),
						],
						strict ? "" : "false",
					),
					selectField(
						"Log level",
						"logLevel",
						LEVELS.map((level) => [level, level]),
						all.logLevel,
					),
					textField("URL of the public key", "publicKeyUrl", {
						...{ value: all.publicKeyUrl, class: "wide", type: "url" },
						placeholder: "the Host of the upload",
					}),
				],
				"Save",
				(values) => post("/api/settings", changes(values, all)),
				"Saved.",
			),
			h("h2", {}, "Settings at start"),
			facts(Object.entries(all.settings).map(startedWith)),
			h("h2", {}, "Public key for callbacks"),
			code(all.publicKey),
		],
	};
}

const startedWith = ([setting, value]) => [
	setting,
	h("code", {}, typeof value === "string" ? value || "–" : inLine(value)),
];

const inLine = (value) =>
	JSON.stringify(value, null, 1).replaceAll(/\n\s*/g, " ");

const changes = ({ strict, logLevel, publicKeyUrl }, all) => ({
	logLevel,
	...(strict === "" ? {} : { strict: strict === "true" }),
	...(publicKeyUrl === all.publicKeyUrl ? {} : { publicKeyUrl }),
});
