import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { readDecimal } from "../../emulator/oss/decimal.ts";

suite("A decimal number", () => {
	for (const [text, expected] of [
		["0", 0],
		["007", 7],
		["9007199254740991", Number.MAX_SAFE_INTEGER],
		["9007199254740992", undefined],
		["9".repeat(400), undefined],
		["", undefined],
		[undefined, undefined],
		["-1", undefined],
		["+1", undefined],
		["1.0", undefined],
		["1e3", undefined],
		["0x1", undefined],
		[" 1", undefined],
		["1\n", undefined],
		["１", undefined],
	] as const)
		test(`is read from «${text?.slice(0, 20)}» as ${expected}`, () =>
			assert.equal(readDecimal(text), expected));

	test("must be within its bounds, which are included", () => {
		assert.deepEqual(
			["0", "1", "10", "11"].map((text) => readDecimal(text, 1, 10)),
			[undefined, 1, 10, undefined],
		);
	});
});
