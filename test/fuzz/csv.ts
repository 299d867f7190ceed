/**
 * Records of CSV: the result does not depend on the pieces in which the object arrives, and written fields can be read.
 */
import { csvField, csvRecords } from "../../emulator/select-sql/csv.ts";
import { agree, all, pieces, reading, type Target } from "./engine/target.ts";

const PLAIN = {
	recordDelimiter: "\n",
	fieldDelimiter: ",",
	quote: '"',
	comment: "",
	allowsQuotedRecordDelimiter: true,
};
const DIALECTS = [
	PLAIN,
	{ ...PLAIN, recordDelimiter: "\r\n", comment: "#" },
	{ ...PLAIN, allowsQuotedRecordDelimiter: false },
	{ ...PLAIN, fieldDelimiter: "||", quote: "''", recordDelimiter: "ab" },
	{ ...PLAIN, quote: "" },
];

async function* from(some: Iterable<Buffer>): AsyncGenerator<Buffer> {
	yield* some;
}

const CUTS = 8;

export default {
	about: "CSV records: the same in pieces of any size; fields written and read",
	seeds: [
		'\0\0\0\0\0\0\0\0\0a,b\n"c,\n""d""",e\n# f\n',
		"\x01\x01\x02\x03\x05\x08\x01\x01\x02a,b\r\n#c\r\nd,\r\n",
		"\x03\x01\x01\x01\x01\x01\x01\x01\x01a||''b''''c''||dab",
		'\x02\x01\x01\x01\x01\x01\x01\x01\x01"a,"b\n"',
	],
	run: async (input) => {
		const dialect = DIALECTS[(input[0] ?? 0) % DIALECTS.length] ?? PLAIN;
		const content = input.subarray(1 + CUTS);
		const read = (some: Iterable<Buffer>) =>
			reading(input, () => all(csvRecords(from(some), dialect)));
		const whole = await read([content]);
		agree(
			"in pieces",
			await read(pieces(content, input.subarray(1, 1 + CUTS))),
			whole,
		);
		if (!whole || dialect !== PLAIN) return;
		const lines = whole.map(({ fields }) =>
			fields.map((one) => csvField(one, dialect)).join(","),
		);
		const again = await read([
			Buffer.from(lines.map((line) => `${line}\n`).join("")),
		]);
		agree(
			"written",
			again?.map(({ fields }) => fields),
			whole.map(({ fields }) => fields),
		);
	},
} satisfies Target;
