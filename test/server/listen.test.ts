import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { suite, test } from "node:test";
import { connect as connectTls } from "node:tls";
import { startEmulator } from "../../emulator/index.ts";
import { findFreePort } from "../free-port.ts";

const GRACE_MS = 10_000;

suite("An emulator that stops", () => {
	test("does not wait for connections on which nobody has said a word", async () => {
		const tlsPort = await findFreePort();
		const emulator = await startEmulator({
			memory: true,
			flags: ["--tls-port", String(tlsPort)],
		});
		const { port } = new URL(emulator.endpoint);
		const plain = connect(Number(port), "127.0.0.1");
		const secure = connectTls({
			port: tlsPort,
			host: "127.0.0.1",
			rejectUnauthorized: false,
		});
		await Promise.all([once(plain, "connect"), once(secure, "secureConnect")]);
		const gone = Promise.all([plain, secure].map((one) => once(one, "close")));
		for (const one of [plain, secure]) one.on("error", () => {}).resume();

		const started = performance.now();
		await emulator.close();
		await gone;

		assert.ok(performance.now() - started < GRACE_MS / 2);
	});
});
