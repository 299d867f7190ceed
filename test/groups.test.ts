import assert from "node:assert/strict";
import { globSync } from "node:fs";
import { suite, test } from "node:test";
import { filesOf, groupNames } from "./groups.ts";

suite("The groups of test files", () => {
	test("contain every test file, each in one group", () => {
		assert.deepEqual(
			groupNames.flatMap(filesOf).sort(),
			globSync("test/**/*.test.ts").sort(),
		);
	});

	test("have one file each in test/groups/, which contains no other files", () => {
		const entries = globSync("test/groups/*").sort();
		assert.deepEqual(
			entries,
			groupNames.map((name) => `test/groups/${name}.ts`).sort(),
		);
	});
});
