/**
 * Matches texts against patterns of literal characters, single-character wildcards and runs of any length, without
 * backtracking or regular expressions, so that no pattern is slow.
 *
 * A pattern is split at its runs. The parts are searched one after another, each for its leftmost occurrence, so every
 * character of the text is read once: with the Knuth-Morris-Pratt algorithm for literal parts, and with the
 * bit-parallel Shift-And algorithm, 32 characters of the part at a time, for parts with single-character wildcards.
 *
 * Pure.
 */

/** Stands for any one character within a part. */
export const ANY = -1;

/** Code points, or ANY. */
type Part = readonly number[];

/** The parts between runs: one part is the whole text. */
export type Pattern = readonly Part[];

/** Reads `*` as a run and `?` as one Unicode character, as in policies and referers. */
export function readPattern(text: string): Pattern {
	return text
		.split("*")
		.map((part) =>
			Array.from(part, (character) =>
				character === "?" ? ANY : (character.codePointAt(0) ?? 0),
			),
		);
}

/** Matches the whole of `text`; case-sensitive. */
export function matchesPattern(pattern: Pattern, text: string): boolean {
	if (text !== latest.text) latest = { text, characters: codePoints(text) };
	const { characters } = latest;
	const [first = [], ...rest] = pattern;
	if (!startsWith(characters, first, 0)) return false;
	const last = rest.pop();
	if (!last) return characters.length === first.length;
	const end = characters.length - last.length;
	let at = first.length;
	if (end < at || !startsWith(characters, last, end)) return false;
	for (const part of rest) {
		const found = find(characters, part, at, end);
		if (found < 0) return false;
		at = found + part.length;
	}
	return true;
}

/** Cached, because one text is compared with the many patterns of a policy. */
let latest: {
	readonly text: string;
	readonly characters: ArrayLike<number>;
} = { text: "", characters: [] };

function codePoints(text: string): ArrayLike<number> {
	if (/[\ud800-\udfff]/.test(text))
		return Array.from(text, (character) => character.codePointAt(0) ?? 0);
	const units = new Uint16Array(text.length);
	for (let i = 0; i < text.length; i++) units[i] = text.charCodeAt(i);
	return units;
}

function startsWith(
	characters: ArrayLike<number>,
	part: Part,
	at: number,
): boolean {
	if (at + part.length > characters.length) return false;
	return part.every(
		(expected, i) => expected === ANY || expected === characters[at + i],
	);
}

/** The leftmost position of `part` between `from` and `to`; -1 if it does not occur. */
function find(
	characters: ArrayLike<number>,
	part: Part,
	from: number,
	to: number,
): number {
	if (part.length > to - from) return -1;
	if (part.length === 0) return from;
	return part.includes(ANY)
		? findWithAny(characters, part, from, to)
		: findLiteral(characters, part, from, to);
}

function findLiteral(
	characters: ArrayLike<number>,
	part: Part,
	from: number,
	to: number,
): number {
	const fallback = new Int32Array(part.length);
	for (let i = 1, k = 0; i < part.length; i++) {
		while (k > 0 && part[k] !== part[i]) k = fallback[k - 1] ?? 0;
		if (part[k] === part[i]) k++;
		fallback[i] = k;
	}
	for (let at = from, k = 0; at < to; at++) {
		while (k > 0 && part[k] !== characters[at]) k = fallback[k - 1] ?? 0;
		if (part[k] === characters[at]) k++;
		if (k === part.length) return at - k + 1;
	}
	return -1;
}

/** Bit i of the state says that the text up to here ends with the first i + 1 characters of the part. */
function findWithAny(
	characters: ArrayLike<number>,
	part: Part,
	from: number,
	to: number,
): number {
	const words = Math.ceil(part.length / 32);
	const wildcards = maskOf(part, ANY, words);
	const masks = new Map<number, Uint32Array>();
	const state = new Uint32Array(words);
	const final = 1 << ((part.length - 1) % 32);
	for (let at = from; at < to; at++) {
		const character = characters[at] ?? 0;
		let mask = masks.get(character);
		if (!mask) {
			mask = maskOf(part, character, words);
			for (let w = 0; w < words; w++)
				mask[w] = (mask[w] ?? 0) | (wildcards[w] ?? 0);
			masks.set(character, mask);
		}
		let carry = 1;
		for (let w = 0; w < words; w++) {
			const before = state[w] ?? 0;
			state[w] = ((before << 1) | carry) & (mask[w] ?? 0);
			carry = before >>> 31;
		}
		if (((state[words - 1] ?? 0) & final) !== 0) return at - part.length + 1;
	}
	return -1;
}

function maskOf(part: Part, character: number, words: number): Uint32Array {
	const mask = new Uint32Array(words);
	for (const [i, expected] of part.entries())
		if (expected === character)
			mask[i >>> 5] = (mask[i >>> 5] ?? 0) | (1 << (i % 32));
	return mask;
}
