/**
 * The operators of conditions. A negated operator is the negation of its positive one: with several values, none of
 * them may match.
 *
 * Pure. Source: docs «Conditional operators».
 */
import { isWithin } from "./address.ts";
import { matches } from "./wildcard.ts";

export type Operator = {
	/** @param actual the request's value @param expected one value of the policy */
	readonly compare: (actual: string, expected: string) => boolean;
	readonly isNegated: boolean;
};

const equal = (actual: string, expected: string): boolean =>
	actual === expected;

const equalIgnoreCase = (actual: string, expected: string): boolean =>
	actual.toLowerCase() === expected.toLowerCase();

const like = (actual: string, expected: string): boolean =>
	matches(expected, actual);

type Compare = (a: number, b: number) => boolean;

const COMPARISONS: Readonly<Record<string, Compare>> = {
	Equals: (a, b) => a === b,
	LessThan: (a, b) => a < b,
	LessThanEquals: (a, b) => a <= b,
	GreaterThan: (a, b) => a > b,
	GreaterThanEquals: (a, b) => a >= b,
};

/** A text that is not a number or a time becomes NaN, which equals nothing. */
const compared = (
	kind: string,
	read: (text: string) => number,
): [string, Operator["compare"]][] =>
	Object.entries(COMPARISONS).map(([name, compare]) => [
		kind + name,
		(actual, expected) => compare(read(actual), read(expected)),
	]);

const readNumber = (text: string): number =>
	/^-?\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;

/** ISO 8601; without `Z` or an offset the time is in UTC. */
const readMoment = (text: string): number =>
	Date.parse(/(?:Z|[+-]\d\d:?\d\d)$/i.test(text) ? text : `${text}Z`);

const POSITIVE: ReadonlyMap<string, Operator["compare"]> = new Map([
	["StringEquals", equal],
	["StringEqualsIgnoreCase", equalIgnoreCase],
	["StringLike", like],
	...compared("Numeric", readNumber),
	...compared("Date", readMoment),
	["Bool", equalIgnoreCase],
	["IpAddress", isWithin],
	["IpAddressIncludeBorder", isWithin],
]);

const NEGATED: ReadonlyMap<string, string> = new Map([
	["StringNotEquals", "StringEquals"],
	["StringNotEqualsIgnoreCase", "StringEqualsIgnoreCase"],
	["StringNotLike", "StringLike"],
	["NumericNotEquals", "NumericEquals"],
	["DateNotEquals", "DateEquals"],
	["NotIpAddress", "IpAddress"],
]);

/** @returns undefined for an unknown operator */
export function findOperator(name: string): Operator | undefined {
	const positive = NEGATED.get(name);
	const compare = POSITIVE.get(positive ?? name);
	return compare && { compare, isNegated: positive !== undefined };
}
