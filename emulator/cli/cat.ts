/**
 * `oss-emulator cat`: an object's content, byte for byte.
 */
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { type Command, readObjectPlace } from "./command.ts";

export const cat: Command = async ({ client, words, flags }) => {
	const { path, key } = readObjectPlace("cat", words);
	const versionId = flags["version-id"];
	const { body } = await client.get(`${path}/content`, { key, versionId });
	if (!body) return;
	try {
		await pipeline(Readable.fromWeb(body), process.stdout, { end: false });
	} catch (error) {
		if (!isClosedPipe(error)) throw error; // `| head` has seen enough
	}
};

const isClosedPipe = (error: unknown): boolean =>
	error instanceof Error && "code" in error && error.code === "EPIPE";
