/**
 * Three gateways behind Debian's nginx: `npm run test:gateway`. They share only the bucket in the cloud, so it must not
 * matter which of them receives a request and which of them sends a callback.
 */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { suite, test } from "node:test";
import { startApplicationServer } from "../application-server.ts";
import { Client, textsOf } from "../client.ts";
import { has } from "../run.ts";
import { startCloud, startGateway } from "./clouds.ts";
import { startNginx } from "./nginx.ts";

const GATEWAYS = 3;
const UPLOADS = 30;

const base64 = (json: object): string =>
	Buffer.from(JSON.stringify(json)).toString("base64");

suite("Three gateways behind a load balancer", () => {
	test("act as one OSS for their clients, including callbacks", async (t) => {
		assert.ok(await has("nginx"), "nginx is missing: apt-get install nginx");
		const cloud = await startCloud(t);
		await cloud.oss.put("/real-photos");
		const names = ["--upstream-bucket", "photos=real-photos"];
		const gateways = await Promise.all(
			Array.from({ length: GATEWAYS }, () => startGateway(t, cloud, ...names)),
		);
		const application = await startApplicationServer(t);
		const { url } = await startNginx(
			t,
			gateways.map(({ port }) => Number(port)),
		);
		const [{ accessKeyId: id, accessKeySecret: secret } = cloud] = gateways;
		const oss = new Client(url, { id, secret });
		t.after(() => oss.close());

		const uploads = Array.from({ length: UPLOADS }, async (_, index) => {
			const put = await oss.put(`/photos/${index}`, `meow ${index}`, {
				"x-oss-callback": base64({
					callbackUrl: application.url,
					callbackBody: "object=${object}&etag=${etag}&size=${size}",
				}),
			});
			assert.equal(put.text, '{"Status":"OK"}');
		});
		await Promise.all(uploads);

		const expected = Array.from({ length: UPLOADS }, (_, index) => {
			const body = `meow ${index}`;
			const etag = createHash("md5").update(body).digest("hex").toUpperCase();
			return `object=${index}&etag=${etag}&size=${body.length}`;
		});
		const bodies = application.received.map(({ body }) => body);
		assert.deepEqual(bodies.sort(), expected.sort());
		assert.ok(application.received.every(({ isSigned }) => isSigned));
		const records = await Promise.all(
			gateways.map(async ({ adminUrl }) => {
				const listed = await fetch(`${adminUrl}/api/callbacks?limit=100`);
				return Object(await listed.json()).callbacks.length;
			}),
		);
		assert.ok(
			records.every((count) => count > 0),
			records.join(),
		);
		assert.equal(
			records.reduce((sum, count) => sum + count, 0),
			UPLOADS,
		);
	});

	test("can continue each other's multipart uploads", async (t) => {
		const cloud = await startCloud(t);
		await cloud.oss.put("/photos");
		const names = ["--upstream-bucket", "photos"];
		const gateways = await Promise.all(
			Array.from({ length: GATEWAYS }, () => startGateway(t, cloud, ...names)),
		);
		const { url } = await startNginx(
			t,
			gateways.map(({ port }) => Number(port)),
		);
		const [{ accessKeyId: id, accessKeySecret: secret } = cloud] = gateways;
		const oss = new Client(url, { id, secret });
		t.after(() => oss.close());
		const part = Buffer.alloc(100 * 1024, "meow");
		const begun = await oss.post("/photos/big?uploads");
		const query = `uploadId=${textsOf(begun, "UploadId")[0]}`;
		const named = [];
		for (let number = 1; number <= 6; number++) {
			const sent = await oss.put(
				`/photos/big?partNumber=${number}&${query}`,
				part,
			);
			named.push(
				`<Part><PartNumber>${number}</PartNumber><ETag>${sent.headers.etag}</ETag></Part>`,
			);
		}
		const done = await oss.post(
			`/photos/big?${query}`,
			`<CompleteMultipartUpload>${named.join("")}</CompleteMultipartUpload>`,
		);
		assert.equal(done.status, 200, done.text);
		assert.equal((await oss.get("/photos/big")).body.length, 6 * part.length);
		const counts = await Promise.all(
			gateways.map(async ({ adminUrl }) => {
				const listed = await fetch(`${adminUrl}/api/requests`);
				return Object(await listed.json()).requests.length;
			}),
		);
		assert.ok(
			counts.every((count) => count > 0),
			counts.join(),
		);
	});
});
