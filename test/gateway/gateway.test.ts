import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { startApplicationServer } from "../application-server.ts";
import { refusal, textsOf } from "../client.ts";
import { startBoth } from "./clouds.ts";

const base64 = (json: object): string =>
	Buffer.from(JSON.stringify(json)).toString("base64");

suite("A gateway", () => {
	test("puts, gets, lists and deletes objects of the cloud's bucket under its own name", async (t) => {
		const { cloud, gateway } = await startBoth(t);

		const put = await gateway.oss.put("/photos/a%20b/cat.txt", "meow", {
			"content-type": "text/plain",
			"x-oss-meta-by": "tom",
		});

		assert.equal(put.status, 200);
		const there = await cloud.oss.get("/real-photos/a%20b/cat.txt");
		assert.equal(there.text, "meow");
		assert.equal(there.headers["x-oss-meta-by"], "tom");
		assert.equal(put.headers.etag, there.headers.etag);
		const got = await gateway.oss.get("/photos/a%20b/cat.txt");
		assert.equal(got.text, "meow");
		assert.equal(got.headers["content-type"], "text/plain");
		const listed = await gateway.oss.get("/photos?list-type=2");
		assert.deepEqual(textsOf(listed, "Name"), ["photos"]);
		assert.deepEqual(textsOf(listed, "Key"), ["a b/cat.txt"]);
		await gateway.oss.delete("/photos/a%20b/cat.txt");
		const gone = await gateway.oss.get("/photos/a%20b/cat.txt");
		assert.match(refusal(gone), /^404 NoSuchKey/);
	});

	test("sends the callback itself, with the variables of the cloud's object", async (t) => {
		const { cloud, gateway } = await startBoth(t);
		const application = await startApplicationServer(t, { body: '{"a":1}' });

		const put = await gateway.oss.put("/photos/cat.txt", "meow", {
			"x-oss-callback": base64({
				callbackUrl: `${application.url}/uploaded`,
				callbackBody:
					"bucket=${bucket}&object=${object}&size=${size}&etag=${etag}&type=${mimeType}&crc64=${crc64}&by=${x:user}",
			}),
			"x-oss-callback-var": base64({ "x:user": "tom" }),
		});

		assert.equal(put.status, 200);
		assert.equal(put.text, '{"a":1}');
		const { headers } = await cloud.oss.head("/real-photos/cat.txt");
		const [callback] = application.received;
		assert.ok(callback?.isSigned);
		const etag = headers.etag?.replaceAll('"', "");
		assert.equal(
			callback.body,
			`bucket=photos&object=cat.txt&size=4&etag=${etag}&type=application%2Foctet-stream&crc64=${headers["x-oss-hash-crc64ecma"]}&by=tom`,
		);
	});
});
