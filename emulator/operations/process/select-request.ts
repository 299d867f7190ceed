/**
 * Reads a SelectRequest, CsvMetaRequest or JsonMetaRequest. Delimiters and the statement are base64.
 *
 * Pure. Source: docs «SelectObject», «CreateSelectObjectMeta».
 */
import { readDecimal } from "../../oss/decimal.ts";
import { decodeBase64 } from "../../oss/encoding.ts";
import { invalidArgument } from "../../oss/errors.ts";
import type { CsvDialect } from "../../select-sql/csv.ts";
import { parseQuery } from "../../select-sql/parse.ts";
import { invalidSql, type Query } from "../../select-sql/query.ts";
import type { Range } from "../../select-sql/run.ts";
import type { CsvSelection } from "../../select-sql/select-csv.ts";
import type { JsonSelection } from "../../select-sql/select-json.ts";
import { childText, onlyChild, type XmlNode } from "../../xml/read.ts";

const NOTHING: XmlNode = { name: "", text: "", children: [] };

/** An absent child is read as an empty one. */
const at = (node: XmlNode, ...names: readonly string[]): XmlNode =>
	names.reduce((parent, name) => onlyChild(parent, name) ?? NOTHING, node);

const textOf = (node: XmlNode, name: string): string =>
	childText(node, name) ?? "";

const isTrue = (node: XmlNode, name: string): boolean =>
	textOf(node, name).toLowerCase() === "true";

/** @throws OssError InvalidArgument */
function delimiter(node: XmlNode, name: string, usual: string): string {
	const text = textOf(node, name);
	const bytes = decodeBase64(text);
	if (!bytes) throw invalidArgument(name, text);
	return bytes.toString() || usual;
}

/** One of `words`, case-insensitive; the first when the element is absent. @throws OssError InvalidArgument */
function oneOf<T extends string>(
	node: XmlNode,
	name: string,
	words: readonly [T, ...T[]],
): T {
	const text = textOf(node, name);
	if (text === "") return words[0];
	const word = words.find((allowed) => allowed === text.toLowerCase());
	if (!word) throw invalidArgument(name, text);
	return word;
}

export const isCompressed = (document: XmlNode): boolean =>
	oneOf(at(document, "InputSerialization"), "CompressionType", [
		"none",
		"gzip",
	]) === "gzip";

export function readCsvInput(document: XmlNode): CsvDialect {
	const csv = at(document, "InputSerialization", "CSV");
	return {
		recordDelimiter: delimiter(csv, "RecordDelimiter", "\n"),
		fieldDelimiter: delimiter(csv, "FieldDelimiter", ","),
		quote: delimiter(csv, "QuoteCharacter", '"'),
		comment: delimiter(csv, "CommentCharacter", ""),
		allowsQuotedRecordDelimiter:
			textOf(csv, "AllowQuotedRecordDelimiter").toLowerCase() !== "false",
	};
}

export const isJsonDocument = (document: XmlNode): boolean =>
	oneOf(at(document, "InputSerialization", "JSON"), "Type", [
		"document",
		"lines",
	]) === "document";

/** @throws OssError InvalidSqlParameter, InvalidArgument */
export function readCsvSelection(document: XmlNode): CsvSelection {
	const csv = at(document, "InputSerialization", "CSV");
	const output = at(document, "OutputSerialization");
	const outputCsv = at(output, "CSV");
	return {
		query: readQuery(document),
		input: readCsvInput(document),
		header: oneOf(csv, "FileHeaderInfo", ["none", "ignore", "use"]),
		range: readRange(csv),
		output: {
			recordDelimiter: delimiter(outputCsv, "RecordDelimiter", "\n"),
			fieldDelimiter: delimiter(outputCsv, "FieldDelimiter", ","),
			quote: delimiter(outputCsv, "QuoteCharacter", '"'),
			keepsAllColumns: isTrue(output, "KeepAllColumns"),
			hasHeader: isTrue(output, "OutputHeader"),
		},
		skippedMax: readSkippedMax(at(document, "Options")),
	};
}

/** @throws OssError InvalidSqlParameter, InvalidArgument */
export function readJsonSelection(document: XmlNode): JsonSelection {
	return {
		query: readQuery(document),
		isDocument: isJsonDocument(document),
		range: readRange(at(document, "InputSerialization", "JSON")),
		recordDelimiter: delimiter(
			at(document, "OutputSerialization", "JSON"),
			"RecordDelimiter",
			"\n",
		),
	};
}

export const isOverwriting = (document: XmlNode): boolean =>
	isTrue(document, "OverwriteIfExists");

export const isRaw = (document: XmlNode): boolean =>
	isTrue(at(document, "OutputSerialization"), "OutputRawData");

function readQuery(document: XmlNode): Query {
	const statement = decodeBase64(textOf(document, "Expression"));
	if (!statement) throw invalidSql("The SQL statement is not base64.");
	return parseQuery(statement.toString());
}

const RANGE = /^(line|split)-range=(\d*)-(\d*)$/;

/** The header of a CSV object is its line 0. A range of lines does not require CreateSelectObjectMeta. */
function readRange(node: XmlNode): Range | undefined {
	const text = textOf(node, "Range");
	if (text === "") return undefined;
	const [, unit, first, last] = RANGE.exec(text) ?? [];
	const from = readDecimal(first || "0");
	const to = last ? readDecimal(last) : Infinity;
	if (unit === undefined || from === undefined || to === undefined)
		throw invalidArgument("Range", text);
	return {
		unit: unit === "line" ? "line" : "split",
		first: from,
		last: to,
	};
}

function readSkippedMax(options: XmlNode): number | undefined {
	const text = textOf(options, "MaxSkippedRecordsAllowed");
	const max = readDecimal(text || "0");
	if (max === undefined)
		throw invalidArgument("MaxSkippedRecordsAllowed", text);
	return isTrue(options, "SkipPartialDataRecord") ? max : undefined;
}
