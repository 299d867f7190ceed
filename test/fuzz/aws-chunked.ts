/** Bodies in aws-chunked framing: the result does not depend on the pieces in which they arrive. */
import { Readable } from "node:stream";
import { OssError } from "../../emulator/oss/errors.ts";
import { unwrapChunks } from "../../emulator/s3/chunked.ts";
import { agree, pieces, type Target } from "./engine/target.ts";

const CUTS = 8;
const SIGNATURE = "0".repeat(64);
const ZEROS = "\0".repeat(CUTS);

/** The content, and the error that ends it. */
async function contentOf(
	body: Iterable<Buffer>,
	size: number,
): Promise<unknown[]> {
	const found: Buffer[] = [];
	try {
		for await (const one of unwrapChunks(Readable.from(body), size, undefined))
			found.push(one);
	} catch (error) {
		if (!(error instanceof OssError)) throw error;
		return [Buffer.concat(found), error.code];
	}
	return [Buffer.concat(found)];
}

export default {
	about: "aws-chunked bodies: the same in pieces of any size",
	seeds: [
		`${ZEROS}\x05${`5;chunk-signature=${SIGNATURE}\r\nhello\r\n`}${`0;chunk-signature=${SIGNATURE}\r\n\r\n`}`,
		`\x01\x01\x01\x01\x01\x01\x01\x01\x03${`2;chunk-signature=${SIGNATURE}\r\nab\r\n1;chunk-signature=${SIGNATURE}\r\nc\r\n`}${`0;chunk-signature=${SIGNATURE}\r\n\r\n`}`,
		`${ZEROS}\0fffffffff;chunk-signature=${SIGNATURE}\r\n`,
	],
	words: [`;chunk-signature=${SIGNATURE}\r\n`],
	run: async (input) => {
		const size = input[CUTS] ?? 0;
		const content = input.subarray(CUTS + 1);
		const whole = await contentOf([content], size);
		const some = [...pieces(content, input.subarray(0, CUTS))];
		// The error must be the same; it may occur before the last bytes are passed on.
		agree("in pieces", (await contentOf(some, size)).slice(1), whole.slice(1));
		if (whole.length === 1)
			agree("in pieces", await contentOf(some, size), whole);
	},
} satisfies Target;
