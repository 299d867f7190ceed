/**
 * Runs a statement on a JSON object: the path after `ossobject` selects the records of each value, or of the single
 * document.
 *
 * Pure. Source: docs «SelectObject»; suites of the SDKs for names, and for missing keys.
 */
import type { ByteBudget } from "../oss/byte-budget.ts";
import { evaluate, type Lookup } from "./evaluate.ts";
import { Finder, isMap, jsonItems, jsonTexts } from "./json.ts";
import { EVERY, type Query } from "./query.ts";
import { placeIn, type Range, type Row, requireReached, run } from "./run.ts";
import type { Value } from "./values.ts";

export type JsonSelection = {
	readonly query: Query;
	readonly isDocument: boolean;
	readonly range: Range | undefined;
	readonly recordDelimiter: string;
};

/**
 * @param memory for rows; shared with other requests
 * @throws OssError InvalidJsonData, QpsLimitExceeded
 */
export function selectJson(
	chunks: AsyncIterable<Buffer>,
	selection: JsonSelection,
	memory: ByteBudget,
): AsyncGenerator<string> {
	return run(selection.query, jsonRows(chunks, selection, memory), (values) =>
		jsonRecord(values, selection),
	);
}

async function* jsonRows(
	chunks: AsyncIterable<Buffer>,
	selection: JsonSelection,
	memory: ByteBudget,
): AsyncGenerator<Row | string> {
	const { query, range, isDocument } = selection;
	let last = -1;
	const reading = { isDocument, from: query.from };
	for await (const item of jsonItems(chunks, reading, memory)) {
		if (!item) {
			yield "";
			continue;
		}
		last = item.line;
		const place = placeIn(range, item.line, item.start);
		if (place > 0) return;
		if (place < 0) continue;
		yield item.value === undefined ? "" : toRow(item.value, selection);
	}
	requireReached(range, last);
}

function toRow(value: Value, selection: JsonSelection): Row {
	const { query, recordDelimiter } = selection;
	const finder = new Finder();
	const at: Lookup = (steps) => {
		const found = finder.valuesAt(value, steps);
		return steps.includes(EVERY) ? found : found[0];
	};
	return {
		at,
		*texts() {
			if (query.columns.length > 0)
				yield* jsonRecord(
					query.columns.map((column) => evaluate(column.expression, at)),
					selection,
				);
			else {
				yield* jsonTexts(isMap(value) ? value : { _1: value });
				yield recordDelimiter;
			}
		},
	};
}

/** Absent values are omitted. */
function* jsonRecord(
	values: readonly Value[],
	{ query, recordDelimiter }: JsonSelection,
): Generator<string> {
	const members = values.flatMap((value, i): [string, Value][] =>
		value === undefined ? [] : [[query.columns[i]?.name ?? `_${i + 1}`, value]],
	);
	yield* jsonTexts(Object.fromEntries(members));
	yield recordDelimiter;
}
