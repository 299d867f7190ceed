/**
 * Injected faults in requests and callbacks.
 */

import { riskyButton } from "./actions.js";
import { changeForm, given, group, selectField, textField } from "./forms.js";
import { h, name, nothing, table } from "./page.js";
import { fetchJson, post, remove } from "./server.js";

export async function faults() {
	const [{ faults: all }, { components }] = await Promise.all([
		fetchJson("/api/faults"),
		fetchJson("/api/openapi.json"),
	]);
	const rows = all.map((fault) => [
		describeFault(fault),
		name(fault.bucket ?? ""),
		name(fault.key ?? ""),
		`${fault.struck} of ${fault.seen}`,
		riskyButton(
			"Remove",
			"Remove this fault?",
			() => remove(`/api/faults/${encodeURIComponent(fault.id)}`),
			"The fault was removed.",
		),
	]);
	const heads = ["Fault", "Bucket", "Key", "#Applied", "Actions"];
	return {
		title: "Faults",
		tab: "faults",
		follows: "any",
		nodes: [
			h(
				"div",
				{ class: "heading" },
				h("h1", {}, "Faults"),
				all.length > 0 &&
					riskyButton(
						"Remove all",
						"Remove all faults?",
						() => remove("/api/faults"),
						({ deleted }) => `${deleted} removed.`,
					),
			),
			rows.length === 0
				? nothing("No faults are injected.")
				: table("Faults", heads, rows),
			h("h2", {}, "Add a fault"),
			newFault(components.schemas.Fault.properties),
		],
	};
}

export function describeFault({ operation, do: what, after, times, every }) {
	const effects = Object.entries(what).map(([key, value]) => `${key} ${value}`);
	const when = [
		after && `after ${after}`,
		every && `every ${every}`,
		times && `${times} times`,
	].filter(Boolean);
	return [operation, effects.join(", "), ...when].join(" · ");
}

const same = (values) => values.map((value) => [value, value]);

const count = (label, field, min, properties = {}) =>
	textField(label, field, { type: "number", min, step: "1", ...properties });

const newFault = (properties) =>
	changeForm(
		"Add a fault",
		[
			group(
				"Which requests",
				selectField("Operation", "operation", same(properties.operation.enum)),
				textField("Bucket", "bucket", { placeholder: "any" }),
				textField("Key (glob)", "key", { placeholder: "any" }),
				count("Skip the first", "after", "0", { placeholder: "0" }),
				count("Times", "times", "1", { placeholder: "always" }),
				count("Every n-th", "every", "1", { placeholder: "1" }),
			),
			group(
				"What happens",
				count("Status", "status", "400", { max: "599", placeholder: "503" }),
				textField("Code", "code", { placeholder: "SlowDown" }),
				count("Delay in ms", "delayMs", "0"),
				count("Cut after bytes", "cutAfterBytes", "0"),
				selectField("Cut in", "direction", [
					["response", "the response"],
					["request", "the request"],
				]),
				selectField("Fault of the callback", "callback", [
					["", "–"],
					...same(kinds(properties.do)),
				]),
			),
		],
		"Add",
		async (values) => post("/api/faults", readFault(values)),
		"The fault was added.",
	);

/** The kinds of callback faults: a list, or a pattern next to a list. */
const kinds = ({ properties: { callback } }) =>
	[callback, ...(callback.anyOf ?? callback.oneOf ?? [])].flatMap(
		(field) => field.enum ?? [],
	);

const numbers = (values, names) =>
	Object.fromEntries(
		names
			.filter((name) => values[name])
			.map((name) => [name, Number(values[name])]),
	);

/** @throws Error when nothing would happen */
function readFault(values) {
	const { operation, bucket, key, code, callback, direction } = values;
	const what = {
		...numbers(values, ["status", "delayMs", "cutAfterBytes"]),
		...given({ code, callback }),
		...(values.cutAfterBytes ? { direction } : {}),
	};
	if (Object.keys(what).length === 0)
		throw new Error(
			"What happens: fill in a status, a delay, a cut or a fault of the callback.",
		);
	return {
		...given({ operation, bucket, key }),
		...numbers(values, ["after", "times", "every"]),
		do: what,
	};
}
