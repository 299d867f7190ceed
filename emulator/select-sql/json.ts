/**
 * Reads records of JSON: consecutive values with any separators, or one whole document; finds the values at a path;
 * writes values as OSS does.
 *
 * Pure. Source: docs «SelectObject»; suites of the SDKs for commas between values and for `\/`.
 */
import type { ByteBudget } from "../oss/byte-budget.ts";
import { OssError } from "../oss/errors.ts";
import {
	invalidJson,
	type JsonItem,
	JsonReader,
	type JsonReading,
} from "./json-reader.ts";
import { EVERY, invalidSql, type Step } from "./query.ts";
import { NumberText, type Value } from "./values.ts";

/** Memory is reserved in steps of this many bytes. */
const STEP_BYTES = 1024 ** 2;

/**
 * @param memory shared with other requests. A row that exceeds all of it is refused, and so is a row for
 *   which the other requests leave too little memory
 * @returns rows, and the beginnings of records; undefined after each chunk
 * @throws OssError InvalidJsonData, QpsLimitExceeded
 */
export async function* jsonItems(
	chunks: AsyncIterable<Buffer>,
	reading: JsonReading,
	memory: ByteBudget,
): AsyncGenerator<JsonItem | undefined> {
	const reader = new JsonReader(reading);
	let reserved = 0;
	try {
		for await (const chunk of chunks) {
			yield* reader.read(chunk.toString("latin1"));
			const bytes = Math.ceil(reader.rowBytes / STEP_BYTES) * STEP_BYTES;
			if (bytes > memory.bytesMax)
				throw invalidJson("has a row that is too large");
			if (bytes > reserved && !memory.take(bytes - reserved))
				throw new OssError("QpsLimitExceeded");
			if (bytes < reserved) memory.give(reserved - bytes);
			reserved = bytes;
			yield undefined;
		}
		yield* reader.end();
	} finally {
		memory.give(reserved);
	}
}

/** The maximum number of values that a path may pass in one row: a limit of the emulator. */
const PASSED_MAX = 100_000;

/**
 * Finds the values at a path: `[*]` matches each element, so there may be any number of them.
 */
export class Finder {
	#passed = 0;

	/** @throws OssError InvalidSqlParameter if one finder passes too many values */
	valuesAt(value: Value, steps: readonly Step[]): Value[] {
		let values: Value[] = value === undefined ? [] : [value];
		for (const step of steps) {
			const next: Value[] = [];
			for (const item of values) this.#follow(item, step, next);
			values = next;
		}
		return values;
	}

	#follow(value: Value, step: Step, into: Value[]): void {
		const isMany = step === EVERY && Array.isArray(value);
		this.#passed += isMany ? value.length : 1;
		if (this.#passed > PASSED_MAX)
			throw invalidSql("The paths find too many values in one row.");
		if (step !== EVERY) {
			const found = child(value, step);
			if (found !== undefined) into.push(found);
		} else if (isMany) for (const element of value) into.push(element);
	}
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

/** The size of a piece of a large value. */
const PIECE_CHARACTERS = 64 * 1024;

/**
 * Writes a value as OSS does: without blanks, every slash escaped. Large values are written in pieces, with breaks.
 */
export function* jsonTexts(value: Value): Generator<string> {
	let piece = "";
	for (const text of tokensOf(value)) {
		piece += text;
		if (piece.length < PIECE_CHARACTERS) continue;
		yield piece.replaceAll("/", "\\/");
		piece = "";
	}
	yield piece.replaceAll("/", "\\/");
}

type Open = {
	readonly keys: readonly string[] | undefined;
	readonly values: readonly Value[];
	readonly count: number;
	at: number;
};

/** Without recursion: a value may be nested as deep as the reader allows. */
function* tokensOf(value: Value): Generator<string> {
	const open: Open[] = [];
	let next: Value = value;
	for (;;) {
		if (Array.isArray(next)) {
			open.push({ keys: undefined, values: next, count: next.length, at: 0 });
			yield "[";
		} else if (isMap(next)) {
			const keys = Object.keys(next);
			const values = Object.values(next);
			open.push({ keys, values, count: keys.length, at: 0 });
			yield "{";
		} else yield scalarText(next);
		let top = open.at(-1);
		for (; top && top.at === top.count; top = open.at(-1)) {
			yield top.keys ? "}" : "]";
			open.pop();
		}
		if (!top) return;
		next = top.values[top.at];
		if (top.at > 0) yield ",";
		if (top.keys) yield `${JSON.stringify(top.keys[top.at])}:`;
		top.at += 1;
	}
}

function scalarText(value: Value): string {
	if (value instanceof NumberText) return value.source;
	return value === undefined ? "null" : JSON.stringify(value);
}
