import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { OssError } from "../../emulator/oss/errors.ts";
import { readRange } from "../../emulator/oss/range.ts";

const SIZE = 1000;
const WHOLE = undefined;

/**
 * The table in docs «Range download» for an object of 1,000 bytes: header, default result, and result with `standard`.
 */
const TABLE = [
	["bytes=0-499", [0, 499], [0, 499]],
	["bytes=500-", [500, 999], [500, 999]],
	["bytes=-500", [500, 999], [500, 999]],
	["bytes=500-2000", WHOLE, [500, 999]],
	["bytes=0-1000", WHOLE, [0, 999]],
	["bytes=1000-2000", WHOLE, "InvalidRange"],
	["bytes=1000-", WHOLE, "InvalidRange"],
	["bytes=-2000", WHOLE, [0, 999]],
	["byte=0-499", WHOLE, WHOLE],
	["bytes=a-b", WHOLE, WHOLE],
	["bytes=0-1,5-6", WHOLE, WHOLE],
	// From ossutil's TestRangeGet; the last one is an assumption.
	["bytes=1-2,", [1, 2], [1, 2]],
	["bytes=1-2,a-c", [1, 2], [1, 2]],
	["bytes=1-2,abc", [1, 2], [1, 2]],
	["bytes=abc,1-2", [1, 2], [1, 2]],
	["bytes=a-c,-", WHOLE, WHOLE],
	["bytes=1-2,-5", WHOLE, WHOLE],
	[`bytes=0-${"9".repeat(30)}`, WHOLE, [0, 999]],
	// From java1's GetObjectTest.
	["bytes=-0", "InvalidRange", "InvalidRange"],
	// Edge cases.
	["bytes=0-0", [0, 0], [0, 0]],
	["bytes=999-999", [999, 999], [999, 999]],
	["bytes=0-999", [0, 999], [0, 999]],
	["bytes=-1", [999, 999], [999, 999]],
	["bytes=-1000", [0, 999], [0, 999]],
	["bytes=5-4", WHOLE, WHOLE],
	["bytes=-", WHOLE, WHOLE],
	["bytes=", WHOLE, WHOLE],
	["", WHOLE, WHOLE],
	[undefined, WHOLE, WHOLE],
] as const;

suite("A Range of an object of 1,000 bytes", () => {
	for (const [header, byDefault, standard] of TABLE) {
		for (const [mode, expected] of [
			["by default", byDefault],
			["under standard", standard],
		] as const) {
			test(`«${header}» ${mode}: ${JSON.stringify(expected) ?? "the whole"}`, () => {
				const read = () => readRange(header, SIZE, mode !== "by default");

				if (expected === "InvalidRange") assert.throws(read, isInvalidRange);
				else {
					const range = read();
					assert.deepEqual(range && [range.first, range.last], expected);
				}

				function isInvalidRange(error: unknown): true {
					assert.ok(error instanceof OssError);
					assert.equal(error.code, "InvalidRange");
					assert.equal(error.status, 416);
					assert.deepEqual(error.details, {
						ActualObjectSize: "1000",
						RangeRequested: header,
					});
					return true;
				}
			});
		}
	}
});

suite("A Range of an empty object", () => {
	for (const header of ["bytes=0-", "bytes=0-0", "bytes=-5"]) {
		test(`«${header}» returns the whole object`, () => {
			assert.equal(readRange(header, 0, false), undefined);
		});
	}

	test("«bytes=0-» with standard cannot be satisfied", () => {
		assert.throws(() => readRange("bytes=0-", 0, true), {
			code: "InvalidRange",
		});
	});
});
