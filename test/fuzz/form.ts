/** Forms of PostObject: the result does not depend on the pieces in which the body arrives. */
import { Readable } from "node:stream";
import Fastify, { type FastifyRequest } from "fastify";
import { ByteBudget } from "../../emulator/oss/byte-budget.ts";
import { OssError } from "../../emulator/oss/errors.ts";
import { acceptForms, formParts } from "../../emulator/server/form-parts.ts";
import {
	agree,
	all,
	pieces,
	requireNoLeak,
	type Target,
} from "./engine/target.ts";

const BOUNDARY = "b";
const CUTS = 8;

/** A server with the multipart plugin, which only reads forms from requests. It is used for all inputs. */
let incoming: FastifyRequest;

const part = (head: string, value: string): string =>
	`--${BOUNDARY}\r\nContent-Disposition: form-data; ${head}\r\n\r\n${value}\r\n`;
const END = `--${BOUNDARY}--\r\n`;
const ZEROS = "\0".repeat(CUTS);

/** The parts, and the code of the error that ends them. */
async function partsOf(
	body: Iterable<Buffer>,
	input: Buffer,
): Promise<unknown[]> {
	const found: unknown[] = [];
	const headers = {
		"content-type": `multipart/form-data; boundary=${BOUNDARY}`,
	};
	const content = Readable.from(body);
	try {
		for await (const one of formParts(
			incoming,
			content,
			headers,
			new ByteBudget(2 ** 20),
		)) {
			if (one.kind !== "file") found.push(one);
			else {
				const chunks = await all(one.content);
				const { name, filename, contentType } = one;
				found.push([name, filename, contentType, Buffer.concat(chunks)]);
			}
		}
	} catch (error) {
		if (!(error instanceof OssError)) throw error;
		requireNoLeak(error.message, input);
		found.push(error.code);
	}
	return found;
}

export default {
	about: "multipart forms: the same in pieces of any size",
	seeds: [
		ZEROS +
			part('name="key"', "a") +
			part(
				'name="file"; filename="c.txt"\r\nContent-Type: text/plain',
				"x\r\n-",
			) +
			END,
		`\x01\x02\x03\x04\x05\x06\x07\x08${part('name="constructor"', "a")}${part("name=\"FILE\"; filename*=utf-8''%e2%82%ac", "")}${part('name="late"', "b")}${END}`,
		ZEROS + part('name="a\\"b"; x=y', "é\xff") + END,
		`${ZEROS}preamble\r\n--b\r\nContent-Disposition: form-data; name=key\r\n\tfolded\r\n\r\na\r\n--b--`,
	],
	start: async () => {
		const app = Fastify();
		await acceptForms(app);
		app.get("/", async (request) => {
			incoming = request;
			return "";
		});
		await app.inject("/");
		return () => app.close();
	},
	run: async (input) => {
		const content = input.subarray(CUTS);
		// A socket does not emit empty pieces.
		const whole = await partsOf(content.length === 0 ? [] : [content], input);
		const some = await partsOf(
			[...pieces(content, input.subarray(0, CUTS))],
			input,
		);
		// In pieces, more parts may be read before an error.
		if (typeof whole.at(-1) === "string")
			agree("the error in pieces", some.at(-1), whole.at(-1));
		else agree("in pieces", some, whole);
	},
} satisfies Target;
