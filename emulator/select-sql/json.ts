/**
 * Records of JSON: consecutive values with any separators, or one whole document. As in CSV, a byte counts as a
 * character until a record is complete.
 *
 * Pure. Source: docs «SelectObject»; suites of the SDKs for commas between values and for `\/`.
 */
import { OssError } from "../oss/errors.ts";
import { EVERY, type Step } from "./query.ts";
import { NumberText, type Value } from "./values.ts";

export type JsonRecord = { readonly value: Value; readonly start: number };

/** A longer value is refused. */
const VALUE_BYTES_MAX = 64 * 1024 ** 2;

const SEPARATORS = /^[\s,]*$/;

/** @throws OssError InvalidJsonData */
export async function* jsonLines(
	chunks: AsyncIterable<Buffer>,
): AsyncGenerator<JsonRecord> {
	let [text, start] = ["", 0];
	const scan = new Scan();
	for await (const chunk of chunks) {
		text += chunk.toString("latin1");
		for (let end = scan.next(text); end >= 0; end = scan.next(text)) {
			const begin = scan.begin;
			if (!SEPARATORS.test(text.slice(0, begin)))
				throw invalidJson("is no JSON");
			yield { value: parse(text.slice(begin, end)), start: start + begin };
			text = text.slice(end);
			start += end;
			scan.restart();
		}
		if (text.length > VALUE_BYTES_MAX) throw invalidJson("is too long");
	}
	// A number or a text alone is no record.
	if (!SEPARATORS.test(text)) throw invalidJson("is no JSON");
}

/** @throws OssError InvalidJsonData */
export async function jsonDocument(
	chunks: AsyncIterable<Buffer>,
): Promise<Value> {
	const all: Buffer[] = [];
	let size = 0;
	for await (const chunk of chunks) {
		size += chunk.length;
		if (size > VALUE_BYTES_MAX) throw invalidJson("is too long");
		all.push(chunk);
	}
	return parse(Buffer.concat(all, size).toString("latin1"));
}

/** Finds the end of the first object or array of a growing text, looking at each character once. */
class Scan {
	begin = -1;
	#at = 0;
	#depth = 0;
	#inString = false;

	restart(): void {
		this.begin = -1;
		this.#at = 0;
	}

	/** @returns behind the value; -1 while it is not complete */
	next(text: string): number {
		const interesting = /["\\{}[\]]/g;
		interesting.lastIndex = this.#at;
		for (;;) {
			const found = interesting.exec(text);
			if (!found) break;
			// The escaped character may still be missing.
			if (found[0] === "\\" && found.index + 1 === text.length) {
				this.#at = found.index;
				return -1;
			}
			if (found[0] === "\\") interesting.lastIndex = found.index + 2;
			else if (this.#ends(found[0], found.index)) return found.index + 1;
		}
		this.#at = text.length;
		return -1;
	}

	#ends(character: string, index: number): boolean {
		if (character === '"') this.#inString = !this.#inString;
		if (this.#inString || character === '"') return false;
		if (character === "{" || character === "[") {
			if (this.#depth === 0) this.begin = index;
			this.#depth += 1;
			return false;
		}
		this.#depth -= 1;
		if (this.#depth < 0)
			throw invalidJson("closing bracket without an opening one");
		return this.#depth === 0;
	}
}

function parse(latin1: string): Value {
	const text = Buffer.from(latin1, "latin1").toString();
	try {
		const keepDigits: Reviver = (_, value, { source } = {}) =>
			typeof value === "number" && source !== undefined
				? new NumberText(source)
				: value;
		const parsed: Value = JSON.parse(text, keepDigits);
		return parsed;
	} catch {
		throw invalidJson("is no JSON"); // JSON.parse says where, and cites the object
	}
}

type Reviver = (
	key: string,
	value: unknown,
	context?: { readonly source?: string },
) => unknown;

const invalidJson = (what: string): OssError =>
	new OssError("InvalidJsonData", { message: `The JSON data ${what}.` });

/** The values at a path: `[*]` is each element, so there may be any number. */
export function valuesAt(value: Value, steps: readonly Step[]): Value[] {
	const [step, ...rest] = steps;
	if (step === undefined) return value === undefined ? [] : [value];
	if (step === EVERY)
		return Array.isArray(value)
			? value.flatMap((one: Value) => valuesAt(one, rest))
			: [];
	return valuesAt(child(value, step), rest);
}

function child(value: Value, step: string | number): Value {
	if (Array.isArray(value))
		return typeof step === "number" ? value[step] : undefined;
	return isMap(value) && Object.hasOwn(value, step) ? value[step] : undefined;
}

export const isMap = (
	value: Value,
): value is { readonly [key: string]: Value } =>
	typeof value === "object" &&
	value !== null &&
	!Array.isArray(value) &&
	!(value instanceof NumberText);

/** As OSS writes it: without blanks, every slash escaped. */
export function jsonText(value: Value): string {
	return write(value).replaceAll("/", "\\/");
}

function write(value: Value): string {
	if (value === undefined) return "null";
	if (value instanceof NumberText) return value.source;
	if (Array.isArray(value)) return `[${value.map(write).join(",")}]`;
	if (!isMap(value)) return JSON.stringify(value);
	const members = Object.entries(value).map(
		([key, one]) => `${JSON.stringify(key)}:${write(one)}`,
	);
	return `{${members.join(",")}}`;
}
