/**
 * The server with which the emulator is compared: the minimum for the same work.
 *
 * PUT /small: MD5, one SQLite row. GET /small: that row. PUT /big: a file, with MD5. GET /big: the file. POST: an
 * application server's answer to a callback. It runs in a separate process, on the port in its argument or a free port,
 * and prints the port.
 */
import { createHash, hash } from "node:crypto";
import {
	createReadStream,
	createWriteStream,
	mkdtempSync,
	rmSync,
} from "node:fs";
import {
	createServer,
	type IncomingMessage,
	type ServerResponse,
} from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import Database from "better-sqlite3";

const folder = mkdtempSync(join(tmpdir(), "bare-server-"));
process.on("exit", () => rmSync(folder, { recursive: true }));
process.on("SIGTERM", () => process.exit(0));

const db = new Database(join(folder, "bare.db"));
db.pragma("journal_mode = WAL");
db.pragma("synchronous = NORMAL");
db.exec("CREATE TABLE object (key TEXT PRIMARY KEY, etag TEXT, data BLOB)");
const insert = db.prepare("INSERT OR REPLACE INTO object VALUES (?, ?, ?)");
const select = db.prepare<[string], { data: Buffer }>(
	"SELECT data FROM object WHERE key = ?",
);
const big = join(folder, "big");

const ANSWER = Buffer.from('{"Status":"OK"}');

async function respond(
	request: IncomingMessage,
	response: ServerResponse,
): Promise<void> {
	const url = request.url ?? "/";
	if (request.method === "PUT" && url.startsWith("/big")) {
		const md5 = createHash("md5");
		request.on("data", (chunk: Buffer) => md5.update(chunk));
		await pipeline(request, createWriteStream(big));
		response
			.writeHead(200, { ETag: md5.digest("hex"), "Content-Length": 0 })
			.end();
	} else if (url.startsWith("/big")) {
		response.writeHead(200, {
			"Content-Length": Number(
				new URLSearchParams(url.split("?")[1]).get("size"),
			),
		});
		await pipeline(
			createReadStream(big, { highWaterMark: 256 * 1024 }),
			response,
		);
	} else if (request.method === "PUT") {
		const data = await bodyOf(request);
		const etag = hash("md5", data, "hex");
		insert.run(url, etag, data);
		response.writeHead(200, { ETag: etag, "Content-Length": 0 }).end();
	} else if (request.method === "GET") {
		const data = select.get(url)?.data ?? Buffer.alloc(0);
		response.writeHead(200, { "Content-Length": data.length }).end(data);
	} else {
		await bodyOf(request);
		response
			.writeHead(200, {
				"Content-Type": "application/json",
				"Content-Length": ANSWER.length,
			})
			.end(ANSWER);
	}
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
	const chunks: Buffer[] = [];
	for await (const chunk of request) chunks.push(chunk);
	return Buffer.concat(chunks);
}

const server = createServer(
	(request, response) => void respond(request, response),
);
server.listen(Number(process.argv[2] ?? 0), "127.0.0.1", () => {
	const address = server.address();
	if (address !== null && typeof address !== "string")
		process.stdout.write(`http://127.0.0.1:${address.port}\n`);
});
