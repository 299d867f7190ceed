/**
 * Runs a statement over the records of an object, one at a time.
 *
 * Pure.
 */
import { invalidArgument } from "../oss/errors.ts";
import { Aggregate } from "./aggregate.ts";
import { evaluate, type Lookup } from "./evaluate.ts";
import type { Column, Query } from "./query.ts";
import type { Value } from "./values.ts";

export type Row = {
	readonly at: Lookup;
	/** The text of the row if it is selected whole; a large row in pieces. */
	readonly texts: () => Iterable<string>;
};

/**
 * The records to process: counted as lines, as splits, or by the position where they begin. Both ends are included
 * (A-806).
 */
export type Range = {
	readonly unit: "line" | "split" | "byte";
	readonly first: number;
	readonly last: number;
};

/** An object is one split, regardless of its size. */
export const SPLITS = 1;

const EVERYTHING: Range = { unit: "line", first: 0, last: Infinity };

/** Compares a record with the range. @returns -1 before the range, 0 in it, 1 after it */
export function placeIn(
	{ unit, first, last }: Range = EVERYTHING,
	line: number,
	start: number,
): number {
	const at = unit === "line" ? line : unit === "byte" ? start : SPLITS - 1;
	return at < first ? -1 : at > last ? 1 : 0;
}

/**
 * @param last the number of the last line; -1 for an empty object
 * @throws OssError InvalidArgument for lines or splits that are all after the end: java1's suite, which does not
 *   state the code (A-655)
 */
export function requireReached(range: Range | undefined, last: number): void {
	const { unit, first } = range ?? EVERYTHING;
	const end = unit === "line" ? last : SPLITS - 1;
	if (unit !== "byte" && first > Math.max(0, end))
		throw invalidArgument("Range", `${unit}-range=${first}`);
}

/**
 * @param rows texts among them are passed on
 * @param write writes the aggregations as one row
 * @returns a text for every row; '' for a row that is left out
 */
export async function* run(
	{ columns, where, limit }: Query,
	rows: AsyncIterable<Row | string>,
	write: (values: readonly Value[]) => Iterable<string>,
): AsyncGenerator<string> {
	const totals = columns.flatMap(toTotal);
	let written = 0;
	for await (const row of rows) {
		if (typeof row === "string") {
			yield row;
			continue;
		}
		if (where && evaluate(where, row.at) !== true) yield "";
		else if (totals.length > 0) {
			for (const { column, aggregate } of totals)
				aggregate.add(evaluate(column.expression, row.at));
			yield "";
		} else {
			if (written < limit) yield* row.texts();
			written += 1;
			if (written >= limit) return;
		}
	}
	if (totals.length > 0 && limit > 0)
		yield* write(totals.map(({ aggregate }) => aggregate.value));
}

const toTotal = (
	column: Column,
): readonly { readonly column: Column; readonly aggregate: Aggregate }[] =>
	column.aggregate
		? [{ column, aggregate: new Aggregate(column.aggregate) }]
		: [];
