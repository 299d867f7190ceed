import assert from "node:assert/strict";
import { suite, test } from "node:test";
import {
	checkPolicy,
	checkSize,
} from "../../emulator/auth/post-policy-conditions.ts";
import {
	type Policy,
	readPolicy,
} from "../../emulator/auth/post-policy-document.ts";
import { kindOf, thrownBy } from "./request.ts";

function policyOf(...conditions: unknown[]): Policy {
	const policy = { expiration: "2030-01-01T00:00:00Z", conditions };
	const text = Buffer.from(JSON.stringify(policy)).toString("base64");
	return readPolicy(text, new Date(0));
}

const FIELDS = new Map([
	["key", `user/eric/\${filename}`],
	["content-type", "image/jpg"],
	["success_action_status", "201"],
	["bucket", "the field is not asked"],
]);

suite("A form", () => {
	const holding: readonly [string, unknown][] = [
		["equals", ["eq", "$success_action_status", "201"]],
		["equals, as a simple condition", { success_action_status: "201" }],
		["starts with", ["starts-with", "$key", "user/"]],
		["starts with nothing", ["starts-with", "$key", ""]],
		[
			"has a key before its file's name is filled in",
			{ key: `user/eric/\${filename}` },
		],
		["is one of", ["in", "$content-type", ["image/png", "image/jpg"]]],
		["is none of", ["not-in", "$content-type", ["text/html"]]],
		["goes to the bucket", { bucket: "examplebucket" }],
		["goes to a bucket of these", ["in", "$bucket", ["examplebucket"]]],
		[
			"has not the field that must not be there",
			["not-in", "$cache-control", ["no-cache"]],
		],
		["has not the field that must be empty", ["eq", "$__proto__", ""]],
	];
	for (const [what, condition] of holding) {
		test(`that ${what} passes`, () => {
			checkPolicy(policyOf(condition), FIELDS, "examplebucket");
		});
	}

	const failing: readonly [unknown, string][] = [
		// EC 0006-00000227 has this one, and the text.
		[
			["eq", "success_action_status", "200"],
			'["eq", "$success_action_status", "200"]',
		],
		[
			{ success_action_status: "200" },
			'["eq", "$success_action_status", "200"]',
		],
		[["starts-with", "$key", "User/"], '["starts-with", "$key", "User/"]'],
		[
			["in", "$content-type", ["image/png", "IMAGE/JPG"]],
			'["in", "$content-type", ["image/png", "IMAGE/JPG"]]',
		],
		[
			["not-in", "$content-type", ["image/jpg"]],
			'["not-in", "$content-type", ["image/jpg"]]',
		],
		[["in", "$content-type", []], '["in", "$content-type", []]'],
		[{ bucket: "other" }, '["eq", "$bucket", "other"]'],
		[["eq", "$x-oss-meta-a", "1"], '["eq", "$x-oss-meta-a", "1"]'],
		[{ constructor: "1" }, '["eq", "$constructor", "1"]'],
		[{ 'a"\n': "1" }, '["eq", "$a\\"\\n", "1"]'],
	];
	for (const [condition, written] of failing) {
		test(`fails on ${written}`, () => {
			const error = thrownBy(() =>
				checkPolicy(policyOf({ bucket: "b" }, condition), FIELDS, "b"),
			);
			assert.equal(kindOf(error), "403 AccessDenied 0006-00000227");
			assert.equal(
				error.message,
				`Invalid according to Policy: Policy Condition failed: ${written}`,
			);
		});
	}

	test("can have fields that no condition names", () => {
		checkPolicy(policyOf({ bucket: "b" }), FIELDS, "b");
	});
});

suite("The size of a form's file", () => {
	const policy = policyOf(["content-length-range", 1, 1024]);

	test("can be either end of content-length-range", () => {
		checkSize(policy, 1);
		checkSize(policy, 1024);
		checkSize(policyOf({ bucket: "b" }), Number.MAX_SAFE_INTEGER);
	});

	test("below the range is EntityTooSmall", () => {
		const error = thrownBy(() => checkSize(policy, 0));
		assert.equal(kindOf(error), "400 EntityTooSmall 0006-00000004");
		assert.equal(
			error.message,
			"Your proposed upload smaller than the minimum allowed size.",
		);
	});

	test("above the range is EntityTooLarge", () => {
		const error = thrownBy(() => checkSize(policy, 1025));
		assert.equal(kindOf(error), "400 EntityTooLarge 0006-00000003");
		assert.equal(
			error.message,
			"Your proposed upload exceeds the maximum allowed size.",
		);
	});
});
