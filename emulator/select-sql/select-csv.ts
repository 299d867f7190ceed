/**
 * Runs a statement on a CSV object.
 *
 * Pure. Source: docs «SelectObject»; suites of the SDKs for partial records and unchanged columns.
 */
import {
	type CsvDialect,
	type CsvRecord,
	csvField,
	csvRecords,
	invalidLine,
} from "./csv.ts";
import { evaluate, type Lookup } from "./evaluate.ts";
import { type Expression, invalidSql, type Query, type Step } from "./query.ts";
import { placeIn, type Range, type Row, requireReached, run } from "./run.ts";
import { toText, type Value } from "./values.ts";

export type CsvOutput = Pick<
	CsvDialect,
	"recordDelimiter" | "fieldDelimiter" | "quote"
> & { readonly keepsAllColumns: boolean; readonly hasHeader: boolean };

export type CsvSelection = {
	readonly query: Query;
	readonly input: CsvDialect;
	readonly header: "none" | "ignore" | "use";
	readonly range: Range | undefined;
	readonly output: CsvOutput;
	/**
	 * The maximum number of records that may lack a column of the statement; undefined means no limit, and empty
	 * columns.
	 */
	readonly skippedMax: number | undefined;
};

/** @throws OssError InvalidSqlParameter for a column that does not exist, InvalidCsvLine */
export function selectCsv(
	chunks: AsyncIterable<Buffer>,
	selection: CsvSelection,
): AsyncGenerator<string> {
	const { query, output } = selection;
	return run(query, csvRows(chunks, selection), (values) => [
		csvLine(values.map(toField), output),
	]);
}

async function* csvRows(
	chunks: AsyncIterable<Buffer>,
	selection: CsvSelection,
): AsyncGenerator<Row | string> {
	const { input, header, range, skippedMax } = selection;
	let columns: Columns | undefined;
	let [head, last, skipped] = ["", -1, 0];
	for await (const record of csvRecords(chunks, input)) {
		last = record.line;
		if (!columns) {
			columns = new Columns(
				selection.query,
				header === "use" ? record.fields : [],
			);
			head = headerLine(columns, selection);
			if (header !== "none") continue;
		}
		const place = placeIn(range, record.line, record.start);
		if (place > 0) break;
		if (place < 0) continue;
		if (head !== "") yield head;
		head = "";
		if (skippedMax !== undefined && columns.exceeds(record)) {
			skipped += 1;
			if (skipped > skippedMax) throw invalidLine("lacks a column");
		} else yield toRow(record, columns, selection);
	}
	requireReached(range, last);
	if (head !== "") yield head;
}

function headerLine(columns: Columns, { query, output }: CsvSelection): string {
	if (!output.hasHeader || columns.header.length === 0) return "";
	const names = query.columns.map(({ name }, i) => name ?? `_${i + 1}`);
	return csvLine(names.length > 0 ? names : columns.header, output);
}

function toRow(
	{ fields }: CsvRecord,
	columns: Columns,
	{ query, output }: CsvSelection,
): Row {
	const at: Lookup = (steps) => fields[columns.indexOf(steps)];
	return {
		at,
		texts: () => {
			if (query.columns.length === 0) return [csvLine(fields, output)];
			if (output.keepsAllColumns)
				return [csvLine(columns.selectedFields(fields), output)];
			const values = query.columns.map((column) =>
				evaluate(column.expression, at),
			);
			return [csvLine(values.map(toField), output)];
		},
	};
}

const toField = (value: Value): string => toText(value) ?? "";

const csvLine = (fields: readonly string[], output: CsvOutput): string =>
	fields.map((field) => csvField(field, output)).join(output.fieldDelimiter) +
	output.recordDelimiter;

/** The columns of a statement, by number, or by name regardless of case. */
class Columns {
	readonly header: readonly string[];
	readonly #indexes = new Map<string, number>();
	readonly #selected: ReadonlySet<number>;
	readonly #needed: number;

	/** @throws OssError InvalidSqlParameter */
	constructor({ columns, where }: Query, header: readonly string[]) {
		this.header = header;
		for (const [i, name] of header.entries())
			this.#indexes.set(name.trim().toLowerCase(), i);
		const selected = columns.flatMap((column) => pathsOf(column.expression));
		const paths = [...selected, ...(where ? pathsOf(where) : [])];
		this.#selected = new Set(selected.map((path) => this.indexOf(path)));
		const all = columns.length === 0 ? header.length : 0;
		this.#needed = Math.max(
			all,
			...paths.map((path) => this.indexOf(path) + 1),
		);
	}

	indexOf([step]: readonly Step[]): number {
		const name = String(step).toLowerCase();
		const known = this.#indexes.get(name);
		if (known !== undefined) return known;
		const [, number] = /^_([1-9]\d{0,5})$/.exec(name) ?? [];
		if (number === undefined)
			throw invalidSql(`The column '${String(step)}' does not exist.`);
		this.#indexes.set(name, Number(number) - 1);
		return Number(number) - 1;
	}

	exceeds({ fields }: CsvRecord): boolean {
		return fields.length < this.#needed;
	}

	/** Puts each column into its place; the others are empty. */
	selectedFields(fields: readonly string[]): readonly string[] {
		return fields.map((field, i) => (this.#selected.has(i) ? field : ""));
	}
}

function pathsOf(expression: Expression): (readonly Step[])[] {
	if (expression.kind === "literal") return [];
	if (expression.kind === "path") return [expression.steps];
	return expression.kind === "binary"
		? [...pathsOf(expression.left), ...pathsOf(expression.right)]
		: pathsOf(expression.operand);
}
