/**
 * `oss-emulator callbacks`: lists the requests to application servers and their outcomes, or follows them as they
 * happen.
 */
import {
	type Command,
	type Requested,
	readOnly,
	wrongUsage,
} from "./command.ts";
import {
	describeCallback,
	describeContent,
	type Summary,
} from "./describe-callback.ts";
import { follow } from "./follow.ts";

export const callbacks: Command = async (requested) => {
	if (requested.words.length > 0)
		throw wrongUsage("callbacks", "filters must be given as flags");
	if (requested.flags.follow && requested.flags.limit !== undefined)
		throw wrongUsage("callbacks", "--limit cannot be combined with --follow");
	await (requested.flags.follow
		? followCallbacks(requested)
		: listCallbacks(requested));
};

type Found = { readonly callbacks: readonly Summary[] };

/** Latest last, at the end of the terminal's output. */
async function listCallbacks(requested: Requested): Promise<void> {
	const { client, flags } = requested;
	const { account, bucket, key, status, limit, json } = flags;
	const found = await client.json<Found>("/api/callbacks", {
		bucket,
		key,
		status,
		limit,
		account,
		summary: json ? "false" : "true",
	});
	for (const callback of found.callbacks.toReversed())
		await print(requested, callback);
}

async function print(
	{ client, flags, write }: Requested,
	callback: Summary,
): Promise<void> {
	if (flags.json) {
		write(`${JSON.stringify(callback)}\n`);
		return;
	}
	write(describeCallback(callback));
	if (flags.verbose)
		write(describeContent(await client.json(`/api/callbacks/${callback.id}`)));
}

/** `oss-emulator resend`: sends a recorded callback once more. */
export const resend: Command = async ({ client, words, flags, write }) => {
	const id = readOnly("resend", words, "callback");
	const { url } = flags;
	const sent = await client.sendJson<Pick<Summary, "id" | "status">>(
		"POST",
		`/api/callbacks/${encodeURIComponent(id)}/send`,
		{ body: url === undefined ? {} : { url } },
	);
	write(
		flags.json ? `${JSON.stringify(sent)}\n` : `${sent.id} ${sent.status}\n`,
	);
};

/** Prints each callback once its outcome is known. */
async function followCallbacks(requested: Requested): Promise<void> {
	const { client, flags, write } = requested;
	const { bucket, key, status } = flags;
	// Refuses a filter that cannot match.
	await client.json("/api/callbacks", { bucket, key, status, limit: "1" });
	for await (const callback of follow(client)) {
		if (callback.status === "sending" || !isWanted(callback, flags)) continue;
		write(
			flags.json
				? `${JSON.stringify(await client.json(`/api/callbacks/${callback.id}`))}\n`
				: describeCallback(callback),
		);
	}
}

const isWanted = (
	callback: Summary,
	{
		bucket = callback.bucket,
		key = callback.key,
		status = callback.status,
	}: Requested["flags"],
): boolean =>
	callback.bucket === bucket &&
	callback.key === key &&
	callback.status === status;
