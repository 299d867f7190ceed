/**
 * The wildcards of policies: `*` is any number of characters, `/` and none included, `?` exactly one.
 *
 * No regular expression is made of a pattern, so that none can be made that takes for ever: the time is at most
 * the product of both lengths.
 *
 * Pure. Source: docs «Policy elements»; that `*` goes over `/` follows from `acs:oss:*:*:*`.
 */

/** The whole of `text`; case counts. */
export function matches(pattern: string, text: string): boolean {
	let [p, t] = [0, 0];
	// Where to go on when what follows the latest star does not fit: the star then takes one character more.
	let [afterStar, taken] = [-1, 0];
	while (t < text.length) {
		if (pattern[p] === "*") {
			[afterStar, taken] = [++p, t];
		} else if (pattern[p] === "?") {
			p++;
			t += widthAt(text, t);
		} else if (pattern[p] === text[t]) {
			p++;
			t++;
		} else if (afterStar >= 0) {
			taken++;
			[p, t] = [afterStar, taken];
		} else {
			return false;
		}
	}
	while (pattern[p] === "*") p++;
	return p === pattern.length;
}

/** A character is one of Unicode, not half a pair of UTF-16. */
const widthAt = (text: string, at: number): number =>
	(text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
