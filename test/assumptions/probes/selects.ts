/** Probes of SelectObject and CreateSelectObjectMeta, which search for texts in the frames of the response. */
import type { Answer } from "../../client.ts";
import type { Cloud } from "../cloud.ts";
import { base64, code, each, type Probe } from "../probe.ts";

const PEOPLE = "name,age\nLora,28\nEleanor,43\nRosie,37\n";

async function select(
	cloud: Cloud,
	content: string,
	statement: string,
	input: string,
	kind: "csv" | "json" = "csv",
): Promise<Answer> {
	const key = cloud.name();
	await cloud.must(cloud.put(`/${key}`, content));
	return cloud.post(
		`/${key}?x-oss-process=${kind}%2Fselect`,
		`<SelectRequest><Expression>${base64(statement)}</Expression><InputSerialization>${input}</InputSerialization><OutputSerialization><OutputRawData>true</OutputRawData></OutputSerialization></SelectRequest>`,
	);
}

/** The rows, or the refusal. */
const rows = (answer: Answer): string =>
	answer.status < 300
		? answer.text.trimEnd().replaceAll("\n", "; ")
		: code(answer);

const HEADER = "<FileHeaderInfo>Use</FileHeaderInfo>";

const ranged = (range: string): string =>
	`<CSV>${HEADER}<Range>${range}</Range></CSV>`;

export const selects: readonly Probe[] = [
	{
		id: "A-655",
		assumes: "A range after the last line or split is InvalidArgument.",
		sends:
			"SelectObject with line-range=50-60, and with split-range=9-9; code and EC.",
		expects: ["line: 400 InvalidArgument", "split: 400 InvalidArgument"],
		run: ({ cloud }) =>
			each(
				{ line: "line-range=50-60", split: "split-range=9-9" },
				async (range) =>
					rows(
						await select(
							cloud,
							PEOPLE,
							"select name from ossobject",
							ranged(range),
						),
					),
			),
	},
	{
		id: "A-801",
		assumes: "A CSV record of more than 1 MiB is InvalidCsvLine.",
		sends:
			"SelectObject of an object with a record of 1,048,577 bytes that is not in the result; code and EC, or the error in the response.",
		expects: ["InvalidCsvLine"],
		run: async ({ cloud }) => {
			const key = cloud.name();
			await cloud.must(cloud.put(`/${key}`, `a\n${"b".repeat(2 ** 20 + 1)}\n`));
			const answer = await cloud.post(
				`/${key}?x-oss-process=csv%2Fselect`,
				`<SelectRequest><Expression>${base64("select count(*) from ossobject")}</Expression></SelectRequest>`,
			);
			const [message = answer.status < 300 ? "rows" : code(answer)] =
				/Invalid\w+/.exec(answer.text) ?? [];
			return [message];
		},
	},
	{
		id: "A-803",
		assumes: "A small object has one split.",
		sends: "SelectObject of count(*) with split-range=0-9.",
		expects: ["3"],
		run: async ({ cloud }) => [
			rows(
				await select(
					cloud,
					PEOPLE,
					"select count(*) from ossobject",
					ranged("split-range=0-9"),
				),
			),
		],
	},
	{
		id: "A-804",
		assumes: "Of the values that [*] finds, one that fits is enough.",
		sends:
			"SelectObject of a JSON document where s.c[*].x = 2; one of two values is 2.",
		expects: ['{"x":[1,2]}'],
		run: async ({ cloud }) => [
			rows(
				await select(
					cloud,
					'{"who":[{"c":[{"x":1},{"x":2}]},{"c":[{"x":3}]}]}',
					"select s.c[*].x from ossobject.who[*] s where s.c[*].x = 2",
					"<JSON><Type>DOCUMENT</Type></JSON>",
					"json",
				),
			),
		],
	},
	{
		id: "A-805",
		assumes:
			"An object that is not compressed in the format CompressionType is InvalidArgument.",
		sends: "SelectObject with GZIP of an uncompressed object; code and EC.",
		expects: ["400 InvalidArgument"],
		run: async ({ cloud }) => [
			rows(
				await select(
					cloud,
					PEOPLE,
					"select _1 from ossobject",
					"<CompressionType>GZIP</CompressionType>",
				),
			),
		],
	},
	{
		id: "A-806",
		assumes:
			"The header of a CSV object is line 0 of a range, and a range includes both ends.",
		sends:
			"SelectObject with line-range=0-1 of an object with a header; the names.",
		expects: ["Lora"],
		run: async ({ cloud }) => [
			rows(
				await select(
					cloud,
					PEOPLE,
					"select name from ossobject",
					ranged("line-range=0-1"),
				),
			),
		],
	},
	{
		id: "A-807",
		assumes:
			"CreateSelectObjectMeta of a compressed object, and of a JSON document, is InvalidArgument.",
		sends:
			"CreateSelectObjectMeta with GZIP, and with a document; code and EC.",
		expects: ["GZIP: 400 InvalidArgument", "document: 400 InvalidArgument"],
		run: async ({ cloud }) => {
			const key = cloud.name();
			await cloud.must(cloud.put(`/${key}`, "{}"));
			return each(
				{
					GZIP: [
						"csv",
						"<CsvMetaRequest><InputSerialization><CompressionType>GZIP</CompressionType></InputSerialization></CsvMetaRequest>",
					],
					document: [
						"json",
						"<JsonMetaRequest><InputSerialization><JSON><Type>DOCUMENT</Type></JSON></InputSerialization></JsonMetaRequest>",
					],
				} as const,
				async ([kind, body]) =>
					code(await cloud.post(`/${key}?x-oss-process=${kind}%2Fmeta`, body)),
			);
		},
	},
];
