import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { parseInPieces } from "../../emulator/admin/json-pieces.ts";
import { dice } from "../storage/stores.ts";

const TOO_DEEP = new Error("too deep");

async function parse(text: string, piece: number) {
	let pauses = 0;
	let longest = 0;
	const value = await parseInPieces(Buffer.from(text), {
		parse: (part) => {
			longest = Math.max(longest, part.length);
			return JSON.parse(part);
		},
		breaks: {
			pause: async () => {
				pauses += 1;
			},
		},
		nestingMax: 10,
		tooDeep: () => TOO_DEEP,
		piece,
	});
	return { value, pauses, longest };
}

type Roll = ReturnType<typeof dice>;

const TEXTS = ['"a"', '"b\\"]"', '"c,\\\\"', '"é{"', '""', '"__a"'];

function randomJson(roll: Roll, depth: number): string {
	const blank = () => [" ", "", "\n", ""][roll(4)];
	const kind = depth === 0 ? roll(2) : roll(6);
	const count = roll(5);
	const many = (one: () => string) =>
		Array.from({ length: count }, one).join(`${blank()},${blank()}`);
	if (kind === 0) return TEXTS[roll(TEXTS.length)] ?? "0";
	if (kind === 1) return ["1", "-2.5e3", "true", "null"][roll(4)] ?? "0";
	if (kind < 4)
		return `[${blank()}${many(() => randomJson(roll, depth - 1))}${blank()}]`;
	const member = () =>
		`${TEXTS[roll(TEXTS.length)]}${blank()}:${blank()}${randomJson(roll, depth - 1)}`;
	return `{${blank()}${many(member)}${blank()}}`;
}

suite("JSON that is parsed in pieces", () => {
	for (const seed of [1, 2, 3])
		test(`has the value that JSON.parse finds, or is invalid too (seed ${seed})`, async () => {
			const roll = dice(seed);
			for (let i = 0; i < 3000; i++) {
				let text = ` ${randomJson(roll, 5)}`;
				const at = roll(text.length);
				if (roll(2))
					text =
						text.slice(0, at) + "[]{},:1 "[roll(8)] + text.slice(at + roll(2));
				let expected: unknown;
				try {
					expected = JSON.parse(text);
				} catch {
					await assert.rejects(parse(text, 1 + roll(20)), SyntaxError, text);
					continue;
				}
				const { value } = await parse(text, 1 + roll(20));
				assert.deepEqual(value, expected, text);
			}
		});

	test("is parsed with breaks, and in pieces of limited length", async () => {
		const object = { key: "k", metadata: { a: "b" }, tags: ["a", "b", "c"] };
		const seed = {
			buckets: [{ name: "a", objects: Array(5000).fill(object) }],
		};
		const { value, pauses, longest } = await parse(JSON.stringify(seed), 1000);

		assert.deepEqual(value, seed);
		assert.ok(pauses > 250);
		assert.ok(longest < 1200);
	});

	test("is refused when it is nested too deep, before it is parsed", async () => {
		const deep = `${"[".repeat(11)}${"]".repeat(11)}`;
		await assert.rejects(parse(deep, 100), TOO_DEEP);
		assert.deepEqual((await parse("[[]]", 100)).value, [[]]);
	});
});
