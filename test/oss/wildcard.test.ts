import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { matchesPattern, readPattern } from "../../emulator/oss/wildcard.ts";

/** A simple algorithm with exponential worst case, as the reference for short texts. */
function matchesSlowly(pattern: string, text: string): boolean {
	const [first = "", ...rest] = pattern;
	if (pattern === "") return text === "";
	if (first === "*")
		return (
			matchesSlowly(rest.join(""), text) ||
			(text !== "" && matchesSlowly(pattern, text.slice(1)))
		);
	if (text === "" || (first !== "?" && first !== text[0])) return false;
	return matchesSlowly(rest.join(""), text.slice(1));
}

/** @returns all texts of these characters up to this length */
function allOf(characters: string, length: number): string[] {
	let all = [""];
	let last = [""];
	for (let i = 0; i < length; i++) {
		last = last.flatMap((text) => [...characters].map((one) => text + one));
		all = [...all, ...last];
	}
	return all;
}

suite("A pattern with wildcards", () => {
	test("matches like the simple algorithm, for all short patterns and texts", () => {
		const texts = allOf("ab", 5);
		for (const pattern of allOf("ab*?", 5))
			for (const text of texts)
				assert.equal(
					matchesPattern(readPattern(pattern), text),
					matchesSlowly(pattern, text),
					`${pattern} ${text}`,
				);
	});

	test("can have parts of more than 32 characters", () => {
		for (const length of [31, 32, 33, 64, 65, 100]) {
			const part = `${"a".repeat(length - 2)}?b`;
			const text = `${"a".repeat(length + 50)}b`;
			for (const pattern of [`*${part}*`, `x*${part}*`, `*${part}c*`])
				assert.equal(
					matchesPattern(readPattern(pattern), `xa${text}x`),
					!pattern.includes("c"),
					pattern,
				);
		}
	});

	test("is compared character by character, not by UTF-16 code units", () => {
		for (const [pattern, text, expected] of [
			["*?", "😀", true],
			["*??", "😀", false],
			["*😀*", "a😀b", true],
			["a?b*", "a😀b", true],
		] as const)
			assert.equal(matchesPattern(readPattern(pattern), text), expected);
	});
});
