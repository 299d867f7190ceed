import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import OSS from "ali-oss";
import { startEmulator } from "oss-emulator";
import { afterAll, beforeAll, expect, test } from "vitest";

let emulator;
let client;
beforeAll(async () => {
	emulator = await startEmulator(); // in memory, on free ports
	const { endpoint, accessKeyId, accessKeySecret } = emulator;
	client = new OSS({ endpoint, accessKeyId, accessKeySecret });
	await client.putBucket("photos");
	client.useBucket("photos");
});
afterAll(() => emulator.close());

test("a photo is stored", async () => {
	await client.put("cat.jpg", Buffer.from("meow"));
	const { content } = await client.get("cat.jpg");
	expect(content.toString()).toBe("meow");
});

test("the application server receives the callback of a photo", async () => {
	const bodies = [];
	const server = createServer(async (request, response) => {
		bodies.push(await text(request));
		response.writeHead(200, { "Content-Length": 13 }).end('{"album":"7"}');
	});
	await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));

	const { data } = await client.put("dog.jpg", Buffer.from("woof!"), {
		callback: {
			url: `http://127.0.0.1:${server.address().port}/uploaded`,
			body: "key=${object}&size=${size}",
		},
	});

	expect(data).toEqual({ album: "7" });
	expect(bodies).toEqual(["key=dog.jpg&size=5"]);
	server.close();
});
