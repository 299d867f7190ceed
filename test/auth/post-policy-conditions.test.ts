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
	["bucket", "a field that is ignored"],
	["x-oss-meta-empty", ""],
]);

suite("A form", () => {
	const holding: readonly [string, unknown][] = [
		["has an equal field", ["eq", "$success_action_status", "201"]],
		[
			"has an equal field, in a simple condition",
			{ success_action_status: "201" },
		],
		["has a field with the prefix", ["starts-with", "$key", "user/"]],
		["has a field with an empty prefix", ["starts-with", "$key", ""]],
		[
			"has a key with the variable filename, which is not replaced yet",
			{ key: `user/eric/\${filename}` },
		],
		[
			"has one of the values",
			["in", "$content-type", ["image/png", "image/jpg"]],
		],
		["has none of the values", ["not-in", "$content-type", ["text/html"]]],
		["is sent to the bucket", { bucket: "examplebucket" }],
		["is sent to one of the buckets", ["in", "$bucket", ["examplebucket"]]],
		["has an empty field", ["eq", "$x-oss-meta-empty", ""]],
	];
	for (const [what, condition] of holding) {
		test(`that ${what} passes`, () => {
			checkPolicy(policyOf(condition), FIELDS, "examplebucket");
		});
	}

	const failing: readonly [unknown, string][] = [
		// This case and the message are on the page of EC 0006-00000227.
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
	];
	const missing: typeof failing = [
		[["eq", "$x-oss-meta-a", "1"], '["eq", "$x-oss-meta-a", "1"]'],
		[{ constructor: "1" }, '["eq", "$constructor", "1"]'],
		[{ 'a"\n': "1" }, '["eq", "$a\\"\\n", "1"]'],
		[["eq", "$__proto__", ""], '["eq", "$__proto__", ""]'],
		[["starts-with", "$expires", ""], '["starts-with", "$expires", ""]'],
		[
			["not-in", "$cache-control", ["no-cache"]],
			'["not-in", "$cache-control", ["no-cache"]]',
		],
	];
	for (const [title, ec, conditions] of [
		["fails on", "227", failing],
		["lacks the field of (A-966)", "226", missing],
	] as const)
		for (const [condition, written] of conditions) {
			test(`${title} ${written}`, () => {
				const error = thrownBy(() =>
					checkPolicy(policyOf({ bucket: "b" }, condition), FIELDS, "b"),
				);
				assert.equal(kindOf(error), `403 AccessDenied 0006-00000${ec}`);
				assert.equal(
					error.message,
					`Invalid according to Policy: Policy Condition failed: ${written}`,
				);
			});
		}

	test("can have fields without a condition", () => {
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
