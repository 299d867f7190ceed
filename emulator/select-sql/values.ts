/**
 * What a field or a JSON value is worth in an expression.
 *
 * A text beside a number counts as the number it spells; one that spells none compares to nothing. Numbers of JSON keep
 * the digits they were written with.
 *
 * Pure.
 */
import type { CastType } from "./query.ts";

export class NumberText {
	readonly source: string;

	constructor(source: string) {
		this.source = source;
	}
}

export type Value =
	| undefined
	| null
	| boolean
	| number
	| string
	| NumberText
	| readonly Value[]
	| { readonly [key: string]: Value };

export function toNumber(value: Value): number | undefined {
	if (typeof value === "number") return value;
	const text = value instanceof NumberText ? value.source : value;
	if (typeof text !== "string" || text.trim() === "") return undefined;
	const number = Number(text);
	return Number.isFinite(number) ? number : undefined;
}

export function toText(value: Value): string | undefined {
	if (value instanceof NumberText) return value.source;
	return typeof value === "string" ||
		typeof value === "number" ||
		typeof value === "boolean"
		? String(value)
		: undefined;
}

/** Below 0, 0, above 0; undefined where the two do not compare. */
export function compare(a: Value, b: Value): number | undefined {
	const isNumeric = [a, b].some(
		(one) => typeof one === "number" || one instanceof NumberText,
	);
	const [left, right] = isNumeric
		? [toNumber(a), toNumber(b)]
		: [toText(a), toText(b)];
	if (left === undefined || right === undefined) return undefined;
	return left < right ? -1 : left > right ? 1 : 0;
}

/** What cannot be cast is null. */
export function cast(value: Value, type: CastType): Value {
	if (type === "string") return toText(value) ?? null;
	if (type === "bool") return toBoolean(value);
	const number = toNumber(value);
	if (number === undefined) return null;
	return type === "int" ? Math.trunc(number) : number;
}

function toBoolean(value: Value): boolean | null {
	const text = toText(value)?.toLowerCase();
	return text === "true" ? true : text === "false" ? false : null;
}

/**
 * `%` is any text, `_` one character; behind `mark` each is itself.
 *
 * Two pointers and one place to return to, as no pattern can make a backtracking expression take for ever.
 */
export function isLike(text: string, pattern: string, mark: string): boolean {
	const [characters, parts] = [[...text], partsOf(pattern, mark)];
	let [at, part, star, resume] = [0, 0, -1, 0];
	while (at < characters.length) {
		const wanted = parts[part];
		if (wanted === MANY) [star, part, resume] = [part, part + 1, at];
		else if (wanted === ONE || wanted === characters[at]) {
			at += 1;
			part += 1;
		} else if (star >= 0) {
			resume += 1;
			[at, part] = [resume, star + 1];
		} else return false;
	}
	return parts.slice(part).every((one) => one === MANY);
}

const MANY = Symbol("%");
const ONE = Symbol("_");

function partsOf(pattern: string, mark: string): readonly (string | symbol)[] {
	const parts: (string | symbol)[] = [];
	let isEscaped = false;
	for (const character of pattern) {
		if (isEscaped || character !== mark)
			parts.push(isEscaped ? character : partOf(character));
		isEscaped = !isEscaped && character === mark;
	}
	return parts;
}

const partOf = (character: string): string | symbol =>
	character === "%" ? MANY : character === "_" ? ONE : character;
