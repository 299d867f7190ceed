/**
 * The messages of OSS's JSON parser for a text that is not JSON.
 *
 * Pure, linear and without recursion. Source: docs «PostObject errors», which show «unknown char e» and «, or ]
 * expected»; the messages for other errors are modelled on these two.
 */

type Expected = "value" | "value or ]" | "key" | "key or }" | "colon" | "comma";

const BLANKS = /[ \t\n\r]*/y;
const SCALAR =
	/(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)/y;

/** @returns "" for a text that ends too early, and for JSON */
export function describeJsonError(text: string): string {
	const open: ("[" | "{")[] = [];
	let expected: Expected = "value";
	for (let at = skip(text, 0); at < text.length; at = skip(text, at)) {
		const character = text.charAt(at);
		const closes = open.at(-1) === "[" ? "]" : "}";
		if (expected === "comma") {
			if (open.length === 0) return unknown(character);
			if (character === ",") expected = closes === "]" ? "value" : "key";
			else if (character === closes) open.pop();
			else return `, or ${closes} expected`;
			at += 1;
		} else if (expected === "colon") {
			if (character !== ":") return ": expected";
			expected = "value";
			at += 1;
		} else if (character === closes && expected.endsWith(closes)) {
			open.pop();
			expected = "comma";
			at += 1;
		} else if (expected.startsWith("value") && isOpening(character)) {
			open.push(character);
			expected = character === "[" ? "value or ]" : "key or }";
			at += 1;
		} else {
			const end: number = expected.startsWith("key")
				? endOfString(text, at)
				: Math.max(endOfString(text, at), endOf(SCALAR, text, at));
			if (end === at) return unknown(character);
			expected = expected.startsWith("key") ? "colon" : "comma";
			at = end;
		}
	}
	return "";
}

const unknown = (character: string): string => `unknown char ${character}`;

const isOpening = (character: string): character is "[" | "{" =>
	character === "[" || character === "{";

const skip = (text: string, at: number): number => endOf(BLANKS, text, at);

/** @returns `at` itself when `pattern` does not match there */
function endOf(pattern: RegExp, text: string, at: number): number {
	pattern.lastIndex = at;
	return pattern.test(text) ? pattern.lastIndex : at;
}

/** Finds the end of a string, whose content is not checked. @returns `at` itself when no string begins there */
function endOfString(text: string, at: number): number {
	if (text.charAt(at) !== '"') return at;
	for (let next = at + 1; next < text.length; next++) {
		if (text.charAt(next) === "\\") next += 1;
		else if (text.charAt(next) === '"') return next + 1;
	}
	return text.length;
}
