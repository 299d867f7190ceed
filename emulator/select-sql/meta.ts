/**
 * The counts of CreateSelectObjectMeta.
 *
 * Pure. Source: docs «CreateSelectObjectMeta».
 */
import { type CsvDialect, csvRecords } from "./csv.ts";
import { jsonLines } from "./json.ts";

/** Columns are those of the first record. */
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
	const records = jsonLines(chunks);
	let rows = 0;
	while (!(await records.next()).done) rows += 1;
	return { rows };
}
