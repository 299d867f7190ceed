/**
 * Whether a statement matches an action, a resource and circumstances.
 *
 * Pure. Source: docs «Policy elements»; the choices of the fact sheet on policies.
 */
import type { Ask, Circumstances, Resource } from "./ask.ts";
import type { Condition, Patterns, Statement } from "./document.ts";
import { matches } from "./wildcard.ts";

export const speaksOf = (
	{ actions, resources, conditions }: Statement,
	{ action, resource, circumstances }: Ask,
): boolean =>
	covers(actions, (pattern) => isAction(pattern, action)) &&
	covers(resources, (pattern) => isResource(pattern, resource)) &&
	conditions.every((condition) => holds(condition, circumstances));

const covers = (
	{ patterns, isNegated }: Patterns,
	fits: (pattern: string) => boolean,
): boolean => patterns.some(fits) !== isNegated;

/** Case does not count in an action. */
const isAction = (pattern: string, action: string): boolean =>
	matches(pattern.toLowerCase(), action.toLowerCase());

const PARTS = 5;

/** Part by part: if a star could match colons, `acs:oss:*:*:b` would match the object `x:b` in any bucket. */
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
		regions.some((one) => matches(region, one)) &&
		matches(account, owner) &&
		matches(rest, name)
	);
}

/** A key that the request does not have makes a positive operator false and a negated one true. */
function holds(
	{ operator, key, values }: Condition,
	circumstances: Circumstances,
): boolean {
	const actual = circumstances(key) ?? [];
	const fits = values.some((value) =>
		actual.some((one) => operator.compare(one, value)),
	);
	return fits !== operator.isNegated;
}
