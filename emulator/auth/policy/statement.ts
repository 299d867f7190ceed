/**
 * Whether a statement matches an action, a resource and condition values.
 *
 * Pure. Source: docs «Policy elements».
 */

import type { Condition, Patterns, Statement } from "./document.ts";
import type { AccessQuestion, ConditionValues, Resource } from "./question.ts";
import { matches } from "./wildcard.ts";

export const appliesTo = (
	{ actions, resources, conditions }: Statement,
	{ action, resource, conditionValues }: AccessQuestion,
): boolean =>
	covers(actions, (pattern) => isAction(pattern, action)) &&
	covers(resources, (pattern) => isResource(pattern, resource)) &&
	conditions.every((condition) => isMet(condition, conditionValues));

const covers = (
	{ patterns, isNegated }: Patterns,
	fits: (pattern: string) => boolean,
): boolean => patterns.some(fits) !== isNegated;

/** Actions are case-insensitive. */
const isAction = (pattern: string, action: string): boolean =>
	matches(pattern.toLowerCase(), action.toLowerCase());

const PARTS = 5;

/**
 * Compared part by part: if a star matched colons, `acs:oss:*:*:b` would match the object `x:b` in any bucket.
 */
function isResource(
	pattern: string,
	{ service, regions, owner, name }: Resource,
): boolean {
	if (pattern === "*") return true;
	const parts = pattern.split(":");
	if (parts.length < PARTS) return false;
	const [acs = "", itsService = "", region = "", account = ""] = parts;
	const rest = parts.slice(PARTS - 1).join(":");
	return (
		acs === "acs" &&
		matches(itsService, service) &&
		regions.some((item) => matches(region, item)) &&
		matches(account, owner) &&
		matches(rest, name)
	);
}

/** A key that the request does not have makes a positive operator false and a negated one true. */
function isMet(
	{ operator, key, values }: Condition,
	conditionValues: ConditionValues,
): boolean {
	const actual = conditionValues(key) ?? [];
	const fits = values.some((value) =>
		actual.some((item) => operator.compare(item, value)),
	);
	return fits !== operator.isNegated;
}
