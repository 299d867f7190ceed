/**
 * The application server to which OSS sends the callbacks of probes. It answers with arbitrary bytes from a probe and
 * parses HTTP itself, because some assumptions are about answers that a correct HTTP server does not send.
 */
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";

export type Callback = {
	/** The received request line and headers, unchanged. */
	readonly head: string;
	/** The headers by lower-case name. */
	readonly headers: Readonly<Record<string, string>>;
	readonly target: string;
	readonly body: Buffer;
};

export type ApplicationServer = {
	/** The URL for OSS, without a path. */
	readonly url: string;
	/** Answers future callbacks with these bytes, and then closes the connection. */
	answer(bytes: string | Buffer): void;
	/** The requests received since the last call. */
	take(): Callback[];
	close(): void;
};

export const OK = reply("{}");

/** A complete HTTP response with a Content-Length. */
export function reply(
	body: string | Buffer,
	headers = "Content-Type: application/json\r\n",
	status = "200 OK",
): Buffer {
	const head = `HTTP/1.1 ${status}\r\n${headers}Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n`;
	return Buffer.concat([Buffer.from(head), Buffer.from(body)]);
}

/** @param url the URL for the cloud; by default the address that the server listens on */
export async function startApplicationServer(
	host: string,
	port: number,
	url?: string,
): Promise<ApplicationServer> {
	const received: Callback[] = [];
	let answer: string | Buffer = OK;
	const sockets = new Set<Socket>();
	const server = createServer((socket) => {
		sockets.add(socket);
		socket.on("error", () => socket.destroy());
		socket.on("close", () => sockets.delete(socket));
		receive(socket, (callback) => {
			received.push(callback);
			socket.end(answer);
		});
	});
	server.listen(port, host);
	await once(server, "listening");
	const { port: bound } = server.address() as AddressInfo;
	return {
		url: url ?? `http://${host}:${bound}`,
		answer: (bytes) => {
			answer = bytes;
		},
		take: () => received.splice(0),
		close: () => {
			for (const socket of sockets) socket.destroy();
			server.close();
		},
	};
}

const CALLBACK_BYTES_MAX = 1024 * 1024;

/** Calls `then` once the head and the declared length of the body have arrived. */
function receive(socket: Socket, then: (callback: Callback) => void): void {
	let bytes = Buffer.alloc(0);
	socket.on("data", (chunk) => {
		bytes = Buffer.concat([bytes, chunk]);
		if (bytes.length > CALLBACK_BYTES_MAX) socket.destroy();
		const end = bytes.indexOf("\r\n\r\n");
		if (end < 0) return;
		const head = bytes.subarray(0, end).toString("latin1");
		const callback = readHead(head, bytes.subarray(end + 4));
		const length = Number(callback.headers["content-length"] ?? 0);
		if (callback.body.length < length) return;
		socket.removeAllListeners("data");
		then(callback);
	});
}

function readHead(head: string, body: Buffer): Callback {
	const [requestLine = "", ...lines] = head.split("\r\n");
	const headers = lines.map((line) => {
		const [name = "", value = ""] = line.split(/:\s*(.*)/s);
		return [name.toLowerCase(), value] as const;
	});
	const [, target = ""] = requestLine.split(" ");
	return { head, headers: Object.fromEntries(headers), target, body };
}
