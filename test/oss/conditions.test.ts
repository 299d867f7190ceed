import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { requireConditions } from "../../emulator/oss/conditions.ts";

const ETAG = "5D41402ABC4B2A76B9719D911017C592";
const MODIFIED = new Date("2024-05-06T07:08:09.900Z");
const BEFORE = "Mon, 06 May 2024 07:08:08 GMT";
const SAME = "Mon, 06 May 2024 07:08:09 GMT";
const AFTER = "Mon, 06 May 2024 07:08:10 GMT";

/** The table of conditions in docs «GetObject»: header, value, and result. */
const TABLE = [
	["if-match", `"${ETAG}"`, "passes"],
	["if-match", ETAG, "passes"],
	["if-match", ETAG.toLowerCase(), "passes"],
	["if-match", `"0123", "${ETAG}"`, "passes"],
	["if-match", "*", "passes"],
	["if-match", '"0123"', "PreconditionFailed"],
	["if-none-match", `"${ETAG}"`, "NotModified"],
	["if-none-match", ETAG, "NotModified"],
	["if-none-match", "*", "NotModified"],
	["if-none-match", '"0123"', "passes"],
	["if-modified-since", BEFORE, "passes"],
	["if-modified-since", SAME, "NotModified"],
	["if-modified-since", AFTER, "NotModified"],
	["if-modified-since", "2024-05-06T07:08:08.000Z", "passes"],
	["if-modified-since", "no date", "passes"],
	["if-unmodified-since", BEFORE, "PreconditionFailed"],
	["if-unmodified-since", SAME, "passes"],
	["if-unmodified-since", AFTER, "passes"],
	["if-unmodified-since", "no date", "passes"],
] as const;

for (const prefix of ["", "x-oss-copy-source-"] as const) {
	suite(`Conditions of ${prefix ? "a copy" : "a read"}`, () => {
		for (const [header, value, expected] of TABLE) {
			test(`${header}: ${value} → ${expected}`, () => {
				assert.equal(outcome({ [prefix + header]: value }, prefix), expected);
			});
		}

		test("pass without conditions", () => {
			assert.equal(outcome({}, prefix), "passes");
		});

		test("fail with 412 before 304 is considered", () => {
			const headers = {
				[`${prefix}if-match`]: "0123",
				[`${prefix}if-none-match`]: ETAG,
			};
			assert.equal(outcome(headers, prefix), "PreconditionFailed");
		});
	});
}

suite("Conditions", () => {
	test("are mentioned in the error if they fail, with status 412 and EC 0017-00001001", () => {
		const object = { etag: ETAG, modified: MODIFIED };

		assert.throws(() => requireConditions({ "if-match": "0" }, object), {
			status: 412,
			ec: "0017-00001001",
			details: { Condition: "If-Match" },
			message: "At least one of the pre-conditions you specified did not hold.",
		});
		assert.throws(
			() => requireConditions({ "if-unmodified-since": BEFORE }, object),
			{ details: { Condition: "If-Unmodified-Since" } },
		);
		assert.throws(() => requireConditions({ "if-none-match": "*" }, object), {
			status: 304,
		});
	});

	test("of a copy ignore the headers for reading", () => {
		assert.equal(outcome({ "if-match": "0" }, "x-oss-copy-source-"), "passes");
		assert.equal(outcome({ "x-oss-copy-source-if-match": "0" }, ""), "passes");
	});
});

function outcome(
	headers: Record<string, string>,
	prefix: "" | "x-oss-copy-source-",
): string {
	try {
		requireConditions(headers, { etag: ETAG, modified: MODIFIED }, prefix);
		return "passes";
	} catch (error) {
		return error instanceof Error ? error.name : String(error);
	}
}
