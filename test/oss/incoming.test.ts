import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import { connect } from "node:net";
import { Readable } from "node:stream";
import { suite, test } from "node:test";
import { OssError } from "../../emulator/oss/errors.ts";
import { readBody } from "../../emulator/oss/incoming.ts";

suite("A body", () => {
	test("is read completely, up to its limit", async () => {
		const pieces = ["me", "ow"].map((piece) => Buffer.from(piece));
		assert.equal(String(await readBody(Readable.from(pieces), 4)), "meow");
		assert.equal(await readBody(Readable.from(pieces), 3), undefined);
		assert.equal(String(await readBody(Readable.from([]), 0)), "");
	});

	test("is IncompleteBody if the client disconnects", async (t) => {
		const server = createServer().listen(0, "127.0.0.1");
		t.after(() => server.close());
		await once(server, "listening");
		const address = server.address();
		assert.ok(typeof address === "object" && address);
		const socket = connect(address.port, "127.0.0.1");
		socket.write("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nmeow");
		const [incoming]: IncomingMessage[] = await once(server, "request");
		assert.ok(incoming);
		const read = readBody(incoming, 100);
		socket.destroy();

		await assert.rejects(
			read,
			(error) => error instanceof OssError && error.code === "IncompleteBody",
		);
	});

	test("rejects with the error if it fails for another reason", async () => {
		const failing = new Readable({ read: () => {} });
		failing.destroy(new TypeError("a bug"));
		await assert.rejects(readBody(failing, 100), /^TypeError: a bug$/);
	});
});
