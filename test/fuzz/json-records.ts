/** JSON documents: read like by JSON.parse, in pieces of any size, and written so that they can be read again. */
import { ByteBudget } from "../../emulator/oss/byte-budget.ts";
import { jsonItems, jsonTexts } from "../../emulator/select-sql/json.ts";
import { agree, all, pieces, reading, type Target } from "./engine/target.ts";

async function* from(some: Iterable<Buffer>): AsyncGenerator<Buffer> {
	yield* some;
}

const CUTS = 8;

/** The rows, each with the position of its record; undefined for an error. */
async function rowsOf(
	input: Buffer,
	some: Iterable<Buffer>,
	isDocument: boolean,
) {
	const memory = new ByteBudget(2 ** 24);
	const items = await reading(input, () =>
		all(jsonItems(from(some), { isDocument, from: [] }, memory)),
	);
	return items
		?.filter((item) => item?.value !== undefined)
		.map((item) => ({
			start: item?.start,
			written: [...jsonTexts(item?.value)].join(""),
		}));
}

/** Preserves the digits of numbers, like the reader. */
function parsed(content: Buffer): string | undefined {
	try {
		JSON.parse(content.toString());
		return content.toString();
	} catch {
		return undefined;
	}
}

export default {
	about: "JSON records: like JSON.parse, the same in pieces of any size",
	seeds: [
		'\0\0\0\0\0\0\0\0{"a":[1,2.50,{"b":"c\\"}\\\\"}]}\n{"d":null}',
		'\x01\x02\x01\x02\x01\x02\x01\x02[1],{"\\u0041":"é/"}',
		'\x05\x05\x05\x05\x05\x05\x05\x05{"__proto__":1,"constructor":{}} ',
		"\0\0\0\0\0\0\0\0[-0.5e+10,true,false,{}]",
	],
	run: async (input) => {
		const content = input.subarray(CUTS);
		const some = [...pieces(content, input.subarray(0, CUTS))];
		const lines = await rowsOf(input, [content], false);
		agree("lines in pieces", await rowsOf(input, some, false), lines);
		const document = await rowsOf(input, [content], true);
		agree("a document in pieces", await rowsOf(input, some, true), document);
		const [row] = document ?? [];
		const text = parsed(content);
		// The reader accepts more kinds of white space than JSON.
		if (row && text === undefined && !/[\v\f]/.test(content.toString()))
			agree("text that is not JSON", row, undefined);
		if (text === undefined || !row) return;
		agree("a document", JSON.parse(row.written), JSON.parse(text));
	},
} satisfies Target;
