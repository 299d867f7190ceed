/**
 * Fills in the variables of a callback body.
 *
 * How a value is written follows the body type, never the look of the template, and the result is not validated: OSS
 * has been seen to send, signed, what is no JSON.
 *
 * Pure. Source: docs «Callback», step 1; bodies that OSS sent and signed (test/callback/vectors.ts).
 */
import { percentEncode } from "../oss/encoding.ts";
import { fill, type Template } from "./template.ts";

export const FORM = "application/x-www-form-urlencoded";
export const JSON_TYPE = "application/json";
export type BodyType = typeof FORM | typeof JSON_TYPE;

/** By name, custom ones with `x:`. Numbers are written bare in JSON; a name that is not there has no value. */
export type Values = ReadonlyMap<string, string | number | bigint>;

/**
 * How JSON gets a value that is not there. `mixed`, the default, is what has been seen of OSS: nothing at all for the
 * height and width of what is no image, `null` for the rest.
 */
export type AbsentValues = "mixed" | "null" | "quotes" | "nothing";

/** What is longer is not sent: a form may name a value of 2 MB a hundred thousand times. */
export const BODY_CHARACTERS_MAX = 2 * 1024 * 1024;

/**
 * @returns the body to send; undefined when it would be longer than `BODY_CHARACTERS_MAX`. In a form, a name without a
 *   value becomes empty, known to OSS or not; space is `%20`, `*` is `%2A`, `~` stays. In JSON, other
 *   scripts are written as they are.
 */
export function substitute(
	template: Template,
	values: Values,
	bodyType: BodyType,
	absent: AbsentValues = "mixed",
): string | undefined {
	const write =
		bodyType === JSON_TYPE
			? (name: string) => json(values.get(name), name, absent)
			: (name: string) => percentEncode(String(values.get(name) ?? ""));
	return fill(template, write, BODY_CHARACTERS_MAX);
}

function json(
	value: string | number | bigint | undefined,
	name: string,
	absent: AbsentValues,
): string {
	if (value === undefined) return nothing(name, absent);
	return typeof value === "string" ? JSON.stringify(value) : String(value);
}

const SIZES = new Set(["imageInfo.height", "imageInfo.width"]);

function nothing(name: string, absent: AbsentValues): string {
	if (absent === "quotes") return '""';
	if (absent === "nothing") return "";
	return absent === "mixed" && SIZES.has(name) ? "" : "null";
}
