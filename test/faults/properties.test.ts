import assert from "node:assert/strict";
import { suite, test } from "node:test";
import {
	type FaultAction,
	findMistake,
	readAction,
	writeAction,
} from "../../emulator/faults/action.ts";
import { globOfPrefix, makeGlob } from "../../emulator/faults/glob.ts";
import { fc, forAll, text, textOf } from "../properties.ts";

suite("For any injected fault", () => {
	const word = fc.stringMatching(
		/^[A-Za-z0-9](?:[A-Za-z0-9 .]{0,8}[A-Za-z0-9])?$/,
	);
	const action: fc.Arbitrary<FaultAction> = fc.oneof(
		fc.record(
			{
				status: fc.integer({ min: 400, max: 599 }),
				code: word,
				message: word,
				ec: word,
				delayMs: fc.nat(60_000),
			},
			{ requiredKeys: ["status"], noNullPrototype: true },
		),
		fc.record(
			{
				cutAfterBytes: fc.nat(),
				direction: fc.constantFrom("request", "response", "upload", "download"),
			},
			{ requiredKeys: ["cutAfterBytes"], noNullPrototype: true },
		),
		fc.record(
			{ callback: fc.constantFrom("time-out", "status-503") },
			{ noNullPrototype: true },
		),
	);

	test("a written header is read as the same action", () =>
		forAll([action], (one) => {
			assert.equal(findMistake(one), "");
			assert.deepEqual(readAction(writeAction(one)), one);
		}));

	test("any other text is read as an action, or refused with a sentence about the mistake", () =>
		forAll(
			[
				textOf([
					"status",
					"=",
					"503",
					";",
					"delayMs",
					"callback",
					"code",
					"x",
					" ",
					"60001",
					"__proto__",
				]),
			],
			(written) => {
				const read = readAction(written);
				assert.notEqual(read, "");
				if (typeof read !== "string")
					assert.deepEqual(readAction(writeAction(read)), read);
			},
		));
});

suite("For any pattern of keys", () => {
	test("a key matches if and only if the equivalent regular expression matches", () =>
		forAll(
			[
				textOf(["*", "?", "\\", "a", "/", "😀", "."], 8),
				textOf(["a", "/", "*", "\\", "😀", "?", "."], 10),
			],
			(pattern, key) => {
				const source = pattern.replaceAll(
					/\\(.)|\\$|[*?]|./gsu,
					(one, escaped = one) =>
						one === "*"
							? "[^]*"
							: one === "?"
								? "[^]"
								: `\\u{${escaped.codePointAt(0).toString(16)}}`,
				);
				assert.equal(
					makeGlob(pattern)(key),
					new RegExp(`^${source}$`, "u").test(key),
				);
			},
		));

	test("the pattern of a prefix matches the keys that begin with it, and no others", () =>
		forAll([textOf(["*", "?", "\\", "a", "b"], 5), text(6)], (prefix, rest) => {
			const matches = makeGlob(globOfPrefix(prefix));
			assert.ok(matches(prefix + rest));
			assert.equal(matches(rest), rest.startsWith(prefix));
		}));
});
