/**
 * The wildcards of policies and referers: `*` matches any number of characters, including `/`; `?` matches exactly one.
 *
 * Pure. Source: docs «Policy elements»; that `*` matches `/` follows from `acs:oss:*:*:*`. A character is a code point
 * of Unicode, not a UTF-16 unit.
 */
import { matchesPattern, readPattern } from "../../oss/wildcard.ts";

/**
 * The maximum length of a Referer in browsers. Only the beginning of a longer text is compared, so that a
 * policy of 16 KB and a header of 60 KB cannot delay other requests.
 */
const TEXT_CHARACTERS_MAX = 4096;

/** Matches the whole of `text`; case-sensitive. */
export function matches(pattern: string, text: string): boolean {
	if (pattern === text || pattern === "*") return true;
	if (!/[*?]/.test(pattern)) return false;
	return matchesPattern(
		readPattern(pattern),
		text.slice(0, TEXT_CHARACTERS_MAX),
	);
}
