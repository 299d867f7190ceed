import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { ByteBudget } from "../../emulator/oss/byte-budget.ts";
import { OssError } from "../../emulator/oss/errors.ts";
import { matchesPattern } from "../../emulator/oss/wildcard.ts";
import { csvField, csvRecords } from "../../emulator/select-sql/csv.ts";
import { jsonItems, jsonTexts } from "../../emulator/select-sql/json.ts";
import { parseQuery } from "../../emulator/select-sql/parse.ts";
import { selectCsv } from "../../emulator/select-sql/select-csv.ts";
import { selectJson } from "../../emulator/select-sql/select-json.ts";
import { readLike, type Value } from "../../emulator/select-sql/values.ts";
import {
	bytes,
	cut,
	fc,
	forAll,
	orRefused,
	places,
	text,
	textOf,
} from "../properties.ts";

async function* from(some: Iterable<Buffer>): AsyncGenerator<Buffer> {
	yield* some;
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
	const found: T[] = [];
	for await (const item of items) found.push(item);
	return found;
}

const CSV = {
	recordDelimiter: "\n",
	fieldDelimiter: ",",
	quote: '"',
	comment: "",
	allowsQuotedRecordDelimiter: true,
};
const dialect = fc.constantFrom(
	CSV,
	{ ...CSV, recordDelimiter: "\r\n", fieldDelimiter: "\t" },
	{ ...CSV, recordDelimiter: "é", fieldDelimiter: "||", quote: "'" },
);
/** Records that are not empty, because an empty line has one empty field. */
const field = fc.oneof(
	text(8),
	textOf(["a", ",", '"', "\n", "\r\n", "|", "'", "é", "\t"], 6),
);
const records = fc.array(fc.array(field, { minLength: 1, maxLength: 4 }), {
	maxLength: 6,
});

suite("For any CSV", () => {
	test("fields are read as they were written, in pieces of any size", () =>
		forAll([records, dialect, places], async (written, one, cuts) => {
			const lines = written.map(
				(fields) =>
					fields.map((each) => csvField(each, one)).join(one.fieldDelimiter) +
					one.recordDelimiter,
			);
			const content = Buffer.from(lines.join(""));
			const read = await all(csvRecords(from(cut(content, cuts)), one));
			assert.deepEqual(
				read.map(({ fields }) => fields),
				written,
			);
		}));

	test("the result does not depend on the pieces in which it arrives", () =>
		forAll(
			[
				fc.oneof(
					bytes(),
					textOf(["a", ",", '"', '""', "\n", "#", "\r\n"], 30).map((one) =>
						Buffer.from(one),
					),
				),
				dialect,
				places,
			],
			async (content, one, cuts) => {
				const withComments = { ...one, comment: "#" };
				const read = (some: Iterable<Buffer>) =>
					orRefused(() => all(csvRecords(from(some), withComments)), OssError);
				assert.deepEqual(await read(cut(content, cuts)), await read([content]));
			},
		));

	test("SELECT * returns the records", () =>
		forAll([records, places], async (written, cuts) => {
			const lines = written.map(
				(fields) => `${fields.map((each) => csvField(each, CSV)).join(",")}\n`,
			);
			const query = parseQuery("select * from ossobject");
			const content = Buffer.from(lines.join(""));
			const selected = await all(
				selectCsv(from(cut(content, cuts)), {
					...{
						query,
						input: CSV,
						header: "none",
						range: undefined,
						skippedMax: undefined,
					},
					output: { ...CSV, keepsAllColumns: false, hasHeader: false },
				}),
			);
			assert.equal(selected.join(""), content.toString());
		}));
});

const memory = new ByteBudget(2 ** 24);

const jsonText = (value: Value): string => [...jsonTexts(value)].join("");

async function rowsOf(some: Iterable<Buffer>, isDocument: boolean) {
	const reading = { isDocument, from: [] };
	const items = await all(jsonItems(from(some), reading, memory));
	return items
		.filter((item) => item !== undefined && "value" in item)
		.map((item) => ({ ...item }));
}

/** The digits of numbers are preserved. */
const json = fc.jsonValue({ maxDepth: 3 });

suite("For any JSON", () => {
	test("records are read as they were written, in pieces of any size", () =>
		forAll(
			[
				fc.array(
					fc.oneof(
						fc.array(json, { maxLength: 3 }),
						fc.dictionary(text(5), json, { maxKeys: 3 }),
					),
					{ maxLength: 5 },
				),
				places,
				fc.constantFrom("", "\n", ", "),
			],
			async (values, cuts, separator) => {
				const content = Buffer.from(
					values.map((one) => JSON.stringify(one)).join(separator),
				);
				const read = await rowsOf(cut(content, cuts), false);
				assert.deepEqual(
					read.map(({ value }) => JSON.parse(jsonText(value))),
					values.map((one) => JSON.parse(JSON.stringify(one))),
				);
				for (const [i, { start = 0 }] of read.entries())
					assert.ok(
						content
							.subarray(start)
							.toString()
							.startsWith(JSON.stringify(values[i])),
					);
			},
		));

	test("a document is read as by JSON.parse, or refused with OSS's error", () =>
		forAll(
			[
				fc.oneof(
					json.map((one) => JSON.stringify(one)),
					textOf(["{", "}", '"a"', ":", ",", "[", "]", "1", "\\"]),
				),
				places,
			],
			async (written, cuts) => {
				const content = Buffer.from(written);
				const read = await orRefused(
					() => rowsOf(cut(content, cuts), true),
					OssError,
				);
				let expected: unknown;
				try {
					expected = JSON.parse(written);
				} catch {
					assert.equal(read, undefined);
					return;
				}
				assert.deepEqual(JSON.parse(jsonText(read?.[0]?.value)), expected);
			},
		));

	test("SELECT finds a member by its quoted name", () =>
		forAll([text(6), fc.integer()], async (name, value) => {
			const query = parseQuery(
				`select s."${name.replaceAll('"', '""')}" as v from ossobject s`,
			);
			const content = Buffer.from(JSON.stringify({ [name]: value }));
			const selected = await all(
				selectJson(
					from([content]),
					{
						query,
						isDocument: true,
						range: undefined,
						recordDelimiter: "",
					},
					memory,
				),
			);
			assert.deepEqual(
				selected.filter((one) => one !== ""),
				[`{"v":${value}}`],
			);
		}));
});

const where = async (condition: string, record: Value): Promise<boolean> => {
	const query = parseQuery(`select * from ossobject s where ${condition}`);
	const content = Buffer.from(`${jsonText(record)}\n`);
	const selected = await all(
		selectJson(
			from([content]),
			{
				query,
				isDocument: false,
				range: undefined,
				recordDelimiter: "",
			},
			memory,
		),
	);
	return selected.some((one) => one !== "");
};

suite("For any statement", () => {
	const WORDS = [
		"select",
		" ",
		"*",
		"from",
		"ossobject",
		"where",
		"limit",
		"1",
		"'",
		'"',
		"a",
		"(",
		")",
		"and",
		"not",
		"like",
		"in",
		",",
		"[",
		"]",
		".",
		"=",
		"-",
		"cast",
		"as",
		"null",
		"is",
		"between",
		"count",
	];

	test("it is read, or refused with OSS's error", () =>
		forAll(
			[
				fc.oneof(
					text(40),
					textOf(WORDS, 25),
					textOf(WORDS, 25).map(
						(one) => `select ${one} from ossobject where ${one}`,
					),
				),
			],
			async (statement) => {
				await orRefused(() => parseQuery(statement), OssError);
			},
		));

	test("comparisons and arithmetic of whole numbers have the same results as in JavaScript", () => {
		const number = fc.integer({ min: -50, max: 50 });
		const operators = {
			"=": (a: number, b: number) => a === b,
			"!=": (a: number, b: number) => a !== b,
			"<": (a: number, b: number) => a < b,
			">=": (a: number, b: number) => a >= b,
		};
		const sums = {
			"+": (a: number, b: number) => a + b,
			"-": (a: number, b: number) => a - b,
			"*": (a: number, b: number) => a * b,
		};
		return forAll(
			[
				number,
				number,
				number,
				fc.constantFrom(...Object.entries(operators)),
				fc.constantFrom(...Object.entries(sums)),
			],
			async (a, b, c, [operator, compare], [sign, calculate]) => {
				const expected = compare(calculate(a, b), c);
				assert.equal(
					await where(`s.a ${sign} s.b ${operator} ${c}`, { a, b }),
					expected,
				);
				assert.equal(
					await where(`not (s.a ${sign} (${b}) ${operator} ${c})`, { a }),
					!expected,
				);
			},
			0.5,
		);
	});

	test("a text in single quotes is read unchanged", () =>
		forAll([text(12)], async (one) => {
			const quoted = `'${one.replaceAll("'", "''")}'`;
			assert.ok(await where(`s.a = ${quoted}`, { a: one }));
			assert.ok(!(await where(`s.a = ${quoted}`, { a: `${one}x` })));
		}));

	test("LIKE matches if the equivalent regular expression does, including escapes", () =>
		forAll(
			[
				textOf(["%", "_", "a", "b", "\\%", "\\_", "\\\\", "😀", "."], 8),
				textOf(["a", "b", "%", "_", "\\", "😀", "."], 12),
			],
			(pattern, one) => {
				const source = pattern.replaceAll(/\\(.)|[%_.]|./gu, (all, escaped) => {
					if (escaped !== undefined)
						return `\\u{${escaped.codePointAt(0).toString(16)}}`;
					return all === "%"
						? "[^]*"
						: all === "_"
							? "[^]"
							: `\\u{${all.codePointAt(0)?.toString(16)}}`;
				});
				const expected = new RegExp(`^${source}$`, "u").test(one);
				assert.equal(matchesPattern(readLike(pattern, "\\"), one), expected);
			},
		));
});
