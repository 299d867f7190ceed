/** Downloads a file from another server for PutAsyncFetchTask, with a single GET request. */
import type { IncomingMessage } from "node:http";
import { http } from "../../oss/node-http.ts";

/** The source did not deliver the file. */
export class SourceError extends Error {
	override readonly name = "SourceError";
}

export type Source = {
	readonly body: AsyncIterable<Buffer>;
	/** The announced length; undefined when it is not announced. */
	readonly bytes: number | undefined;
	readonly contentType: string | undefined;
};

/** Maximum time without data from the server. */
const SILENCE_MS_MAX = 60_000;

/**
 * Opens the file. Redirects are not followed.
 *
 * @param host the Host header; '' for the URL's own host
 * @throws SourceError without an answer, or for a status other than 200; the body throws it when the connection breaks
 */
export async function openSource(
	url: string,
	host: string,
	signal: AbortSignal,
): Promise<Source> {
	const response = await get(readUrl(url), host, signal);
	const { statusCode, headers } = response;
	if (statusCode !== 200) {
		response.destroy();
		throw new SourceError(`Error status : ${statusCode}.`);
	}
	const length = headers["content-length"];
	return {
		body: readBody(response),
		bytes: length === undefined ? undefined : Number(length),
		contentType: headers["content-type"],
	};
}

function readUrl(text: string): URL {
	const url = URL.parse(text);
	if (url?.protocol !== "http:" && url?.protocol !== "https:")
		throw new SourceError(`${text} is not a URL of http or https.`);
	return url;
}

async function get(
	url: URL,
	host: string,
	signal: AbortSignal,
): Promise<IncomingMessage> {
	const client = url.protocol === "https:" ? await import("node:https") : http;
	const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
	const outgoing = client
		.get(
			url,
			{ agent: false, signal, headers: { host: host || url.host } },
			resolve,
		)
		.on("error", (error) => reject(new SourceError(error.message)));
	outgoing.setTimeout(SILENCE_MS_MAX, () =>
		outgoing.destroy(new Error("The source sent no data in time.")),
	);
	return promise;
}

async function* readBody(response: IncomingMessage): AsyncGenerator<Buffer> {
	try {
		yield* response;
	} catch (error) {
		throw new SourceError(error instanceof Error ? error.message : "");
	}
}
