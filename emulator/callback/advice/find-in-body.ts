/**
 * Findings about a body that is declared as JSON but is not valid JSON: which variable broke it.
 *
 * Pure. Source: docs «Callback», step 1: OSS sends the body as it is.
 */
import { parseJson } from "../../oss/json-object.ts";
import type { Template } from "../model.ts";
import { fill, NUMBERS, quotedIn } from "../template.ts";
import { type Finding, finding } from "./finding.ts";

/** Maximum number of names in a sentence. */
const NAMES_SHOWN = 10;

/**
 * @param body the filled-in body, of type application/json
 * @param write returns the text that replaced a variable
 */
export function findInJsonBody(
	body: Buffer,
	template: Template,
	write: (name: string) => string,
): Finding[] {
	if (parseJson(body) !== undefined) return [];
	return [finding("body-not-json", explain(template, write, body.length))];
}

const SENT_ANYWAY =
	"OSS sends it anyway, and most application servers cannot read it";

function explain(
	template: Template,
	write: (name: string) => string,
	bytes: number,
): string {
	// A number is valid JSON in every position of a variable, even between quotation marks.
	const withNumbers = fill(template, () => "0", bytes + template.text.length);
	const isGood = parseJson(Buffer.from(withNumbers ?? "")) !== undefined;
	if (!isGood)
		return `callbackBody is not JSON for any values of its variables: ${SENT_ANYWAY}; correct the text around the variables.`;
	const names = [...new Set(template.names)];
	const absent = names.filter((name) => write(name) === "");
	if (absent.length > 0)
		return `${list(absent)} has no value, and the body without it is not JSON: ${SENT_ANYWAY}; use --callback-absent null to write null instead, or leave the variable out.`;
	const quoted = quotedIn(template).filter((name) => !NUMBERS.has(name));
	return `${list(quoted.length > 0 ? quoted : names)} broke the JSON of the body: ${SENT_ANYWAY}; OSS adds the quotation marks of text itself; remove yours.`;
}

const list = (names: readonly string[]): string =>
	`${names
		.slice(0, NAMES_SHOWN)
		.map((name) => `\${${name}}`)
		.join(", ")}${names.length > NAMES_SHOWN ? " and others" : ""}`;
