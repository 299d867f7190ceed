/**
 * Values of fields and JSON in expressions: their conversion and comparison.
 *
 * A text that is compared with a number is converted to a number; a text that is not a number compares to nothing.
 * JSON numbers keep their original digits.
 *
 * Pure.
 */
import { ANY, type Pattern } from "../oss/wildcard.ts";
import { type CastType, invalidSql } from "./query.ts";

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

/** @returns below 0, 0 or above 0; undefined if the two cannot be compared */
export function compare(a: Value, b: Value): number | undefined {
	const isNumeric = isNumber(a) || isNumber(b);
	const left = isNumeric ? toNumber(a) : toText(a);
	const right = isNumeric ? toNumber(b) : toText(b);
	if (left === undefined || right === undefined) return undefined;
	return left < right ? -1 : left > right ? 1 : 0;
}

const isNumber = (value: Value): boolean =>
	typeof value === "number" || value instanceof NumberText;

/** A value that cannot be cast becomes null. */
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
 * Compiles the pattern of LIKE: `%` matches any text, `_` one character; `mark` makes the next character literal.
 *
 * @throws OssError InvalidSqlParameter for a part with `_` that exceeds the emulator's limit
 */
export function readLike(pattern: string, mark: string): Pattern {
	const parts: number[][] = [[]];
	let isEscaped = false;
	for (const character of pattern) {
		if (!isEscaped && character === "%") parts.push([]);
		else if (isEscaped || character !== mark)
			parts
				.at(-1)
				?.push(
					!isEscaped && character === "_"
						? ANY
						: (character.codePointAt(0) ?? 0),
				);
		isEscaped = !isEscaped && character === mark;
	}
	if (parts.some((part) => part.length > ANY_PART_MAX && part.includes(ANY)))
		throw invalidSql("A pattern of LIKE is too long.");
	return parts;
}

const ANY_PART_MAX = 256;
