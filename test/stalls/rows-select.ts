/** SelectObject and CreateSelectObjectMeta over 30 MB. */
import type { Answer } from "../client.ts";
import type { Probed } from "./probed-emulator.ts";
import type { StallRow } from "./row.ts";

const base64 = (text: string): string => Buffer.from(text).toString("base64");

function select(
	{ oss }: Probed,
	kind: "csv" | "json",
	statement: string,
	input = "",
): Promise<Answer> {
	return oss.post(
		`/small/data?x-oss-process=${kind}%2Fselect`,
		`<SelectRequest><Expression>${base64(statement)}</Expression><InputSerialization>${input}</InputSerialization></SelectRequest>`,
	);
}

const DOCUMENT = "<JSON><Type>DOCUMENT</Type></JSON>";
const LINES = "<JSON><Type>LINES</Type></JSON>";

const record = (i: number): string =>
	`{"id":${i},"name":"person ${i}","tags":["a","b"],"x":1.5}`;

const records = (separator: string): string =>
	Array.from({ length: 450_000 }, (_, i) => record(i)).join(separator);

const put =
	(content: () => string) =>
	({ oss }: Probed): Promise<Answer> =>
		oss.put("/small/data", content());

export const selectRows: readonly StallRow[] = [
	{
		what: "SelectObject of a JSON document of 30 MB, as one row",
		prepare: put(() => `{"who":[${records(",")}]}`),
		send: (emulator) =>
			select(emulator, "json", "select * from ossobject", DOCUMENT),
	},
	{
		what: "SelectObject of a JSON document of 30 MB, row by row",
		prepare: put(() => `{"who":[${records(",")}]}`),
		send: (emulator) =>
			select(
				emulator,
				"json",
				"select name from ossobject.who[*] where id > 449990",
				DOCUMENT,
			),
	},
	{
		what: "40 times SelectObject of a JSON document of 30 MB",
		prepare: put(() => `{"who":[${records(",")}]}`),
		send: (emulator) =>
			Promise.all(
				Array.from({ length: 40 }, () =>
					select(emulator, "json", "select * from ossobject", DOCUMENT),
				),
			),
	},
	{
		what: "SelectObject of JSON lines of 30 MB",
		prepare: put(() => records("\n")),
		send: (emulator) =>
			select(emulator, "json", "select count(*) from ossobject", LINES),
	},
	{
		what: "SelectObject of a JSON document with texts of 1 MB",
		prepare: put(
			() =>
				`[${Array(28)
					.fill(`"${'/\\"é'.repeat(150_000)}"`)
					.join(",")}]`,
		),
		send: (emulator) =>
			select(emulator, "json", "select * from ossobject", DOCUMENT),
	},
	{
		what: "SelectObject of a JSON object with 32,000 members",
		prepare: put(
			() =>
				`{${Array.from({ length: 32_000 }, (_, i) => `"key of ${i}":${i}`).join(",")}}`,
		),
		send: (emulator) =>
			select(emulator, "json", "select * from ossobject", DOCUMENT),
	},
	{
		what: "SelectObject of CSV of 30 MB",
		prepare: put(() => "abc,def,ghi,12\n".repeat(2_000_000)),
		send: (emulator) =>
			select(emulator, "csv", "select count(*) from ossobject where _4 > 12"),
	},
	{
		what: "SelectObject of CSV rows of 1 MB, with an unclosed quote",
		prepare: put(() => `"${"\n".repeat(1_000_000)}"\n`.repeat(8)),
		send: (emulator) => select(emulator, "csv", "select * from ossobject"),
	},
	{
		what: "SelectObject of CSV rows of 16,384 columns",
		prepare: put(() => `${'"",'.repeat(16_383)}""\n`.repeat(100)),
		send: (emulator) => select(emulator, "csv", "select * from ossobject"),
	},
	{
		what: "SelectObject with 32 LIKEs over values of 64 KB",
		prepare: put(() => `${"ab".repeat(32_000)}\n`.repeat(40)),
		send: (emulator) =>
			select(
				emulator,
				"csv",
				`select * from ossobject where ${Array(30).fill("_1 like '%a_b%ba%c'").join(" or ")}`,
			),
	},
	{
		what: "CreateSelectObjectMeta of CSV of 30 MB",
		prepare: put(() => "abc,def,ghi,12\n".repeat(2_000_000)),
		send: ({ oss }) =>
			oss.post("/small/data?x-oss-process=csv%2Fmeta", "<CsvMetaRequest/>"),
	},
	{
		what: "CreateSelectObjectMeta of JSON lines of 30 MB",
		prepare: put(() => records("\n")),
		send: ({ oss }) =>
			oss.post(
				"/small/data?x-oss-process=json%2Fmeta",
				`<JsonMetaRequest><InputSerialization>${LINES}</InputSerialization></JsonMetaRequest>`,
			),
	},
];
