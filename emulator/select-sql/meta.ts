/**
 * The counts of CreateSelectObjectMeta.
 *
 * Pure. Source: docs «CreateSelectObjectMeta».
 */
import { ByteBudget } from "../oss/byte-budget.ts";
import { type CsvDialect, csvRecords } from "./csv.ts";
import { jsonItems } from "./json.ts";

/** The number of columns is taken from the first record. */
export async function countCsv(
	chunks: AsyncIterable<Buffer>,
	dialect: CsvDialect,
): Promise<{ readonly rows: number; readonly columns: number }> {
	let [rows, columns] = [0, 0];
	for await (const { fields } of csvRecords(chunks, dialect)) {
		if (rows === 0) columns = fields.length;
		rows += 1;
	}
	return { rows, columns };
}

export async function countJson(
	chunks: AsyncIterable<Buffer>,
): Promise<{ readonly rows: number }> {
	const reading = { isDocument: false, from: undefined };
	let rows = 0;
	for await (const item of jsonItems(chunks, reading, new ByteBudget(0)))
		if (item) rows += 1;
	return { rows };
}
