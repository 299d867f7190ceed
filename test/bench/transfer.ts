/** Large bodies, up and down, over one connection; and single requests whose answers are returned. */
import { createHash } from "node:crypto";
import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { buffer } from "node:stream/consumers";

export type Transfer = {
	readonly port: number;
	readonly path: string;
	readonly headers?: Readonly<Record<string, string>>;
};

const CHUNK = Buffer.alloc(1024 * 1024, "oss-emulator ");

/** @returns the seconds until the response */
export async function upload(
	{ port, path, headers = {} }: Transfer,
	size: number,
): Promise<number> {
	const started = performance.now();
	const outgoing = request({
		port,
		path,
		method: "PUT",
		host: "127.0.0.1",
		headers: { ...headers, "content-length": size },
	});
	const answered = once(outgoing, "response");
	for (let sent = 0; sent < size; sent += CHUNK.length) {
		if (!outgoing.write(CHUNK.subarray(0, Math.min(CHUNK.length, size - sent))))
			await once(outgoing, "drain");
	}
	outgoing.end();
	const [answer] = await answered;
	if (answer.statusCode >= 300)
		throw new Error(`PUT ${path}: ${answer.statusCode}`);
	answer.resume();
	await once(answer, "end");
	return (performance.now() - started) / 1000;
}

/** @returns the response to a small request */
export async function exchange(
	{ port, path, headers = {} }: Transfer,
	method: string,
	body: string,
): Promise<{ readonly status: number; readonly body: Buffer }> {
	const outgoing = request({ port, path, method, host: "127.0.0.1", headers });
	outgoing.setHeader("content-length", body.length).end(body);
	const [answer]: IncomingMessage[] = await once(outgoing, "response");
	if (!answer) throw new Error(`${method} ${path}: no answer`);
	return { status: answer.statusCode ?? 0, body: await buffer(answer) };
}

/** Downloads the object of `upload`. @throws Error if the content differs */
export async function requireUploaded(
	{ port, path, headers = {} }: Transfer,
	size: number,
): Promise<void> {
	const outgoing = request({ port, path, host: "127.0.0.1", headers });
	outgoing.end();
	const [answer]: IncomingMessage[] = await once(outgoing, "response");
	const [sent, received] = [createHash("md5"), createHash("md5")];
	for (let at = 0; at < size; at += CHUNK.length)
		sent.update(CHUNK.subarray(0, Math.min(CHUNK.length, size - at)));
	for await (const chunk of answer ?? []) received.update(chunk);
	if (sent.digest("hex") !== received.digest("hex"))
		throw new Error(`GET ${path}: other bytes than were uploaded`);
}

/** @returns the seconds until the last byte */
export async function download(
	{ port, path, headers = {} }: Transfer,
	size: number,
): Promise<number> {
	const started = performance.now();
	const outgoing = request({ port, path, host: "127.0.0.1", headers });
	outgoing.end();
	const [answer] = await once(outgoing, "response");
	let received = 0;
	answer.on("data", (chunk: Buffer) => {
		received += chunk.length;
	});
	await once(answer, "end");
	if (received !== size)
		throw new Error(`GET ${path}: ${received} bytes of ${size}`);
	return (performance.now() - started) / 1000;
}
