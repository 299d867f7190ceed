/**
 * Findings about names that OSS does not read: a header, parameter or form field that belongs to another carrier, and
 * unknown fields of the callback's JSON. OSS ignores them without an error.
 *
 * Pure. Source: docs «Callback», steps 1 and 2; docs «PostObject».
 */
import { findNearest } from "../../oss/nearest.ts";
import type { OssRequest } from "../../oss/request.ts";
import { type Finding, finding } from "./finding.ts";

/** What OSS ignored: `isCallback` if it was a callback, not only custom variables. */
export type Unread = {
	readonly isCallback: boolean;
	readonly finding: Finding;
};

const IN_HEADERS = ["callback", "callback-var"];
const IN_QUERY = ["x-oss-callback", "x-oss-callback-var"];

/** @returns undefined if the names in both carriers are right */
export function findUnreadParameters({
	headers,
	query,
}: Pick<OssRequest, "headers" | "query">): Unread | undefined {
	const inHeaders = IN_HEADERS.filter((name) => headers[name]);
	const inQuery = IN_QUERY.filter((name) => query.get(name));
	return unread(
		[...inHeaders, ...inQuery],
		[
			...inHeaders.map((name) => `the header ${name}`),
			...inQuery.map((name) => `the parameter ${name}`),
		],
		"OSS reads a callback from the headers x-oss-callback and x-oss-callback-var, or from the parameters callback and callback-var.",
	);
}

/**
 * @param names the names of the form fields before the file that have a value
 * @returns undefined if the names are right
 */
export function findUnreadFields(names: readonly string[]): Unread | undefined {
	const found = names.filter(isUnreadField);
	return unread(
		found,
		found.map((name) => `the form field ${name}`),
		"in a form, the callback is the field callback, and each custom variable is a field of its own, such as x:name, in lower case.",
	);
}

/** Whether a form field resembles a callback or its variables, under a name that OSS does not read. */
export const isUnreadField = (name: string): boolean =>
	/^(X:|(x-oss-)?callback(-var)?$)/i.test(name) &&
	name !== "callback" &&
	!name.startsWith("x:");

function unread(
	names: readonly string[],
	described: readonly string[],
	advice: string,
): Unread | undefined {
	if (names.length === 0) return undefined;
	const have = names.length === 1 ? "has" : "have";
	const sentence = `${described.join(" and ")} ${have} no effect: ${advice}`;
	return {
		isCallback: names.some((name) => /^(x-oss-)?callback$/i.test(name)),
		finding: finding("unread-callback", sentence),
	};
}

const NAMES_SHOWN = 10;

/**
 * @param unknown the names of the JSON's fields that OSS does not know
 * @param known the names that it knows
 */
export function findUnknownFields(
	unknown: readonly string[],
	known: Iterable<string>,
): Finding[] {
	if (unknown.length === 0) return [];
	const described = unknown.slice(0, NAMES_SHOWN).map((name) => {
		const nearest = findNearest(name, known);
		return nearest === undefined ? name : `${name} (${nearest}?)`;
	});
	const more = unknown.length > NAMES_SHOWN ? " and others" : "";
	const sentence = `${described.join(", ")}${more}: OSS ignores fields of a callback that it does not know; the known fields are ${[...known].join(", ")}.`;
	return [finding("unknown-field", sentence)];
}
