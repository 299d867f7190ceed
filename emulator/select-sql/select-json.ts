/**
 * A statement over a JSON object: the path behind `ossobject` selects the records of each value, or of the one
 * document.
 *
 * Pure. Source: docs «SelectObject»; suites of the SDKs for names, and for keys that are not there.
 */
import { evaluate, type Lookup } from "./evaluate.ts";
import {
	isMap,
	type JsonRecord,
	jsonDocument,
	jsonLines,
	jsonText,
	valuesAt,
} from "./json.ts";
import { EVERY, type Query } from "./query.ts";
import { placeIn, type Range, type Row, requireReached, run } from "./run.ts";
import type { Value } from "./values.ts";

export type JsonSelection = {
	readonly query: Query;
	readonly isDocument: boolean;
	readonly range: Range | undefined;
	readonly recordDelimiter: string;
};

/** @throws OssError InvalidJsonData */
export function selectJson(
	chunks: AsyncIterable<Buffer>,
	selection: JsonSelection,
): AsyncGenerator<string> {
	return run(selection.query, jsonRows(chunks, selection), (values) =>
		jsonRecord(values, selection),
	);
}

async function* jsonRows(
	chunks: AsyncIterable<Buffer>,
	selection: JsonSelection,
): AsyncGenerator<Row | string> {
	const { query, range, isDocument } = selection;
	let line = 0;
	const records = isDocument ? document(chunks) : jsonLines(chunks);
	for await (const { value, start } of records) {
		const place = placeIn(range, line++, start);
		if (place > 0) return;
		if (place < 0) continue;
		yield "";
		for (const one of valuesAt(value, query.from)) yield toRow(one, selection);
	}
	requireReached(range, line - 1);
}

async function* document(
	chunks: AsyncIterable<Buffer>,
): AsyncGenerator<JsonRecord> {
	yield { value: await jsonDocument(chunks), start: 0 };
}

function toRow(value: Value, selection: JsonSelection): Row {
	const { query, recordDelimiter } = selection;
	const at: Lookup = (steps) => {
		const found = valuesAt(value, steps);
		return steps.includes(EVERY) ? found : found[0];
	};
	return {
		at,
		text: () => {
			if (query.columns.length > 0)
				return jsonRecord(
					query.columns.map((one) => evaluate(one.expression, at)),
					selection,
				);
			return jsonText(isMap(value) ? value : { _1: value }) + recordDelimiter;
		},
	};
}

/** Absent values are left out. */
function jsonRecord(
	values: readonly Value[],
	{ query, recordDelimiter }: JsonSelection,
): string {
	const members = values.flatMap((value, i): [string, Value][] =>
		value === undefined ? [] : [[query.columns[i]?.name ?? `_${i + 1}`, value]],
	);
	return jsonText(Object.fromEntries(members)) + recordDelimiter;
}
