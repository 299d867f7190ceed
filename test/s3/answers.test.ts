import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { textsOf } from "../client.ts";
import { startS3 } from "./s3.ts";

suite("A response over S3", () => {
	test("has x-amz-request-id in place of x-oss-request-id, and no x-amz-id-2", async (t) => {
		const { photos } = await startS3(t);
		for (const answer of [
			await photos.put("/a", "hello"),
			await photos.get("/a"),
			await photos.get("/missing"),
			await photos.head("/missing"),
		]) {
			const { headers } = answer;
			assert.match(headers["x-amz-request-id"] ?? "", /^[0-9A-F]{24}$/);
			assert.equal(headers["x-oss-request-id"], undefined);
			assert.equal(headers["x-amz-id-2"], undefined);
			assert.equal(headers.server, "AliyunOSS");
			assert.match(headers["x-oss-server-time"] ?? "", /^\d+$/);
		}
	});

	test("has the EC of an error also in a header, and no namespace", async (t) => {
		const { photos } = await startS3(t);
		const answer = await photos.get("/missing");
		assert.deepEqual(textsOf(answer, "EC"), [answer.headers["x-oss-ec"]]);
		assert.deepEqual(textsOf(answer, "RequestId"), [
			answer.headers["x-amz-request-id"],
		]);
		assert.doesNotMatch(answer.text, /xmlns/);
	});

	test("has the length of the error document for GET, and no body, for a failed HEAD request", async (t) => {
		const { photos } = await startS3(t);
		const got = await photos.get("/missing");
		const head = await photos.head("/missing");
		assert.deepEqual(
			[head.status, head.text, head.headers["content-length"]],
			[404, "", got.headers["content-length"]],
		);
		assert.equal(head.headers["content-type"], "application/xml");
		assert.equal(head.headers["x-oss-err"], undefined);
		assert.equal((await photos.get("/missing")).status, 404);
	});

	test("has CORS headers if the rules allow the origin", async (t) => {
		const { photos } = await startS3(t, "--cors", "dev");
		const headers = { origin: "http://localhost:3000" };
		const got = await photos.get("/", { headers });
		assert.equal(got.headers["access-control-allow-origin"], "*");
		assert.ok(got.headers["x-amz-request-id"]);
	});
});
