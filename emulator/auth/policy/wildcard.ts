/**
 * The wildcards of policies and referers: `*` matches any characters, including `/` and none at all, `?` exactly one.
 *
 * Pure. Source: docs «Policy elements»; that `*` matches `/` follows from `acs:oss:*:*:*`. A character is one of
 * Unicode, not half a pair of UTF-16.
 */
import { matchesPattern, readPattern } from "../../oss/wildcard.ts";

/**
 * The longest Referer that browsers send. Only the beginning of a longer text is compared, so that the patterns
 * of a policy of 16 KB and a header of 60 KB cannot keep other requests waiting.
 */
const TEXT_CHARACTERS_MAX = 4096;

/** The whole of `text`; case counts. */
export function matches(pattern: string, text: string): boolean {
	if (pattern === text || pattern === "*") return true;
	if (!/[*?]/.test(pattern)) return false;
	return matchesPattern(
		readPattern(pattern),
		text.slice(0, TEXT_CHARACTERS_MAX),
	);
}
