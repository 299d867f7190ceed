import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { findInOutcome } from "../../../emulator/callback/advice/find-in-answer.ts";
import {
	ANSWER_BYTES_MAX,
	NO_TIME,
	type NoAnswer,
	type Outcome,
} from "../../../emulator/callback/model.ts";

const URL = "http://app.example.com/cb";

type Given = {
	readonly status?: number;
	/** undefined if the header is missing. */
	readonly length?: number | undefined;
	readonly type?: string;
	readonly body?: string;
	readonly totalMs?: number;
};

function answered({
	status = 200,
	body = "{}",
	totalMs = 10,
	...given
}: Given) {
	const length = "length" in given ? given.length : Buffer.byteLength(body);
	const { type = "application/json" } = given;
	const headers: [string, string][] = type ? [["content-type", type]] : [];
	if (length !== undefined) headers.push(["CONTENT-LENGTH", String(length)]);
	const outcome: Outcome = {
		timing: { ...NO_TIME, totalMs },
		answer: { status, headers, body: Buffer.from(body), ended: "complete" },
	};
	return outcome;
}

suite("An answer without a finding is", () => {
	for (const [what, given] of [
		["a JSON object", {}],
		["one with spaces before it", { body: " \n{}" }],
		["one with a charset", { type: "Application/JSON; charset=utf-8" }],
		["one that takes 2.9 s", { totalMs: 2900 }],
		["an error, which fails anyway", { status: 500, type: "text/html" }],
	] as const)
		test(what, () => assert.deepEqual(findInOutcome(answered(given), URL), []));
});

suite("A finding states that an application server", () => {
	const cases: readonly (readonly [string, Given, string, boolean])[] = [
		["took more than 3 s", { totalMs: 3001 }, "slow-answer", false],
		["took more than 5 s", { totalMs: 5001 }, "too-slow-answer", true],
		["redirects", { status: 302 }, "redirect", true],
		[
			"returned no Content-Length",
			{ length: undefined },
			"no-content-length",
			true,
		],
		[
			"returned more than 1 MiB",
			{ length: ANSWER_BYTES_MAX + 1 },
			"too-large-answer",
			true,
		],
		["returned almost 1 MiB", { length: 1_000_000 }, "large-answer", false],
		[
			"answers XML",
			{ type: "application/xml", body: "<a/>" },
			"xml-answer",
			true,
		],
		["returned another type", { type: "text/html" }, "answer-type", false],
		["returned no type", { type: "" }, "answer-type", false],
		["returned a list", { body: " [1]" }, "answer-is-no-object", false],
		["answers text", { body: '"ok"' }, "answer-is-no-object", false],
	];
	for (const [what, given, id, refused] of cases)
		test(what, () => {
			const [found, ...more] = findInOutcome(answered(given), URL);

			assert.deepEqual(more, []);
			assert.equal(found?.id, id);
			assert.equal(found.refused, refused);
			assert.match(found.sentence, /^http:\/\/app\.example\.com\/cb .*\.$/);
		});

	test("did not respond for a long time before it closed the connection", () => {
		const noAnswer: NoAnswer = "lost";
		const timing = { ...NO_TIME, totalMs: 4000 };

		const [found] = findInOutcome({ timing, noAnswer, detail: "" }, URL);

		assert.equal(found?.id, "slow-answer");
	});
});
