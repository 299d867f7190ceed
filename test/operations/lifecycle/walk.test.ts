import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { shortest } from "../../../emulator/operations/lifecycle/walk.ts";

suite("The prefixes under which rules are looked up", () => {
	for (const [given, expected] of [
		[[], []],
		[[""], [""]],
		[["a/", "", "b"], [""]],
		[
			["a/", "a/b", "b", "a/"],
			["a/", "b"],
		],
		[
			["ab", "a/", "b"],
			["ab", "a/", "b"],
		],
	] as const) {
		test(`of ${JSON.stringify(given)} are ${JSON.stringify(expected)}, each once`, () => {
			assert.deepEqual(shortest(given), expected);
		});
	}
});
