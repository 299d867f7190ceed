/**
 * `oss-emulator presign`: prints a signed URL, to open in a browser or to share.
 */
import { readDecimal } from "../oss/decimal.ts";
import { type Command, readObjectPlace, wrongUsage } from "./command.ts";

export const presign: Command = async ({ client, words, flags, write }) => {
	const { bucket, key } = readObjectPlace("presign", words);
	const { method, account } = flags;
	const seconds =
		flags.seconds === undefined ? undefined : readDecimal(flags.seconds, 1);
	if (flags.seconds !== undefined && seconds === undefined)
		throw wrongUsage(
			"presign",
			`--seconds must be a number, not ${flags.seconds}`,
		);
	const signed = await client.sendJson<{ readonly url: string }>(
		"POST",
		"/api/presign",
		{ body: { bucket, key, method, seconds, account } },
	);
	write(flags.json ? `${JSON.stringify(signed)}\n` : `${signed.url}\n`);
};
