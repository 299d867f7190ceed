/**
 * `oss-emulator requests`: lists the answered requests, with the reasons for refusals.
 */
import { printable } from "../oss/log.ts";
import { type Command, type Requested, wrongUsage } from "./command.ts";

type Line = {
	readonly id: string;
	readonly receivedAt: string;
	readonly method: string;
	readonly url: string;
	readonly operation: string;
	readonly status: number;
	readonly code: string;
	readonly message: string;
	readonly diagnosis: string;
};

type Found = { readonly requests: readonly Line[] };

export const requests: Command = async (requested) => {
	const { client, words, flags } = requested;
	if (words.length > 0)
		throw wrongUsage("requests", "filters must be given as flags");
	if (flags.follow && flags.limit !== undefined)
		throw wrongUsage("requests", "--limit cannot be combined with --follow");
	const filter = filterOf(requested);
	const { limit } = flags;
	const { requests } = await client.json<Found>("/api/requests", {
		...filter,
		limit: flags.follow ? "1" : limit,
	});
	if (!flags.follow) {
		for (const request of requests.toReversed()) print(requested, request);
		return;
	}
	await follow(requested, filter, requests[0]?.id);
};

const filterOf = ({ flags }: Requested) => ({
	bucket: flags.bucket,
	key: flags.key,
	status: flags.status,
	account: flags.account,
});

/** Gets the requests after the latest printed one, and waits for more. */
async function follow(
	requested: Requested,
	filter: ReturnType<typeof filterOf>,
	latest: string | undefined,
): Promise<void> {
	const { client } = requested;
	const interrupted = new AbortController();
	for (const signal of ["SIGINT", "SIGTERM"])
		process.once(signal, () => interrupted.abort());
	process.stderr.write(`following the requests of ${client.url}\n`);
	let since = latest;
	while (!interrupted.signal.aborted) {
		try {
			const answer = await client.get(
				"/api/requests",
				{ ...filter, since, wait: "30s" },
				interrupted.signal,
			);
			const { requests }: Found = JSON.parse(await answer.text());
			for (const request of requests.toReversed()) print(requested, request);
			since = requests[0]?.id ?? since;
		} catch (error) {
			if (interrupted.signal.aborted) return;
			throw error;
		}
	}
}

function print({ flags, write }: Requested, request: Line): void {
	if (flags.json) {
		write(`${JSON.stringify(request)}\n`);
		return;
	}
	const { receivedAt, status, method, url, operation, code } = request;
	const words = [receivedAt, status, method, url, operation, code];
	const more = [
		request.status >= 300 ? request.message : "",
		request.diagnosis,
	];
	write(`${printable(words.filter(Boolean).join(" "))}\n`);
	for (const line of more.filter(Boolean)) write(`    ${printable(line)}\n`);
}
