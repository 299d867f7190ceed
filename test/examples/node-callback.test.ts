import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { fileURLToPath } from "node:url";
import { startEmulator } from "../emulator.ts";
import { findFreePort } from "../free-port.ts";
import { startInBackground, succeed } from "../run.ts";

const cwd = fileURLToPath(
	new URL("../../examples/node-callback", import.meta.url),
);

suite("The example of a direct upload", () => {
	test("notifies the application server of the photo, and returns its answer to the uploader", async (t) => {
		const { endpoint } = await startEmulator(t);
		const port = String(await findFreePort());
		const server = await startInBackground(t, "node server.mjs", /server on/, {
			cwd,
			env: { OSS_ENDPOINT: endpoint, PORT: port },
		});

		const printed = await succeed("node upload.mjs", {
			cwd,
			env: {
				OSS_ENDPOINT: endpoint,
				APPLICATION: `http://127.0.0.1:${port}`,
			},
		});

		assert.equal(printed, '200 {"saved":"incoming/cat.jpg"}\n');
		assert.equal(server.lines.at(-1), "tom uploaded incoming/cat.jpg, 4 bytes");
	});

	test("refuses callers other than OSS", async (t) => {
		const { endpoint } = await startEmulator(t);
		const port = String(await findFreePort());
		await startInBackground(t, "node server.mjs", /server on/, {
			cwd,
			env: { OSS_ENDPOINT: endpoint, PORT: port },
		});
		const forgeries = [
			{},
			{ "x-oss-pub-key-url": toBase64("http://127.0.0.1:1/key.pem") },
			{
				"x-oss-pub-key-url": toBase64(`${endpoint}/callback_pub_key_v1.pem`),
				authorization: toBase64("forged"),
			},
		];
		for (const headers of forgeries) {
			const { status } = await fetch(`http://127.0.0.1:${port}/uploaded`, {
				method: "POST",
				headers,
				body: '{"key":"incoming/cat.jpg"}',
			});
			assert.equal(status, 403);
		}
	});
});

const toBase64 = (text: string): string => Buffer.from(text).toString("base64");
