import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { suite, test } from "node:test";
import { connect as connectTls } from "node:tls";
import { startEmulator } from "../../emulator/index.ts";
import { findFreePort } from "../free-port.ts";

suite("An emulator that stops", () => {
	test("closes connections without a request, while an upload continues", async () => {
		const tlsPort = await findFreePort();
		const emulator = await startEmulator({
			memory: true,
			flags: ["--tls-port", String(tlsPort), "--auth", "off"],
		});
		const port = Number(new URL(emulator.endpoint).port);
		await fetch(`${emulator.endpoint}/photos`, { method: "PUT" });
		const plain = connect(port, "127.0.0.1");
		const secure = connectTls({
			port: tlsPort,
			host: "127.0.0.1",
			rejectUnauthorized: false,
		});
		await Promise.all([once(plain, "connect"), once(secure, "secureConnect")]);
		const disconnected = Promise.all(
			[plain, secure].map((one) => once(one, "close")),
		);
		for (const one of [plain, secure]) one.on("error", () => {}).resume();
		const upload = connect(port, "127.0.0.1");
		upload.write(
			"PUT /photos/cat HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n",
		);
		await once(upload, "readable"); // 100 Continue: the emulator has received the request

		const closed = emulator.close();
		// The upload is aborted at the end of the grace period for pending requests.
		await disconnected;
		upload.write("meow");

		assert.match(await text(upload), /^HTTP\/1\.1 200 /m);
		await closed;
	});
});
