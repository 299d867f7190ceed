/**
 * Records of CSV, one at a time. Bytes are taken as characters of latin1, so that places in the text are places in the
 * object; fields are UTF-8.
 *
 * Pure. Source: docs «SelectObject».
 */
import { OssError } from "../oss/errors.ts";

export type CsvDialect = {
	readonly recordDelimiter: string;
	readonly fieldDelimiter: string;
	readonly quote: string;
	/** '': there are no comments. */
	readonly comment: string;
	readonly allowsQuotedRecordDelimiter: boolean;
};

export type CsvRecord = {
	readonly fields: readonly string[];
	/** Of its first byte. */
	readonly start: number;
	/** Counted from 0; a comment is a line too (java1's suite). */
	readonly line: number;
};

/** A longer record is not read (A-801: the documentation speaks of less). */
const RECORD_BYTES_MAX = 1024 ** 2;

/** @throws OssError InvalidCsvLine for a quote that is not closed, and for a record that is too long */
export async function* csvRecords(
	chunks: AsyncIterable<Buffer>,
	dialect: CsvDialect,
): AsyncGenerator<CsvRecord> {
	const bytes = toBytes(dialect);
	const { recordDelimiter, comment } = bytes;
	let [text, start, count] = ["", 0, 0];
	const record = (content: string): CsvRecord | undefined => {
		const line = count++;
		return comment && content.startsWith(comment)
			? undefined
			: { fields: fieldsOf(content, bytes), start, line };
	};
	for await (const chunk of chunks) {
		text += chunk.toString("latin1");
		let from = 0;
		for (;;) {
			const end = recordEnd(text, from, bytes);
			if (end < 0) break;
			if (end - from > RECORD_BYTES_MAX) throw invalidLine("is too long");
			const found = record(text.slice(from, end));
			if (found) yield found;
			start += end + recordDelimiter.length - from;
			from = end + recordDelimiter.length;
		}
		text = text.slice(from);
		if (text.length > RECORD_BYTES_MAX) throw invalidLine("is too long");
	}
	if (text === "") return;
	const last = record(text);
	if (last && isOpen(text, bytes)) throw invalidLine("has an open quote");
	if (last) yield last;
}

export const invalidLine = (what: string): OssError =>
	new OssError("InvalidCsvLine", {
		message: `The line is invalid: it ${what}.`,
	});

const toBytes = (dialect: CsvDialect): CsvDialect => ({
	...dialect,
	recordDelimiter: latin1(dialect.recordDelimiter),
	fieldDelimiter: latin1(dialect.fieldDelimiter),
	quote: latin1(dialect.quote),
	comment: latin1(dialect.comment),
});

const latin1 = (text: string): string => Buffer.from(text).toString("latin1");

const isOpen = (
	line: string,
	{ quote, allowsQuotedRecordDelimiter }: CsvDialect,
): boolean => allowsQuotedRecordDelimiter && count(line, quote) % 2 === 1;

/** Where quotes are even: a delimiter between two belongs to the field. */
function recordEnd(text: string, from: number, dialect: CsvDialect): number {
	const { recordDelimiter, quote, allowsQuotedRecordDelimiter } = dialect;
	let [searched, quotes] = [from, 0];
	for (;;) {
		const end = text.indexOf(recordDelimiter, searched);
		if (end < 0 || !allowsQuotedRecordDelimiter) return end;
		quotes += count(text.slice(searched, end), quote);
		if (quotes % 2 === 0) return end;
		searched = end + recordDelimiter.length;
	}
}

const count = (text: string, part: string): number =>
	part === "" ? 0 : text.split(part).length - 1;

function fieldsOf(line: string, dialect: CsvDialect): readonly string[] {
	const { fieldDelimiter, quote } = dialect;
	const hasQuotes = quote !== "" && line.includes(quote);
	const fields = hasQuotes
		? quotedFields(line, fieldDelimiter, quote)
		: line.split(fieldDelimiter);
	return fields.map((field) => Buffer.from(field, "latin1").toString());
}

function quotedFields(
	line: string,
	delimiter: string,
	quote: string,
): readonly string[] {
	const fields: string[] = [];
	let at = 0;
	for (;;) {
		let field = "";
		if (line.startsWith(quote, at)) {
			const close = closingQuote(line, at + quote.length, quote);
			field = line
				.slice(at + quote.length, close)
				.replaceAll(quote + quote, quote);
			at = close + quote.length;
		}
		const end = line.indexOf(delimiter, at);
		fields.push(field + line.slice(at, end < 0 ? undefined : end));
		if (end < 0) return fields;
		at = end + delimiter.length;
	}
}

function closingQuote(line: string, from: number, quote: string): number {
	let at = from;
	for (;;) {
		const found = line.indexOf(quote, at);
		if (found < 0) return line.length;
		if (!line.startsWith(quote, found + quote.length)) return found;
		at = found + 2 * quote.length;
	}
}

/** Quotes the field where necessary. */
export function csvField(
	text: string,
	{
		fieldDelimiter,
		recordDelimiter,
		quote,
	}: Pick<CsvDialect, "fieldDelimiter" | "recordDelimiter" | "quote">,
): string {
	const needsQuotes =
		quote !== "" &&
		[fieldDelimiter, recordDelimiter, quote].some((one) => text.includes(one));
	return needsQuotes
		? quote + text.replaceAll(quote, quote + quote) + quote
		: text;
}
