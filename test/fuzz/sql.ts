/** Statements of SelectObject: parsed, and run over a small object of each kind. */
import { ByteBudget } from "../../emulator/oss/byte-budget.ts";
import { parseQuery } from "../../emulator/select-sql/parse.ts";
import { selectCsv } from "../../emulator/select-sql/select-csv.ts";
import { selectJson } from "../../emulator/select-sql/select-json.ts";
import { all, reading, type Target } from "./engine/target.ts";

const CSV = Buffer.from('id,name,n\n1,Ann,2.5\n2,"B,o""b",\n3,,x\n');
const JSON_LINES = Buffer.from(
	'{"id":1,"name":"Ann","a":[1,2,{"b":null}]}\n{"id":"2","n":1e3}\n[1,2]',
);
const DIALECT = {
	recordDelimiter: "\n",
	fieldDelimiter: ",",
	quote: '"',
	comment: "#",
	allowsQuotedRecordDelimiter: true,
};

async function* once(content: Buffer): AsyncGenerator<Buffer> {
	yield content;
}

export default {
	about: "SQL of SelectObject: parsed, run over CSV and JSON",
	seeds: [
		"select * from ossobject",
		"SELECT s.id, name AS n, _3 FROM ossobject s WHERE s.id > 1 AND NOT name LIKE 'A%\\_' ESCAPE '\\' LIMIT 5;",
		"select count(*), sum(cast(n as double)), avg(id), max(_1), min(name) from ossobject where id in (1, '2', 3) or n is not null",
		"select a[0].b, \"x\"\"y\" from ossobject.a[*] where (id + 1) * 2 % 3 - -1 / 4 <> 5 and name || 'x' between 'a' and 'b'",
		"select name from ossobject where id = 1 and (id != 2 or true = false) and n is null",
	],
	run: async (input) => {
		const query = await reading(input, () => parseQuery(input.toString()));
		if (!query) return;
		await reading(input, () =>
			all(
				selectCsv(once(CSV), {
					...{ query, input: DIALECT, header: "use", range: undefined },
					output: { ...DIALECT, keepsAllColumns: false, hasHeader: true },
					skippedMax: undefined,
				}),
			),
		);
		for (const isDocument of [false, true])
			await reading(input, () =>
				all(
					selectJson(
						once(isDocument ? Buffer.from('[{"id":1}]') : JSON_LINES),
						{
							...{ query, isDocument, range: undefined, recordDelimiter: "\n" },
						},
						new ByteBudget(2 ** 24),
					),
				),
			);
	},
} satisfies Target;
