/**
 * The template of a callback body: text with `${name}` in it. A name is what stands between the braces, whatever that
 * is (A-203); a dollar sign of its own cannot be written.
 *
 * Pure. Source: docs «Callback», «Upload callback errors and troubleshooting»; EC 0007-00000105.
 */
import { refuse } from "./causes.ts";

const VARIABLE = /\$\{([^}]*)\}/g;

/** @throws OssError InvalidArgument, EC 0007-00000105 */
export function requireTemplate(template: string): void {
	// A blank, lest what stood on both sides of a variable become one.
	const constants = template.replaceAll(VARIABLE, " ");
	if (!constants.includes("$")) return;
	const cause = /\$(?!\{)/.test(constants) ? "leftBrace" : "rightBrace";
	throw refuse(cause, "ReplaceKeyPrefix", template);
}

export function variablesIn(template: string): string[] {
	return Array.from(template.matchAll(VARIABLE), ([, name = ""]) => name);
}

/** The names of variables that stand between quotes of the template's own. */
export function quotedIn(template: string): string[] {
	const quoted = new Set<string>();
	let inText = false;
	for (const [token, name] of template.matchAll(/\\.|"|\$\{([^}]*)\}/gs)) {
		if (token === '"') inText = !inText;
		else if (inText && name !== undefined) quoted.add(name);
	}
	return [...quoted];
}

/**
 * Values are put in as they are: a `${` in one is not a variable.
 *
 * @returns undefined when that would be more than `charactersMax`
 */
export function fill(
	template: string,
	write: (name: string) => string,
	charactersMax: number,
): string | undefined {
	const written = new Map<string, string>();
	const pieces: string[] = [];
	let characters = 0;
	// Constants and names by turns.
	for (const [at, text] of template.split(VARIABLE).entries()) {
		const piece = at % 2 === 0 ? text : (written.get(text) ?? write(text));
		if (at % 2 === 1) written.set(text, piece);
		characters += piece.length;
		if (characters > charactersMax) return undefined;
		pieces.push(piece);
	}
	return pieces.join("");
}
