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
import { CommandError } from "./command-error.ts";
import {
	type Content,
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
		if (json) writeJson(requested, callback);
		else await print(requested, callback);
}

const writeJson = ({ write }: Requested, callback: object): void =>
	write(`${JSON.stringify(callback)}\n`);

async function print(
	{ client, flags, write }: Requested,
	callback: Summary,
): Promise<void> {
	write(describeCallback(callback));
	const whole = flags.verbose && (await findCallback(client, callback.id));
	if (whole) write(describeContent(whole));
}

/** @returns undefined if the record has been cleared meanwhile, as between two tests */
async function findCallback(
	client: Requested["client"],
	id: string,
): Promise<Content | undefined> {
	try {
		return await client.json(`/api/callbacks/${id}`);
	} catch (error) {
		if (error instanceof CommandError && error.code === 1) return undefined;
		throw error;
	}
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

/** Prints each callback once its outcome is known, or once it is sent with `--status sending`. */
async function followCallbacks(requested: Requested): Promise<void> {
	const { client, flags } = requested;
	const { account, bucket, key, status } = flags;
	// Refuses a filter that cannot match.
	const filter = { account, bucket, key, status, limit: "1" };
	await client.json("/api/callbacks", filter);
	for await (const callback of follow(client)) {
		const isUnderWay = callback.status === "sending";
		if (isUnderWay && status !== "sending") continue;
		if (!isWanted(callback, flags)) continue;
		if (!flags.json) {
			await print(requested, callback);
			continue;
		}
		const whole = await findCallback(client, callback.id);
		if (whole) writeJson(requested, whole);
	}
}

const isWanted = (
	callback: Summary,
	{
		account = callback.account,
		bucket = callback.bucket,
		key = callback.key,
		status = callback.status,
	}: Requested["flags"],
): boolean =>
	callback.account === account &&
	callback.bucket === bucket &&
	callback.key === key &&
	callback.status === status;
