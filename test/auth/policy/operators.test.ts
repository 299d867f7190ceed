import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { findOperator } from "../../../emulator/auth/policy/operators.ts";

const holds = (name: string, actual: string, expected: string): boolean => {
	const operator = findOperator(name);
	assert.ok(operator, name);
	return operator.compare(actual, expected) !== operator.isNegated;
};

suite("The operator", () => {
	const cases = [
		["StringEquals", "foo", "foo", true],
		["StringEquals", "Foo", "foo", false],
		["StringEquals", "foobar", "foo*", false],
		["StringNotEquals", "Foo", "foo", true],
		["StringNotEquals", "foo", "foo", false],
		["StringEqualsIgnoreCase", "Foo", "fOO", true],
		["StringNotEqualsIgnoreCase", "Foo", "fOO", false],
		["StringLike", "hangzhou/2014/a", "hangzhou/2014/*", true],
		["StringLike", "Hangzhou/2014/a", "hangzhou/2014/*", false],
		["StringNotLike", "hangzhou/2014/a", "hangzhou/201?/*", false],
		["StringNotLike", "hangzhou/2014/a", "shanghai/*", true],
		["NumericEquals", "10", "10.0", true],
		["NumericNotEquals", "10", "11", true],
		["NumericLessThan", "9", "10", true],
		["NumericLessThan", "10", "10", false],
		["NumericLessThanEquals", "10", "10", true],
		["NumericGreaterThan", "9", "10", false],
		["NumericGreaterThanEquals", "10", "10", true],
		["NumericEquals", "", "0", false],
		["NumericEquals", "10", "0xa", false],
		["NumericEquals", "10", " 1e1", false],
		["NumericEquals", "ten", "ten", false],
		["DateEquals", "2026-01-02T03:04:05Z", "2026-01-02T11:04:05+08:00", true],
		["DateNotEquals", "2026-01-02T03:04:05Z", "2026-01-02T03:04:05Z", false],
		["DateLessThan", "2026-01-02T03:04:05Z", "2026-01-02T03:04:06Z", true],
		[
			"DateLessThanEquals",
			"2026-01-02T03:04:05Z",
			"2026-01-02T03:04:05Z",
			true,
		],
		["DateGreaterThan", "2026-01-02T03:04:05Z", "2026-01-02", true],
		[
			"DateGreaterThanEquals",
			"2026-01-02T03:04:05Z",
			"2027-01-01T00:00:00Z",
			false,
		],
		["DateLessThan", "2026-01-02T03:04:05Z", "soon", false],
		["Bool", "true", "True", true],
		["Bool", "true", "false", false],
		["IpAddress", "10.1.1.1", "10.0.0.0/8", true],
		["IpAddressIncludeBorder", "10.0.0.0", "10.0.0.0/8", true],
		["NotIpAddress", "10.1.1.1", "10.0.0.0/8", false],
		["NotIpAddress", "11.1.1.1", "10.0.0.0/8", true],
	] as const;
	for (const [name, actual, expected, result] of cases)
		test(`${name} of ${actual || "''"} and ${expected} is ${result}`, () =>
			assert.equal(holds(name, actual, expected), result));

	test("Date… reads a time without Z or an offset as UTC (A-502)", () => {
		assert.ok(
			holds("DateEquals", "2026-01-02T03:04:05Z", "2026-01-02T03:04:05"),
		);
	});

	test("has only its documented name", () => {
		for (const name of [
			"StringMatches",
			"stringequals",
			"",
			"toString",
			"NotBool",
		])
			assert.equal(findOperator(name), undefined);
	});
});
