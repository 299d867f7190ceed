/**
 * `oss-emulator callbacks`: what application servers were sent, and what came of it; or, as it happens, what they are
 * being sent.
 */
import { type Asked, type Command, wrongUsage } from "./command.ts";
import { describeCallback, type Summary } from "./describe-callback.ts";
import { follow } from "./follow.ts";

export const callbacks: Command = async (asked) => {
	if (asked.words.length > 0)
		throw wrongUsage("callbacks", "filters are flags");
	if (asked.flags.follow && asked.flags.limit !== undefined)
		throw wrongUsage("callbacks", "--follow has no --limit");
	await (asked.flags.follow ? followCallbacks(asked) : listCallbacks(asked));
};

type Found = { readonly callbacks: readonly Summary[] };

/** The latest last, where a terminal ends. */
async function listCallbacks({ client, flags, write }: Asked): Promise<void> {
	const { bucket, key, status, limit, json } = flags;
	const found = await client.json<Found>("/api/callbacks", {
		...{ bucket, key, status, limit },
		summary: json ? "false" : "true",
	});
	for (const one of found.callbacks.toReversed())
		write(json ? `${JSON.stringify(one)}\n` : describeCallback(one));
}

/** Each when it is known what came of it. */
async function followCallbacks(asked: Asked): Promise<void> {
	const { client, flags, write } = asked;
	const { bucket, key, status } = flags;
	// Refuses a filter that nothing would ever fit.
	await client.json("/api/callbacks", { bucket, key, status, limit: "1" });
	for await (const one of follow(client)) {
		if (one.status === "sending" || !isWanted(one, flags)) continue;
		write(
			flags.json
				? `${JSON.stringify(await client.json(`/api/callbacks/${one.id}`))}\n`
				: describeCallback(one),
		);
	}
}

const isWanted = (
	one: Summary,
	{ bucket = one.bucket, key = one.key, status = one.status }: Asked["flags"],
): boolean => one.bucket === bucket && one.key === key && one.status === status;
