import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { refusal, textsOf } from "../../client.ts";
import { startEmulator } from "../../emulator.ts";

suite("Under --block-public-access on", () => {
	test("a new bucket blocks public access until this is disabled: py2's suite for GetBucketInfo", async (t) => {
		const { oss } = await startEmulator(t, "--block-public-access", "on");
		await oss.put("/photos");
		for (const target of ["/photos?bucketInfo", "/photos?publicAccessBlock"])
			assert.deepEqual(
				textsOf(await oss.get(target), "BlockPublicAccess"),
				["true"],
				target,
			);
		const acl = { "x-oss-acl": "public-read" };
		assert.match(
			refusal(await oss.put("/photos?acl", "", acl)),
			/^403 AccessDenied 0016-00000901: Put public bucket acl is not allowed/,
		);
		await oss.delete("/photos?publicAccessBlock");
		assert.equal((await oss.put("/photos?acl", "", acl)).status, 200);
	});

	test("a bucket cannot be created with a public ACL, by PutBucket or PutBucketAcl (A-931)", async (t) => {
		const { oss } = await startEmulator(t, "--block-public-access", "on");
		for (const target of ["/photos", "/photos?acl"])
			for (const acl of ["public-read", "public-read-write"])
				assert.match(
					refusal(await oss.put(target, "", { "x-oss-acl": acl })),
					/^403 AccessDenied 0016-00000901: Put public bucket acl is not allowed/,
				);
		assert.match(refusal(await oss.get("/photos?acl")), /^404 NoSuchBucket/);
	});
});

test("New buckets do not block public access unless this is configured", async (t) => {
	const { oss } = await startEmulator(t);
	await oss.put("/photos", "", { "x-oss-acl": "public-read" });
	assert.deepEqual(
		textsOf(await oss.get("/photos?bucketInfo"), "BlockPublicAccess"),
		["false"],
	);
});
