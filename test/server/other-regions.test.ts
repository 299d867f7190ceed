import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { suite, test } from "node:test";
import { type Client, refusal, textsOf } from "../client.ts";
import { startWithBucket } from "../emulator.ts";

/** Signature V1 of docs «Include signatures in the Authorization header», which has no region. */
function v1(resource: string): Record<string, string> {
	const date = new Date().toUTCString();
	const signature = createHmac("sha1", "oss-emulator-secret")
		.update(`GET\n\n\n${date}\n${resource}`)
		.digest("base64");
	return { date, authorization: `OSS oss-emulator:${signature}` };
}

const get = (oss: Client, host: string, path: string, resource: string) =>
	oss.get(path, { as: null, host, headers: v1(resource) });

suite("The endpoint of another region", () => {
	for (const [flags, status] of [
		[[], 404],
		[["--other-regions", "refuse"], 403],
		[["--strict"], 403],
		[["--strict", "--other-regions", "answer"], 404],
	] as const)
		test(`is ${status === 403 ? "refused" : "answered"} under ${flags.join(" ") || "no flag"}`, async (t) => {
			const { oss } = await startWithBucket(t, "private", ...flags);
			for (const [host, path] of [
				["photos.oss-cn-beijing.aliyuncs.com", "/a"],
				["photos.oss-cn-beijing-internal.aliyuncs.com:80", "/a"],
			] as const) {
				const answer = await get(oss, host, path, "/photos/a");
				assert.equal(answer.status, status, host);
				if (status !== 403) continue;
				assert.match(
					refusal(answer),
					/^403 AccessDenied 0003-00001403: The bucket you are attempting to access must be addressed using the specified endpoint\./,
				);
				assert.deepEqual(textsOf(answer, "Endpoint"), [
					host.includes("-internal")
						? "oss-cn-hangzhou-internal.aliyuncs.com"
						: "oss-cn-hangzhou.aliyuncs.com",
				]);
			}
		});

	test("does not affect requests for the service, to acceleration hosts, for a missing bucket and in the bucket's region", async (t) => {
		const { oss } = await startWithBucket(t, "private", "--strict");
		for (const [host, path, resource, status] of [
			["oss-cn-beijing.aliyuncs.com", "/", "/", 200],
			["photos.oss-accelerate.aliyuncs.com", "/", "/photos/", 200],
			["photos.oss-accelerate-overseas.aliyuncs.com", "/", "/photos/", 200],
			["photos.oss-cn-hangzhou.aliyuncs.com", "/", "/photos/", 200],
			["photos.oss-cn-hangzhou-internal.aliyuncs.com", "/", "/photos/", 200],
			["missing.oss-cn-beijing.aliyuncs.com", "/", "/missing/", 404],
		] as const)
			assert.equal((await get(oss, host, path, resource)).status, status, host);
	});

	test("in a bucket's host makes a signature for the service or for the path without the bucket invalid: cpp's suite", async (t) => {
		const { oss } = await startWithBucket(t);
		await oss.put("/photos/a", "meow");
		const host = "photos.oss-cn-hangzhou.aliyuncs.com";
		assert.equal((await get(oss, host, "/a", "/photos/a")).status, 200);
		for (const [path, resource] of [
			["/", "/"],
			["/a", "/a"],
			["/a/b", "/a/b"],
		] as const)
			assert.match(
				refusal(await get(oss, host, path, resource)),
				/^403 SignatureDoesNotMatch/,
			);
	});
});
