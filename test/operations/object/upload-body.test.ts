import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { type Answer, refusal, textsOf } from "../../client.ts";
import { startWithBucket, type TestEmulator } from "../../emulator.ts";
import {
	complete,
	completion,
	initiate,
	partsOf,
	putPart,
} from "../uploading.ts";
import { field, file, postForm } from "./form.ts";

const FULL = "403 QuotaExceeded : Bucket storage exceed max storage capacity.";

const limit = ({ oss }: TestEmulator, gigabytes: number): Promise<Answer> =>
	oss.put(
		"/photos?qos",
		`<BucketUserQos><StorageCapacity>${gigabytes}</StorageCapacity></BucketUserQos>`,
	);

suite("A bucket's storage capacity", () => {
	test("of 0 GB refuses all further uploads: php's suite (A-630)", async (t) => {
		const emulator = await startWithBucket(t, "public-read-write");
		const { oss } = emulator;
		await oss.put("/photos/cat", "meow");
		const [uploadId] = textsOf(await oss.post("/photos/b?uploads"), "UploadId");
		assert.equal((await limit(emulator, 0)).status, 200);

		const copy = { "x-oss-copy-source": "/photos/cat" };
		for (const answer of [
			await oss.put("/photos/dog", "woof"),
			await oss.put("/photos/dog", "", copy),
			await oss.post("/photos/dog?append&position=0", "woof"),
			await oss.put(`/photos/b?partNumber=1&uploadId=${uploadId}`, "woof"),
			await postForm(oss, [field("key", "dog"), file("woof")]),
		])
			assert.equal(refusal(answer), FULL);
		assert.deepEqual(textsOf(await oss.get("/photos"), "Key"), ["cat"]);

		await limit(emulator, -1);
		assert.equal((await oss.put("/photos/dog", "woof")).status, 200);
	});

	test("is checked again when a multipart upload is completed", async (t) => {
		const emulator = await startWithBucket(t);
		const { oss } = emulator;
		const uploadId = await initiate(emulator);
		const etag = await putPart(emulator, uploadId, 1, "meow");
		await limit(emulator, 0);

		const whole = () => complete(emulator, uploadId, completion([[1, etag]]));
		assert.equal(refusal(await whole()), FULL);
		assert.deepEqual(await partsOf(emulator, uploadId), ["1 4"]);
		assert.deepEqual(textsOf(await oss.get("/photos"), "Key"), []);

		await limit(emulator, 1);
		assert.equal((await whole()).status, 200);
	});

	test("accepts an upload that still fits, by its declared size", async (t) => {
		const emulator = await startWithBucket(t);
		const { oss } = emulator;
		await limit(emulator, 1);
		assert.equal((await oss.put("/photos/cat", "meow")).status, 200);
		// The upload is refused by its Content-Length, before it is read.
		const headers = { "content-length": String(1024 ** 3 - 3) };
		assert.equal(
			refusal(await oss.put("/photos/dog", undefined, headers)),
			FULL,
		);
	});
});
