import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { matches } from "../../../emulator/auth/policy/wildcard.ts";

suite("A pattern of a policy", () => {
	const cases = [
		["matches the same text", "b/k", "b/k", true],
		["does not match a longer text", "b/k", "b/kk", false],
		["is case-sensitive", "b/K", "b/k", false],
		["* matches an empty text", "b/*", "b/", true],
		["* matches slashes", "b/*", "b/x/y/z", true],
		["* may be in the middle", "b/*/public/*", "b/u/public/k", true],
		[
			"* in the middle requires the rest to match",
			"b/*/public/*",
			"b/u/k",
			false,
		],
		["may have consecutive asterisks", "a**b", "ab", true],
		[
			"* matches the shortest text that lets the rest match",
			"*ab",
			"aab",
			true,
		],
		["? matches one character", "?.txt", "a.txt", true],
		["? does not match an empty text", "?.txt", ".txt", false],
		["? does not match two characters", "?.txt", "ab.txt", false],
		["? matches a slash", "a?b", "a/b", true],
		["? matches one Unicode character (A-500)", "?", "😀", true],
		["?? does not match one Unicode character (A-500)", "??", "😀", false],
		["that is empty matches the empty text", "", "", true],
		["that is empty does not match another text", "", "a", false],
		["matches dots and brackets literally", "a.[b](c)+", "a.[b](c)+", true],
		["does not match any character with a dot", "a.c", "abc", false],
	] as const;
	for (const [what, pattern, text, expected] of cases)
		test(what, () => assert.equal(matches(pattern, text), expected));

	test("compares the first 4,096 characters of a text (A-939)", () => {
		const text = `${"a".repeat(4096)}b`;
		assert.equal(matches("a*", text), true);
		assert.equal(matches("*b", text), false);
		assert.equal(matches(text, text), true);
		assert.equal(matches("*b", text.slice(1)), true);
	});
});
