import assert from "node:assert/strict";
import { suite, test } from "node:test";
import {
	type PolicyKind,
	readPolicy,
} from "../../../emulator/auth/policy/document.ts";
import { thrownBy } from "../request.ts";

const GOOD = {
	Effect: "Allow",
	Action: ["oss:GetObject"],
	Resource: ["acs:oss:*:*:b/*"],
};

const write = (statement: object, version: unknown = "1"): string =>
	JSON.stringify({ Version: version, Statement: [statement] });

const read = (statement: object, kind: PolicyKind = "identity") =>
	readPolicy(write(statement), kind)[0];

test("A policy that is not JSON is refused with the message of OSS's parser, as in cpp's suite (A-932)", () => {
	for (const [json, message] of [
		["policy", "unknown char p"],
		["  <x>", "unknown char <"],
		["{", "Invalid Policy: Invalid JSON."],
		["{'a':1}", "Invalid Policy: Invalid JSON."],
		["", "Invalid Policy: Invalid JSON."],
	] as const)
		assert.equal(thrownBy(() => readPolicy(json, "bucket")).message, message);
});

suite("A policy", () => {
	test("can have a string instead of a list with one string", () => {
		const single = { Effect: "Allow", Action: "oss:*", Resource: "*" };
		assert.deepEqual(read(single)?.actions.patterns, ["oss:*"]);
		assert.deepEqual(read(single)?.resources.patterns, ["*"]);
	});

	test("can exclude actions and resources: NotAction, NotResource", () => {
		const { Action, Resource, ...rest } = GOOD;
		const statement = read({
			...rest,
			NotAction: Action,
			NotResource: Resource,
		});
		assert.equal(statement?.actions.isNegated, true);
		assert.equal(statement?.resources.isNegated, true);
	});

	test("of a bucket has principals: a list, a single principal, and [] or no element for all callers", () => {
		const principalsOf = (Principal: unknown) =>
			read({ ...GOOD, Principal }, "bucket")?.principals;
		const isNegated = false;
		const one = { patterns: ["1"], isNegated };
		const all = { patterns: ["*"], isNegated };
		assert.deepEqual(principalsOf(["1", "2"]), {
			...one,
			patterns: ["1", "2"],
		});
		assert.deepEqual(principalsOf("1"), one);
		assert.deepEqual(principalsOf([]), all);
		assert.deepEqual(principalsOf(undefined), all);
	});

	test("of a bucket can omit its version", () => {
		const json = JSON.stringify({ Statement: [GOOD] });
		assert.equal(readPolicy(json, "bucket").length, 1);
	});

	test("can compare with numbers and booleans without quotes", () => {
		const Condition = { Bool: { "acs:SecureTransport": true } };
		assert.deepEqual(read({ ...GOOD, Condition })?.conditions[0]?.values, [
			"true",
		]);
	});

	const bad: readonly (readonly [what: string, json: string])[] = [
		["is not JSON", "{"],
		["is empty", ""],
		["is a list", "[]"],
		["is null", "null"],
		["has Statements", JSON.stringify({ Version: "1", Statements: [GOOD] })],
		["has no statement", JSON.stringify({ Version: "1", Statement: [] })],
		["has a statement that is text", write(["x"])],
		["has no version", JSON.stringify({ Statement: [GOOD] })],
		["has S3's version", write(GOOD, "2012-10-17")],
		["has a version that is a number", write(GOOD, 1)],
		["has no Effect", write({ ...GOOD, Effect: undefined })],
		["has an unknown Effect", write({ ...GOOD, Effect: "allow" })],
		["has no Action", write({ ...GOOD, Action: undefined })],
		["has an empty Action", write({ ...GOOD, Action: [] })],
		["has an Action of numbers", write({ ...GOOD, Action: [1] })],
		["has Action and NotAction", write({ ...GOOD, NotAction: "oss:*" })],
		[
			"excludes principals, and is not a bucket's",
			write({ ...GOOD, NotPrincipal: "1" }),
		],
		["has no Resource", write({ ...GOOD, Resource: undefined })],
		["has an unknown operator", write({ ...GOOD, Condition: { Equals: {} } })],
		["has a condition that is a list", write({ ...GOOD, Condition: [] })],
		["has an operator with text", write({ ...GOOD, Condition: { Bool: "x" } })],
		[
			"compares with an object",
			write({ ...GOOD, Condition: { Bool: { a: {} } } }),
		],
		[
			"has a principal, and is not a bucket policy",
			write({ ...GOOD, Principal: "*" }),
		],
	];
	for (const [what, json] of bad) {
		test(`that ${what} is InvalidPolicyDocument`, () => {
			const error = thrownBy(() => readPolicy(json, "identity"));
			assert.equal(error.code, "InvalidPolicyDocument");
			assert.equal(error.status, 400);
		});
	}

	test("of a bucket cannot have an object as principal", () => {
		const json = write({ ...GOOD, Principal: { RAM: ["1"] } });
		assert.equal(
			thrownBy(() => readPolicy(json, "bucket")).code,
			"InvalidPolicyDocument",
		);
	});
});
