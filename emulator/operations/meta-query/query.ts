/**
 * The condition of a query: JSON of nested conditions, read into a predicate over objects.
 *
 * Pure. Source: docs «DoMetaQuery», elements of Query; «Appendix: Supported fields and operators». Comparing strings by
 * their UTF-8 bytes for gt and lt is a guess (A-938).
 */
import { invalidArgument, type OssError } from "../../oss/errors.ts";
import { isJsonObject } from "../../oss/json-object.ts";
import type { StoredObject } from "../../storage/types.ts";
import { type FieldValue, findField } from "./fields.ts";

export type Predicate = (object: StoredObject) => boolean;

/** Limits of the emulator; no page states any. */
const DEPTH_MAX = 20;
const CONDITIONS_MAX = 100;
const VALUE_CHARACTERS_MAX = 4096;

/** @param json of the element Query; undefined or '' matches everything. @throws OssError InvalidArgument */
export function readQuery(json: string | undefined): Predicate {
	if (json === undefined || json.trim() === "") return () => true;
	let query: unknown;
	try {
		query = JSON.parse(withDoubleQuotes(json));
	} catch {
		throw invalidQuery(json, "The query is not valid JSON.");
	}
	return new QueryReader().read(query, 1);
}

/**
 * OSS accepts strings in single quotes too.
 *
 * Source: php2's suite, whose query is `{'Field': 'Size','Value': '1048576','Operation': 'gt'}`.
 */
const withDoubleQuotes = (json: string): string =>
	json.replace(
		/"(?:[^"\\]|\\.)*"|'((?:[^'\\]|\\.)*)'/gs,
		(string: string, content: string | undefined) =>
			content === undefined
				? string
				: `"${content.replace(/\\'|"|\\./gs, requote)}"`,
	);

/** Within double quotes `"` must be escaped, and `\'` is not an escape. */
const requote = (part: string): string =>
	({ "\\'": "'", '"': '\\"' })[part] ?? part;

const invalidQuery = (value: unknown, message: string): OssError =>
	invalidArgument("Query", String(value).slice(0, 200), message);

class QueryReader {
	#conditions = 0;

	read(node: unknown, depth: number): Predicate {
		this.#conditions += 1;
		if (depth > DEPTH_MAX || this.#conditions > CONDITIONS_MAX)
			throw invalidQuery("", "The query has too many conditions.");
		if (!isJsonObject(node))
			throw invalidQuery(node, "A condition must be a JSON object.");
		const operation = String(node.Operation ?? "").toLowerCase();
		const { SubQueries: parts } = node;
		if (!LOGICAL.has(operation)) return readComparison(node, operation);
		if (!Array.isArray(parts) || parts.length === 0)
			throw invalidQuery(
				operation,
				"A condition of and, or and not must have SubQueries.",
			);
		const read = parts.map((part) => this.read(part, depth + 1));
		return (object) => LOGICAL.get(operation)?.(read, object) ?? false;
	}
}

const LOGICAL: ReadonlyMap<
	string,
	(parts: readonly Predicate[], object: StoredObject) => boolean
> = new Map([
	["and", (parts, object) => parts.every((part) => part(object))],
	["or", (parts, object) => parts.some((part) => part(object))],
	["not", (parts, object) => !parts.some((part) => part(object))],
]);

type Comparison = (
	actual: string | number,
	expected: string | number,
) => boolean;

export const compareValues = (
	a: string | number,
	b: string | number,
): number =>
	typeof a === "number" && typeof b === "number"
		? a - b
		: Buffer.compare(Buffer.from(String(a)), Buffer.from(String(b)));

const COMPARISONS: ReadonlyMap<string, Comparison> = new Map([
	["eq", (actual, expected) => actual === expected],
	["gt", (actual, expected) => compareValues(actual, expected) > 0],
	["gte", (actual, expected) => compareValues(actual, expected) >= 0],
	["lt", (actual, expected) => compareValues(actual, expected) < 0],
	["lte", (actual, expected) => compareValues(actual, expected) <= 0],
	["prefix", (actual, expected) => String(actual).startsWith(String(expected))],
	["match", (actual, expected) => String(actual).includes(String(expected))],
]);

const OF_TEXTS = new Set(["prefix", "match"]);

function readComparison(
	{ Field: name, Value: value }: Readonly<Record<string, unknown>>,
	operation: string,
): Predicate {
	const compare = COMPARISONS.get(operation);
	if (!compare)
		throw invalidQuery(operation, "The operation is not supported.");
	const field = typeof name === "string" ? findField(name) : undefined;
	if (!field) throw invalidQuery(name, "The field is not supported.");
	if (OF_TEXTS.has(operation) && field.kind !== "text")
		throw invalidQuery(name, `The field does not support ${operation}.`);
	const expected = readValue(field.kind, value);
	return (object) => {
		const actual: FieldValue = field.read(object);
		return actual !== undefined && compare(actual, expected);
	};
}

/** Numbers may be written with or without quotes. */
function readValue(
	kind: "number" | "text" | "time",
	value: unknown,
): string | number {
	if (typeof value !== "string" && typeof value !== "number")
		throw invalidQuery(value, "A value must be a string or a number.");
	const text = String(value);
	if (text.length > VALUE_CHARACTERS_MAX)
		throw invalidQuery("", "The value is too long.");
	if (kind === "text") return text;
	const read = kind === "number" ? readNumber(value) : readMoment(text);
	if (Number.isNaN(read))
		throw invalidQuery(text, `The value must be a ${kind}.`);
	return read;
}

/** In a text, digits only: no exponent, hexadecimal prefix or blank. */
const readNumber = (value: string | number): number =>
	typeof value === "number" || /^-?\d+(\.\d+)?$/.test(value)
		? Number(value)
		: Number.NaN;

/** `Date` reads three digits of a second's fraction; OSS writes nine. */
const readMoment = (text: string): number =>
	Date.parse(text.replace(/(\.\d{3})\d+/, "$1"));
