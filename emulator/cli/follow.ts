/**
 * Follows the events of a running emulator: server-sent events, parsed without a library.
 *
 * Source: HTML standard, «Server-sent events»; the emulator writes one line of data per event.
 */
import type { AdminClient } from "./admin-client.ts";
import { CommandError } from "./command-error.ts";
import type { Summary } from "./describe-callback.ts";

/**
 * Runs until the user interrupts it.
 *
 * @throws CommandError when the emulator ends
 */
export async function* follow(client: AdminClient): AsyncGenerator<Summary> {
	const interrupted = new AbortController();
	process.once("SIGINT", () => interrupted.abort());
	process.once("SIGTERM", () => interrupted.abort());
	const { body } = await client.get("/api/events", {}, interrupted.signal);
	process.stderr.write(`following the callbacks of ${client.url}\n`);
	try {
		yield* readEvents(body?.pipeThrough(new TextDecoderStream()) ?? []);
	} catch (error) {
		if (interrupted.signal.aborted) return;
		if (!(error instanceof TypeError)) throw error; // the connection broke
	}
	throw new CommandError(2, `the emulator at ${client.url} has ended`);
}

async function* readEvents(
	texts: AsyncIterable<string> | Iterable<string>,
): AsyncGenerator<Summary> {
	let rest = "";
	for await (const text of texts) {
		const events = (rest + text).split("\n\n");
		rest = events.pop() ?? "";
		for (const event of events) {
			const [, data] = /^event: callback\ndata: (.*)$/.exec(event) ?? [];
			if (data !== undefined) yield JSON.parse(data);
		}
	}
}
