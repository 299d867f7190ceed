/**
 * The order of keys in OSS: by UTF-8 bytes, not by JavaScript's UTF-16 units.
 *
 * Pure.
 */

const LAST = 0x10ffff;

/**
 * The first text, in byte order, after every text that begins with `prefix`.
 *
 * @returns '' when there is no such text
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

/** The later of two texts. */
export const laterOf = (a: string, b: string): string =>
	Buffer.compare(Buffer.from(a), Buffer.from(b)) < 0 ? b : a;
