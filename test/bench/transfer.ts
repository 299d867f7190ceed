/** Large bodies, up and down, over one connection; they are discarded. */
import { once } from "node:events";
import { request } from "node:http";

export type Transfer = {
	readonly port: number;
	readonly path: string;
	readonly headers?: Readonly<Record<string, string>>;
};

const CHUNK = Buffer.alloc(1024 * 1024, "oss-emulator ");

/** @returns seconds until the answer */
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

/** @returns seconds until the last byte */
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
