/**
 * An application server as described in OSS's documentation: it fetches the public key from the URL in the callback,
 * verifies the signature, and responds with JSON; callers other than OSS receive 403.
 *
 * Source: docs «Callback», step 4, and its sample in Python.
 */
import { createPublicKey, verify } from "node:crypto";
import { createServer, type IncomingMessage } from "node:http";
import { buffer } from "node:stream/consumers";
import type { TestContext } from "node:test";

export type ReceivedCallback = {
	readonly method: string;
	/** The path and query as received. */
	readonly target: string;
	readonly headers: IncomingMessage["headers"];
	readonly body: string;
	readonly isSigned: boolean;
};

export type ApplicationServer = {
	/** `http://127.0.0.1:PORT`. */
	readonly url: string;
	readonly received: readonly ReceivedCallback[];
};

export type ApplicationAnswer = {
	readonly status?: number;
	readonly headers?: Readonly<Record<string, string>>;
	readonly body?: string | Uint8Array;
	/** Runs before the server responds. */
	readonly before?: (callback: ReceivedCallback) => Promise<void>;
	/** The address of this machine to listen on; by default the loopback address. */
	readonly address?: string;
};

export async function startApplicationServer(
	t: Pick<TestContext, "after">,
	{
		status = 200,
		headers = {},
		body = '{"Status":"OK"}',
		before,
		address = "127.0.0.1",
	}: ApplicationAnswer = {},
): Promise<ApplicationServer> {
	const received: ReceivedCallback[] = [];
	const server = createServer(async (incoming, outgoing) => {
		const callback = await receive(incoming);
		received.push(callback);
		await before?.(callback);
		const answer = callback.isSigned
			? { status, body }
			: { status: 403, body: '{"Status":"verify not ok"}' };
		outgoing.writeHead(answer.status, {
			"Content-Type": "application/json",
			"Content-Length": Buffer.byteLength(answer.body),
			...headers,
		});
		outgoing.end(answer.body);
	});
	const { promise, resolve } = Promise.withResolvers<void>();
	server.listen(0, address, resolve);
	await promise;
	t.after(() => {
		server.closeAllConnections();
		server.close();
	});
	const bound = server.address();
	const port = typeof bound === "object" ? bound?.port : undefined;
	return { url: `http://${address}:${port}`, received };
}

async function receive(incoming: IncomingMessage): Promise<ReceivedCallback> {
	const { method = "", url: target = "", headers } = incoming;
	const body = await buffer(incoming);
	return {
		method,
		target,
		headers,
		body: body.toString(),
		isSigned: await isSigned(target, headers, body),
	};
}

async function isSigned(
	target: string,
	headers: IncomingMessage["headers"],
	body: Buffer,
): Promise<boolean> {
	const publicKeyUrl = Buffer.from(
		String(headers["x-oss-pub-key-url"]),
		"base64",
	).toString();
	if (!URL.canParse(publicKeyUrl)) return false;
	const publicKey = await (await fetch(publicKeyUrl)).text();
	const mark = target.indexOf("?");
	const [path, query] =
		mark < 0 ? [target, ""] : [target.slice(0, mark), target.slice(mark)];
	return verify(
		"RSA-MD5",
		Buffer.concat([Buffer.from(`${decodeURIComponent(path)}${query}\n`), body]),
		createPublicKey(publicKey),
		Buffer.from(headers.authorization ?? "", "base64"),
	);
}
