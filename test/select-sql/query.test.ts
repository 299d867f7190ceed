import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { ByteBudget } from "../../emulator/oss/byte-budget.ts";
import { matchesPattern } from "../../emulator/oss/wildcard.ts";
import { parseQuery } from "../../emulator/select-sql/parse.ts";
import { selectCsv } from "../../emulator/select-sql/select-csv.ts";
import { selectJson } from "../../emulator/select-sql/select-json.ts";
import { readLike } from "../../emulator/select-sql/values.ts";

/** @returns the content in pieces of this many bytes */
async function* inPieces(text: string, bytes: number): AsyncGenerator<Buffer> {
	const all = Buffer.from(text);
	for (let at = 0; at < all.length; at += bytes)
		yield all.subarray(at, at + bytes);
}

async function joined(texts: AsyncIterable<string>): Promise<string> {
	let all = "";
	for await (const text of texts) all += text;
	return all;
}

const PEOPLE =
	'name,school,company,age\nLora Francis,School A,Staples Inc,27\n#Anna,B,C,1\nÉléa Little,School B,"Conectiv, Inc",43\nRosie,School C,"said ""hi""",\n';

async function csv(
	statement: string,
	text = PEOPLE,
	more: Partial<Parameters<typeof selectCsv>[1]> = {},
	bytes = 1e9,
): Promise<string> {
	const usual = { recordDelimiter: "\n", fieldDelimiter: ",", quote: '"' };
	const texts = selectCsv(inPieces(text, bytes), {
		query: parseQuery(statement),
		input: { ...usual, comment: "#", allowsQuotedRecordDelimiter: true },
		header: "use",
		range: undefined,
		output: { ...usual, keepsAllColumns: false, hasHeader: false },
		skippedMax: undefined,
		...more,
	});
	return joined(texts);
}

const DOCUMENT = {
	isDocument: true,
	range: undefined,
	recordDelimiter: "\n",
};

async function json(
	statement: string,
	text: string,
	isDocument = false,
	bytes = 1e9,
	memory = new ByteBudget(2 ** 28),
): Promise<string> {
	const texts = selectJson(
		inPieces(text, bytes),
		{ ...DOCUMENT, query: parseQuery(statement), isDocument },
		memory,
	);
	return joined(texts);
}

suite("A statement over CSV", () => {
	/** The statement, and the expected output. */
	const cases = [
		["select NAME from ossobject where age > 30", "Éléa Little\n"],
		["select s.name as n from ossobject s where _4 = 27.0", "Lora Francis\n"],
		[
			"select name from OSSObject where age between 27 and 43 limit 1",
			"Lora Francis\n",
		],
		["select name from ossobject where company like '%, Inc'", "Éléa Little\n"],
		["select name from ossobject where name in ('Rosie', 'x')", "Rosie\n"],
		[
			"select name from ossobject where not age < 100 or name || age = 'Rosie'",
			"Rosie\n",
		],
		["select name from ossobject where cast(age as int) is null", "Rosie\n"],
		["select company from ossobject where age = 43", '"Conectiv, Inc"\n'],
		["select company from ossobject where name = 'Rosie'", '"said ""hi"""\n'],
		[
			"select count(*), sum(age), avg(age), max(age), min(age) from ossobject",
			"3,70,35,43,27\n",
		],
		["select age * 2 + 1 from ossobject where -age = -27", "55\n"],
		["select name from ossobject limit 0", ""],
		["select name from ossobject where name = 'it''s'", ""],
		[
			"select name from ossobject where age % 2 = 1 and true'",
			"Lora Francis\nÉléa Little\n",
		],
	] as const;
	for (const [statement, expected] of cases)
		test(`returns the correct result: ${statement}`, async () => {
			assert.equal(await csv(statement), expected);
		});

	test("returns the same result for pieces of any size", async () => {
		const whole = await csv("select * from ossobject");
		assert.equal(whole, PEOPLE.replace(/^.*\n/, "").replace(/#.*\n/, ""));
		for (const bytes of [1, 2, 7])
			assert.equal(
				await csv("select * from ossobject", PEOPLE, {}, bytes),
				whole,
			);
	});

	test("preserves a delimiter between quotes", async () => {
		const text = 'a,b\n"1\n2",3\n';
		assert.equal(await csv("select a from ossobject", text), '"1\n2"\n');
	});

	test("quotes a field whose end could be read as the start of a delimiter", async () => {
		const output = {
			...{ recordDelimiter: "\n", fieldDelimiter: "||", quote: '"' },
			...{ keepsAllColumns: false, hasHeader: false },
		};
		const written = await csv("select * from ossobject", "a,b\n1|,2\n", {
			output,
		});
		assert.equal(written, '"1|"||2\n');
	});

	test("counts the header as line 0 of a range, which includes both ends (A-806)", async () => {
		const range = { unit: "line", first: 0, last: 1 } as const;
		assert.equal(
			await csv("select name from ossobject", PEOPLE, { range }),
			"Lora Francis\n",
		);
	});

	test("counts a comment as a line: java1's SelectObjectTest", async () => {
		const text = "a\n1\n#2\n3\n4\n";
		const range = { unit: "line", first: 1, last: 3 } as const;
		assert.equal(
			await csv("select a from ossobject", text, { range }),
			"1\n3\n",
		);
	});

	test("treats the object as one split (A-803)", async () => {
		const range = { unit: "split", first: 0, last: 9 } as const;
		assert.equal(
			await csv("select count(*) from ossobject", PEOPLE, { range }),
			"3\n",
		);
	});

	test("with a range after the last line or split is InvalidArgument (A-655)", async () => {
		for (const [unit, first] of [
			["line", 5],
			["split", 1],
		] as const)
			await assert.rejects(
				csv("select name from ossobject", PEOPLE, {
					range: { unit, first, last: Number.POSITIVE_INFINITY },
				}),
				{
					code: "InvalidArgument",
					details: {
						ArgumentName: "Range",
						ArgumentValue: `${unit}-range=${first}`,
					},
				},
			);
		const last = { unit: "line", first: 3, last: 9 } as const;
		assert.notEqual(
			await csv("select name from ossobject", PEOPLE, { range: last }),
			"",
		);
		const none = { unit: "line", first: 0, last: 9 } as const;
		assert.equal(await csv("select * from ossobject", "", { range: none }), "");
	});

	test("returns the same records if a quote spans many lines and pieces", async () => {
		const text = `a,"${"\n".repeat(1000)}",c\nd,"e\n"\n`;
		for (const bytes of [1, 5, 1e9])
			assert.equal(
				await csv("select _1 from ossobject", text, { header: "none" }, bytes),
				"a\nd\n",
			);
	});

	test("with more than 16,384 columns is InvalidCsvLine (A-960)", async () => {
		for (const field of ["x", '"x"']) {
			const line = Array(16_384).fill(field).join(",");
			assert.equal(
				await csv("select _1 from ossobject", line, { header: "none" }),
				"x\n",
			);
			await assert.rejects(csv("select _1 from ossobject", `${line},x`), {
				code: "InvalidCsvLine",
			});
		}
	});

	test("ends with InvalidCsvLine for an unclosed quote and for a record over 1 MiB (A-801)", async () => {
		for (const text of ['a\n"b\n', `a\n${"b".repeat(2 ** 20 + 1)}\n`])
			await assert.rejects(csv("select * from ossobject", text, {}, 2 ** 16), {
				code: "InvalidCsvLine",
			});
	});

	test("with a missing column is InvalidSqlParameter", async () => {
		for (const what of ["color", "s.color", "_0"])
			await assert.rejects(csv(`select ${what} from ossobject s`), {
				code: "InvalidSqlParameter",
			});
	});
});

suite("A statement over JSON", () => {
	const document =
		'{"who":[{"n":"A/b","age":1.50,"c":[{"x":1},{"x":2}]},{"n":"Bé","age":7,"c":[]}]}';

	test("selects the values at a path in FROM, and preserves the digits of numbers", async () => {
		assert.equal(
			await json(
				"select * from ossobject.who[*] w where w.age < 2",
				document,
				true,
			),
			'{"n":"A\\/b","age":1.50,"c":[{"x":1},{"x":2}]}\n',
		);
		assert.equal(
			await json(
				"select who[1].n, who[0].age as a, nothing from ossobject",
				document,
				true,
			),
			'{"n":"Bé","a":1.50}\n',
		);
	});

	test("matches if at least one value of [*] matches (A-804)", async () => {
		const statement =
			"select s.c[*].x from ossobject.who[*] s where s.c[*].x = 2";
		assert.equal(await json(statement, document, true), '{"x":[1,2]}\n');
	});

	test("reads consecutive values, with any white space between them and in pieces of any size", async () => {
		const text = '{"a":"}\\"{"}\n{\n"a":"é\\\\"},{"b":{"a":1}}\n';
		for (const bytes of [1, 3, 1e9])
			assert.equal(
				await json("select a from ossobject", text, false, bytes),
				'{"a":"}\\"{"}\n{"a":"é\\\\"}\n{}\n',
			);
	});

	test("returns the same rows as JSON.parse, at any path and in pieces of any size", async () => {
		const text = JSON.stringify({
			a: [{ b: [1, { c: 'é\\"\u0001' }, []] }, { b: [{ c: "/" }] }, 5, null],
			b: { a: [[true, false], "x"], __proto__x: {}, "": -1.5e-7 },
		});
		const tree = JSON.parse(text);
		const paths = {
			"": [tree],
			".a": [tree.a],
			".a[*].b[*].c": ['é\\"\u0001', "/"],
			".a[0].b": [tree.a[0].b],
			".b.a[0][*]": [true, false],
			".c[*]": [],
		};
		for (const [path, values] of Object.entries(paths)) {
			const rows = values.map((one) => {
				const isMap = typeof one === "object" && !Array.isArray(one);
				const row = JSON.stringify(isMap ? one : { _1: one });
				return `${row.replaceAll("/", "\\/")}\n`;
			});
			for (const bytes of [1, 2, 7, 1e9])
				assert.equal(
					await json(`select * from ossobject${path}`, text, true, bytes),
					rows.join(""),
				);
		}
	});

	test("returns a row before the rest of the document is read", async () => {
		const pieces = ['{"a":[{"b":1},', '{"b":2}]', "}"];
		const read: string[] = [];
		const chunks = async function* () {
			for (const piece of pieces) {
				read.push(piece);
				yield Buffer.from(piece);
			}
		};
		const texts = selectJson(
			chunks(),
			{ ...DOCUMENT, query: parseQuery("select * from ossobject.a[*]") },
			new ByteBudget(2 ** 20),
		);
		let first = "";
		while (first === "") first = (await texts.next()).value ?? "end";
		assert.equal(first, '{"b":1}');
		assert.deepEqual(read, pieces.slice(0, 1));
		await texts.return(undefined);
	});

	test("over an object that is not JSON is InvalidJsonData", async () => {
		for (const [text, isDocument] of [
			["a,b\n", true],
			["a,b\n", false],
			['{"a":1}}', false],
			['{"a":1', false],
			['x{"a":1}', false],
			["7", false],
			["7 8", true],
			[" ", true],
			["[1,]", true],
			["{,}", true],
			['{"a" 1}', true],
			['{"a":01}', true],
			["[nul]", true],
			["[1}", true],
			['["\t"]', true],
			['["\\x"]', true],
		] as const)
			for (const path of ["", ".b"])
				await assert.rejects(
					json(`select * from ossobject${path}`, text, isDocument),
					{ code: "InvalidJsonData" },
					text,
				);
	});

	test("with a row that exceeds the memory for all requests is InvalidJsonData (A-802)", async () => {
		const memory = new ByteBudget(2 ** 20);
		const text = `[${"1,".repeat(20_000)}1]`;
		const all = "select * from ossobject";
		await assert.rejects(json(all, text, true, 1e4, memory), {
			code: "InvalidJsonData",
		});
		const count = "select count(*) from ossobject[*]";
		assert.equal(await json(count, text, true, 1e4, memory), '{"_1":20001}\n');
	});

	test("is QpsLimitExceeded if other requests leave no memory, and releases its memory (A-961)", async () => {
		const mebibytes = 2 ** 20;
		const memory = new ByteBudget(4 * mebibytes);
		const text = `[${'"some text",'.repeat(80_000)}1]`;
		const statement = "select * from ossobject";
		const size = (await json(statement, text, true, 1e5, memory)).length;
		assert.equal(size, text.length + '{"_1":}\n'.length);
		assert.ok(memory.take(2 * mebibytes));
		await assert.rejects(json(statement, text, true, 1e5, memory), {
			code: "QpsLimitExceeded",
		});
		assert.ok(memory.take(2 * mebibytes));
	});

	test("with a text, an object or nesting beyond the emulator's limits is InvalidJsonData (A-960)", async () => {
		const members = Array.from({ length: 32_769 }, (_, i) => `"${i}":1`);
		for (const [text, what] of [
			[`["${"x".repeat(2 ** 20 + 1)}"]`, /text that is too long/],
			[`[${"1".repeat(2 ** 16 + 1)}]`, /number that is too long/],
			[`{${members.join(",")}}`, /too many members/],
			["[".repeat(1001), /nested too deep/],
		] as const)
			await assert.rejects(
				json("select * from ossobject", text, true, 65_536),
				what,
			);
	});

	test("with paths through too many values, or with too long a concatenated text, is InvalidSqlParameter (A-960)", async () => {
		const many = `{"a":[${"1,".repeat(40_000)}1]}`;
		const paths = "a[*] = 2 or a[*] = 3 or a[*] = 4";
		await assert.rejects(
			json(`select * from ossobject where ${paths}`, many, true, 65_536),
			{ code: "InvalidSqlParameter" },
		);
		const long = `{"a":"${"x".repeat(2 ** 19 + 1)}"}`;
		await assert.rejects(
			json("select * from ossobject where a || a = 'x'", long, true, 65_536),
			{ code: "InvalidSqlParameter" },
		);
	});
});

suite("A statement is InvalidSqlParameter", () => {
	for (const statement of [
		"",
		"select",
		"select * from table1",
		"select * from ossobject where avg(cast(year as int)) > 2016",
		"select year || city from ossobject",
		"select * from ossobject group by city",
		"select * from ossobject order by _1",
		"select * from ossobject oss join s3object s3 on oss.a = s3.a",
		"select count(*), a from ossobject",
		"select a from ossobject limit -1",
		"select a from ossobject where a not 1",
		"select cast(a as color) from ossobject",
		"select a from ossobject where a = 'b",
		`select ${"(".repeat(5000)}a from ossobject`,
		`select a from ossobject where ${"not ".repeat(4000)}a`,
		`select a from ossobject where a = '${"b".repeat(16384)}'`,
	])
		test(`if it is ${statement.slice(0, 60)}`, () => {
			assert.throws(() => parseQuery(statement), {
				code: "InvalidSqlParameter",
			});
		});
});

test("LIKE supports %, _ and escapes", () => {
	const isLike = (text: string, pattern: string, mark: string): boolean =>
		matchesPattern(readLike(pattern, mark), text);
	assert.ok(isLike("blood pressure 18 Years", "%pressure%Years", "\\"));
	assert.ok(isLike("50%", "50!%", "!"));
	assert.ok(!isLike("501", "50!%", "!"));
	assert.ok(isLike("é1", "_1", "\\"));
	assert.ok(!isLike("a".repeat(5000), `${"%a".repeat(500)}b`, "\\"));
});

test("LIKE refuses a value of more than 64 KiB (A-942)", async () => {
	const like = "select * from ossobject where _1 like 'a%'";
	const line = "a".repeat(64 * 1024);
	assert.equal(await csv(like, line, { header: "none" }), `${line}\n`);
	await assert.rejects(csv(like, `${line}a`, { header: "none" }), {
		code: "InvalidSqlParameter",
	});
});

test("A statement with too many or too long LIKE patterns is InvalidSqlParameter (A-942)", () => {
	const likes = (count: number): string =>
		`select * from ossobject where ${Array(count).fill("_1 like 'a%'").join(" or ")}`;
	assert.ok(parseQuery(likes(32)));
	for (const statement of [
		likes(33),
		`select * from ossobject where _1 like '${"_".repeat(257)}'`,
	])
		assert.throws(() => parseQuery(statement), { code: "InvalidSqlParameter" });
});
