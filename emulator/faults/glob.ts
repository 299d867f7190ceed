/**
 * Patterns of keys: `*` is any text, `/` included, `?` one character, `\` takes the next character as it is.
 *
 * Pure.
 */

type Step = string | typeof ANY | typeof ONE;

const ANY = Symbol("*");
const ONE = Symbol("?");

/**
 * Takes time proportional to the length of the pattern times that of the key; a regular expression could take
 * exponential time.
 */
export function makeGlob(pattern: string): (key: string) => boolean {
	const steps = readSteps(pattern);
	return (key) => matches(steps, [...key]);
}

/** The pattern of keys that begin with `prefix`. */
export const globOfPrefix = (prefix: string): string =>
	`${prefix.replaceAll(/[*?\\]/g, "\\$&")}*`;

function readSteps(pattern: string): Step[] {
	const steps: Step[] = [];
	let isEscaped = false;
	for (const character of pattern) {
		if (!isEscaped && character === "\\") {
			isEscaped = true;
			continue;
		}
		if (isEscaped) steps.push(character);
		else
			steps.push(character === "*" ? ANY : character === "?" ? ONE : character);
		isEscaped = false;
	}
	return isEscaped ? [...steps, "\\"] : steps;
}

/** Each `*` matches as little as possible; if the rest does not match, the last `*` takes one more character. */
function matches(steps: readonly Step[], key: readonly string[]): boolean {
	let step = 0;
	let at = 0;
	let star = -1;
	let starAt = 0;
	while (at < key.length) {
		const wanted = steps[step];
		if (wanted === ANY) {
			star = step++;
			starAt = at;
		} else if (wanted === ONE || wanted === key[at]) {
			step++;
			at++;
		} else if (star >= 0) {
			step = star + 1;
			at = ++starAt;
		} else return false;
	}
	return steps.slice(step).every((rest) => rest === ANY);
}
