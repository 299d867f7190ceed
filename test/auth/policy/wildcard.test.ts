import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { matches } from "../../../emulator/auth/policy/wildcard.ts";

suite("A pattern of a policy", () => {
	const cases = [
		["is the text itself", "b/k", "b/k", true],
		["is all of it, not its beginning", "b/k", "b/kk", false],
		["counts case", "b/K", "b/k", false],
		["* is nothing too", "b/*", "b/", true],
		["* goes over slashes", "b/*", "b/x/y/z", true],
		["* may stand in the middle", "b/*/public/*", "b/u/public/k", true],
		["* in the middle still wants the rest", "b/*/public/*", "b/u/k", false],
		["stars may follow one another", "a**b", "ab", true],
		["a star gives back what the rest needs", "*ab", "aab", true],
		["? is one character", "?.txt", "a.txt", true],
		["? is not none", "?.txt", ".txt", false],
		["? is not two", "?.txt", "ab.txt", false],
		["? is a slash too", "a?b", "a/b", true],
		["? is a character of Unicode (A-500)", "?", "😀", true],
		["?? is two of them (A-500)", "??", "😀", false],
		["the empty one is the empty text", "", "", true],
		["the empty one is nothing else", "", "a", false],
		["dots and brackets mean themselves", "a.[b](c)+", "a.[b](c)+", true],
		["a dot is not any character", "a.c", "abc", false],
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
