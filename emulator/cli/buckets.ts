/**
 * `oss-emulator mb` and `rb`: create and remove a bucket.
 */
import { type Command, pathOf, readOnly, readPlace } from "./command.ts";

export const mb: Command = async ({ client, words, flags, write }) => {
	const { bucket } = readPlace(readOnly("mb", words, "bucket"));
	const made = await client.sendJson("PUT", pathOf(bucket), {
		body: {
			...(flags.acl === undefined ? {} : { acl: flags.acl }),
			...(flags.account === undefined ? {} : { owner: flags.account }),
			...(flags.versioning ? { versioning: "Enabled" } : {}),
		},
	});
	write(flags.json ? `${JSON.stringify(made)}\n` : `${bucket}\n`);
};

export const rb: Command = async ({ client, words, flags, write }) => {
	const { bucket } = readPlace(readOnly("rb", words, "bucket"));
	const force = flags.force ? "true" : "false";
	await client.sendJson("DELETE", pathOf(bucket), { query: { force } });
	write(`${bucket}\n`);
};
