/**
 * `oss-emulator cat`: an object's content, byte for byte.
 */
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { codeOf } from "../oss/code-of.ts";
import { type Command, readObjectPlace } from "./command.ts";

export const cat: Command = async ({ client, words, flags }) => {
	const { path, key } = readObjectPlace("cat", words);
	const versionId = flags["version-id"];
	const { body } = await client.get(`${path}/content`, { key, versionId });
	if (!body) return;
	try {
		await pipeline(Readable.fromWeb(body), process.stdout, { end: false });
	} catch (error) {
		if (codeOf(error) !== "EPIPE") throw error; // the reader, such as `| head`, has ended
	}
};
