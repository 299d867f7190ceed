import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { afterPrefix, laterOf } from "../../emulator/oss/utf8.ts";
import { dice } from "../storage/stores.ts";

const compare = (a: string, b: string): number =>
	Buffer.compare(Buffer.from(a), Buffer.from(b));

suite("The first text after all texts with a prefix", () => {
	for (const [prefix, expected] of [
		["a", "b"],
		["a/", "a0"],
		["a\0", "a\u0001"],
		["\u007f", "\u0080"],
		["\u07ff", "\u0800"],
		["\ud7ff", "\ue000"],
		["\uffff", "\u{10000}"],
		["\u{1F600}", "\u{1F601}"],
		["a\u{10ffff}", "b"],
		["a\u{10ffff}\u{10ffff}", "b"],
		["\u{10ffff}", ""],
		["", ""],
	] as const) {
		test(`of ${JSON.stringify(prefix)} is ${JSON.stringify(expected)}`, () => {
			assert.equal(afterPrefix(prefix), expected);
		});
	}

	test("follows every text with the prefix, and precedes every other text that does", () => {
		const roll = dice(11);
		const characters = ["a", "b", "\0", "\ud7ff", "\ue000", "\uffff"];
		const all = [...characters, "\u{10000}", "\u{10ffff}", "é"];
		const text = (): string =>
			Array.from({ length: roll(4) }, () => all[roll(all.length)]).join("");
		for (let i = 0; i < 5000; i++) {
			const [prefix, other] = [text(), text()];
			const after = afterPrefix(prefix);
			if (after === "") continue;
			const isBehind = compare(other, prefix) > 0 && !other.startsWith(prefix);
			assert.equal(
				compare(other, after) >= 0,
				isBehind,
				JSON.stringify([prefix, other, after]),
			);
		}
	});
});

suite("The later of two texts", () => {
	for (const [first, second] of [
		["a", "b"],
		["", "a"],
		["a", "a\0"],
		["\uffff", "\u{10000}"], // in UTF-16 the order is reversed
	] as const) {
		test(`${JSON.stringify(first)} < ${JSON.stringify(second)}`, () => {
			assert.equal(laterOf(first, second), second);
			assert.equal(laterOf(second, first), second);
		});
	}
});
