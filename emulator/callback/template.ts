/**
 * The template of a callback body: constants with variables, `${name}`, between them. All text between the braces is
 * the name (A-203); a dollar sign cannot be escaped.
 *
 * A template is split once, in one pass over its text. The number of variables is limited; OSS documents no limit
 * (A-885).
 *
 * Pure. Source: docs «Callback», «Upload callback errors and troubleshooting»; EC 0007-00000105.
 */
import { refuse } from "./callback-errors.ts";
import type { Template } from "./model.ts";

/** A header or query of 5 KB of base64 has room for fewer than 1,000 variables. */
export const TEMPLATE_VARIABLES_MAX = 10_000;

/** @throws OssError InvalidArgument, EC 0007-00000105 for its syntax, 0007-00000010 for its size */
export function readTemplate(text: string): Template {
	const constants: string[] = [];
	const names: string[] = [];
	let begin = 0;
	for (;;) {
		const dollar = text.indexOf("$", begin);
		if (dollar < 0) break;
		if (text[dollar + 1] !== "{") throw malformed("leftBrace", text);
		const brace = text.indexOf("}", dollar);
		if (brace < 0) throw malformed(causeOfEnd(text, dollar), text);
		constants.push(text.slice(begin, dollar));
		names.push(text.slice(dollar + 2, brace));
		begin = brace + 1;
	}
	constants.push(text.slice(begin));
	if (names.length > TEMPLATE_VARIABLES_MAX)
		throw refuse("body", "callbackBody", text);
	return { text, constants, names };
}

const malformed = (cause: "leftBrace" | "rightBrace", text: string) =>
	refuse(cause, "ReplaceKeyPrefix", text);

/** A dollar sign without a brace is reported before a missing brace, whichever comes first. */
const causeOfEnd = (text: string, from: number): "leftBrace" | "rightBrace" =>
	/\$(?!\{)/.test(text.slice(from)) ? "leftBrace" : "rightBrace";

/** The names of variables that the template puts between quotation marks. */
export function quotedIn({ constants, names }: Template): string[] {
	const quoted = new Set<string>();
	let inText = false;
	for (const [at, name] of names.entries()) {
		for (const [token] of (constants[at] ?? "").matchAll(/\\.|"/gs))
			if (token === '"') inText = !inText;
		if (inText) quoted.add(name);
	}
	return [...quoted];
}

/**
 * Values are inserted unchanged: a `${` in a value is not a variable.
 *
 * @returns undefined when the text would have more than `charactersMax`
 */
export function fill(
	{ constants, names }: Template,
	write: (name: string) => string,
	charactersMax: number,
): string | undefined {
	const written = new Map<string, string>();
	const pieces: string[] = [];
	let characters = 0;
	for (const [at, constant] of constants.entries()) {
		const name = names[at];
		const value = name === undefined ? "" : (written.get(name) ?? write(name));
		if (name !== undefined) written.set(name, value);
		characters += constant.length + value.length;
		if (characters > charactersMax) return undefined;
		pieces.push(constant, value);
	}
	return pieces.join("");
}
