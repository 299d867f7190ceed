/**
 * Faults: requests and callbacks that fail on purpose.
 */
import { changeForm, given, selectField, textField } from "./forms.js";
import { h, name, nothing, riskyButton, table } from "./page.js";
import { ask, post, remove } from "./server.js";

export async function faults() {
	const [{ faults: all }, { components }] = await Promise.all([
		ask("/api/faults"),
		ask("/api/openapi.json"),
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
	const heads = ["Fault", "Bucket", "Key", "#Struck", "Actions"];
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
				? nothing("No request and no callback fails on purpose.")
				: table("Faults", heads, rows),
			h("h2", {}, "Add a fault"),
			newFault(components.schemas.Fault.properties),
		],
	};
}

export function describeFault({ operation, do: what, after, times, every }) {
	const deeds = Object.entries(what).map(([key, value]) => `${key} ${value}`);
	const when = [
		after && `after ${after}`,
		every && `every ${every}`,
		times && `${times} times`,
	].filter(Boolean);
	return [operation, deeds.join(", "), ...when].join(" · ");
}

const same = (values) => values.map((value) => [value, value]);

const newFault = (properties) =>
	changeForm(
		"Add a fault",
		[
			selectField("Operation", "operation", same(properties.operation.enum)),
			textField("Bucket", "bucket"),
			textField("Key (glob)", "key"),
			textField("Status", "status", { type: "number", placeholder: "503" }),
			textField("Code", "code", { placeholder: "SlowDown" }),
			textField("Delay in ms", "delayMs", { type: "number" }),
			textField("Cut after bytes", "cutAfterBytes", { type: "number" }),
			selectField("Of", "direction", [
				["response", "the response"],
				["request", "the request"],
			]),
			selectField("Of a callback", "callback", [
				["", "–"],
				...same(kinds(properties.do)),
			]),
			textField("After", "after", { type: "number", min: "0" }),
			textField("Times", "times", { type: "number", min: "1" }),
			textField("Every", "every", { type: "number", min: "1" }),
		],
		"Add",
		(values) => post("/api/faults", readFault(values)),
		"The fault was added.",
	);

/** The kinds that a callback can have: listed, or a pattern beside a list. */
const kinds = ({ properties: { callback } }) =>
	[callback, ...(callback.anyOf ?? callback.oneOf ?? [])].flatMap(
		(one) => one.enum ?? [],
	);

const numbers = (values, names) =>
	Object.fromEntries(
		names.filter((one) => values[one]).map((one) => [one, Number(values[one])]),
	);

function readFault(values) {
	const { operation, bucket, key, code, callback, direction } = values;
	return {
		...given({ operation, bucket, key }),
		...numbers(values, ["after", "times", "every"]),
		do: {
			...numbers(values, ["status", "delayMs", "cutAfterBytes"]),
			...given({ code, callback }),
			...(values.cutAfterBytes ? { direction } : {}),
		},
	};
}
