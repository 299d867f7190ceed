/**
 * Keys in the order of OSS: by the bytes of their UTF-8, not by JavaScript's UTF-16 units.
 *
 * Pure.
 */

const LAST = 0x10ffff;

/**
 * The first text, in byte order, after every text that begins with `prefix`.
 *
 * @returns '' when no text comes after
 */
export function afterPrefix(prefix: string): string {
	const points = Array.from(
		prefix,
		(character) => character.codePointAt(0) ?? 0,
	);
	while (points.at(-1) === LAST) points.pop();
	const last = points.pop();
	if (last === undefined) return "";
	// U+D800…U+DFFF are not characters: UTF-8 goes from U+D7FF to U+E000.
	return String.fromCodePoint(...points, last === 0xd7ff ? 0xe000 : last + 1);
}

/** The one of two texts that comes last. */
export const laterOf = (a: string, b: string): string =>
	Buffer.compare(Buffer.from(a), Buffer.from(b)) < 0 ? b : a;
