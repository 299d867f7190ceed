/**
 * `oss-emulator rm`: deletes an object, or all objects below a prefix.
 */
import { type Command, pathOf, readPlace, wrongUsage } from "./command.ts";
import { CommandError } from "./command-error.ts";
import { objectsBelow } from "./objects.ts";

export const rm: Command = async (requested) => {
	const { client, words, flags, write, progress } = requested;
	const [word = "", ...more] = words;
	const { bucket, key } = readPlace(word);
	if (bucket === "" || more.length > 0 || (key === "" && !flags.recursive))
		throw wrongUsage("rm", "name one object, or a prefix with --recursive");
	const path = `${pathOf(bucket)}/object`;
	let deleted = 0;
	if (!flags.recursive) {
		const versionId = flags["version-id"];
		// OSS deletes an object that does not exist without an error; a command should report it.
		await client.json(path, { key });
		await client.sendJson("DELETE", path, { query: { key, versionId } });
		deleted = 1;
	} else
		for await (const object of objectsBelow(client, bucket, key)) {
			await client.sendJson("DELETE", path, { query: { key: object.key } });
			deleted += 1;
			progress(`${deleted} deleted`);
		}
	progress("");
	if (deleted === 0) throw new CommandError(1, "no key has this prefix");
	write(
		flags.json ? `${JSON.stringify({ deleted })}\n` : `${deleted} deleted\n`,
	);
};
