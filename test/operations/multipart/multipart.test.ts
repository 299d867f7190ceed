import assert from "node:assert/strict";
import { hash } from "node:crypto";
import { suite, test } from "node:test";
import { type Answer, refusal, textsOf } from "../../client.ts";
import { startWithBucket, type TestEmulator } from "../../emulator.ts";
import { initiate, PART_BYTES, partsOf } from "../uploading.ts";

const NO_SUCH_UPLOAD =
	"The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.";
const PART_NUMBER =
	"400 InvalidArgument 0017-00000220: Part number must be an integer between 1 and 10000, inclusive.";
const NONE = "0123456789ABCDEF0123456789ABCDEF";

suite("InitiateMultipartUpload", () => {
	test("returns an id of 32 hex digits", async (t) => {
		const { oss } = await startWithBucket(t);
		const answer = await oss.post("/photos/my%20cat?uploads");
		assert.equal(answer.status, 200);
		assert.equal(answer.headers["content-type"], "application/xml");
		const [uploadId] = textsOf(answer, "UploadId");
		assert.match(uploadId ?? "", /^[0-9A-F]{32}$/);
		assert.equal(
			answer.text,
			`<?xml version="1.0" encoding="UTF-8"?>
<InitiateMultipartUploadResult>
  <Bucket>photos</Bucket>
  <Key>my cat</Key>
  <UploadId>${uploadId}</UploadId>
</InitiateMultipartUploadResult>
`,
		);
	});

	test("encodes the key with encoding-type=url, which py1 and py2 always send", async (t) => {
		const { oss } = await startWithBucket(t);
		const answer = await oss.post("/photos/my%20cat?uploads&encoding-type=url");
		assert.deepEqual(textsOf(answer, "EncodingType"), ["url"]);
		assert.deepEqual(textsOf(answer, "Key"), ["my%20cat"]);
	});

	test("does not change an existing object, and can be repeated for one key", async (t) => {
		const emulator = await startWithBucket(t);
		await emulator.oss.put("/photos/cat", "meow");
		const ids = [await initiate(emulator), await initiate(emulator)];
		assert.notEqual(ids[0], ids[1]);
		assert.equal((await emulator.oss.get("/photos/cat")).text, "meow");
	});

	test("ignores a callback, which SDKs send with every step", async (t) => {
		const { oss } = await startWithBucket(t);
		const callback = { "x-oss-callback": "meow" };
		const answer = await oss.post("/photos/cat?uploads", "", callback);
		assert.equal(answer.status, 200);
		const [uploadId] = textsOf(answer, "UploadId");
		const target = `/photos/cat?partNumber=1&uploadId=${uploadId}`;
		const put = await oss.put(target, "meow", callback);
		assert.equal(put.status, 200);
		assert.equal(put.text, "");
	});
});

suite("UploadPart", () => {
	test("returns the digests of the part", async (t) => {
		const emulator = await startWithBucket(t);
		const uploadId = await initiate(emulator);
		const put = await emulator.oss.put(
			`/photos/cat?partNumber=1&uploadId=${uploadId}`,
			"hello world",
		);
		assert.equal(put.status, 200);
		assert.equal(put.headers.etag, '"5EB63BBBE01EEED093CB22BB8F5ACDC3"');
		assert.equal(put.headers["x-oss-hash-crc64ecma"], "5981764153023615706");
		assert.equal(
			put.headers["content-md5"],
			hash("md5", "hello world", "base64"),
		);
		assert.equal(put.headers["content-type"], undefined);
		assert.equal((await emulator.oss.get("/photos/cat")).status, 404);
	});

	test("replaces a part with the same number", async (t) => {
		const emulator = await startWithBucket(t);
		const uploadId = await initiate(emulator);
		const target = `/photos/cat?partNumber=7&uploadId=${uploadId}`;
		await emulator.oss.put(target, "meow");
		await emulator.oss.put(target, Buffer.alloc(PART_BYTES));
		await emulator.oss.put(target, "purr");
		assert.deepEqual(await partsOf(emulator, uploadId), ["7 4"]);
	});

	test("requires a part number from 1 to 10000", async (t) => {
		const emulator = await startWithBucket(t);
		const uploadId = await initiate(emulator);
		const put = (number: string): Promise<Answer> =>
			emulator.oss.put(
				`/photos/cat?partNumber=${number}&uploadId=${uploadId}`,
				"meow",
			);
		for (const number of ["0", "10001", "-1", "x", "", "1.5", "1e1", "0x1"]) {
			const answer = await put(number);
			assert.equal(refusal(answer), PART_NUMBER);
			assert.deepEqual(textsOf(answer, "ArgumentName"), ["PartNumber"]);
			assert.deepEqual(textsOf(answer, "ArgumentValue"), [number]);
		}
		assert.equal((await put("10000")).status, 200);
		assert.equal((await put("1")).status, 200);
		assert.deepEqual(await partsOf(emulator, uploadId), ["1 4", "10000 4"]);
	});

	test("accepts parts in any order, unless the upload is sequential", async (t) => {
		const emulator = await startWithBucket(t);
		const initiated = await emulator.oss.post("/photos/cat?uploads&sequential");
		const [sequential] = textsOf(initiated, "UploadId");
		const put = (id: string | undefined, number: number): Promise<Answer> =>
			emulator.oss.put(`/photos/cat?partNumber=${number}&uploadId=${id}`, "x");
		assert.match(refusal(await put(sequential, 2)), /^400 PartNotSequential/);
		assert.equal((await put(sequential, 1)).status, 200);
		assert.equal((await put(sequential, 2)).status, 200);
		const any = await initiate(emulator);
		assert.equal((await put(any, 2)).status, 200);
	});
});

suite("UploadPartCopy", () => {
	const SOURCE = "hello world, this is a cat";
	const copyPart = async (
		emulator: TestEmulator,
		uploadId: string,
		headers: Record<string, string>,
		number = 1,
	): Promise<Answer> =>
		emulator.oss.put(
			`/photos/copy?partNumber=${number}&uploadId=${uploadId}`,
			"",
			{ "x-oss-copy-source": "/photos/cat", ...headers },
		);

	test("copies a range of an object, including both ends, or the whole object", async (t) => {
		const emulator = await startWithBucket(t);
		await emulator.oss.put("/photos/cat", SOURCE);
		const uploadId = await initiate(emulator, "copy");
		const some = await copyPart(emulator, uploadId, {
			"x-oss-copy-source-range": "bytes=0-10",
		});
		assert.equal(some.status, 200, some.text);
		assert.equal(some.headers.etag, '"5EB63BBBE01EEED093CB22BB8F5ACDC3"');
		assert.equal(some.headers["x-oss-hash-crc64ecma"], "5981764153023615706");
		assert.equal(some.headers["content-range"], "bytes 0-10/26");
		const [modified] = textsOf(some, "LastModified");
		assert.equal(
			some.text,
			`<?xml version="1.0" encoding="UTF-8"?>
<CopyPartResult>
  <LastModified>${modified}</LastModified>
  <ETag>"5EB63BBBE01EEED093CB22BB8F5ACDC3"</ETag>
</CopyPartResult>
`,
		);
		const all = await copyPart(emulator, uploadId, {}, 2);
		assert.equal(all.headers.etag, `"${hash("md5", SOURCE).toUpperCase()}"`);
		assert.deepEqual(await partsOf(emulator, uploadId, "copy"), [
			"1 11",
			"2 26",
		]);
	});

	for (const range of [
		"bytes=0-26",
		"bytes=26-30",
		"bytes=5-4",
		"bytes=26-",
		"bytes=-5",
		"bytes=0-5,7-9",
		"bytes=",
		"0-5",
		"meow",
		"",
	])
		test(`copies the whole source for the range «${range}», and returns no range: java1's suite`, async (t) => {
			const emulator = await startWithBucket(t);
			await emulator.oss.put("/photos/cat", SOURCE);
			const uploadId = await initiate(emulator, "copy");
			const answer = await copyPart(emulator, uploadId, {
				"x-oss-copy-source-range": range,
			});
			assert.equal(answer.status, 200, answer.text);
			assert.equal(
				answer.headers.etag,
				`"${hash("md5", SOURCE).toUpperCase()}"`,
			);
			assert.equal(answer.headers["content-range"], undefined);
			assert.deepEqual(await partsOf(emulator, uploadId, "copy"), ["1 26"]);
		});

	test("uses the only valid range of a list (A-895)", async (t) => {
		const emulator = await startWithBucket(t);
		await emulator.oss.put("/photos/cat", SOURCE);
		const uploadId = await initiate(emulator, "copy");
		const answer = await copyPart(emulator, uploadId, {
			"x-oss-copy-source-range": "bytes=0-10,a-c",
		});
		assert.equal(answer.headers["content-range"], "bytes 0-10/26");
	});

	test("copies to the end if the range has no end: py1's test_upload_part_copy", async (t) => {
		const emulator = await startWithBucket(t);
		await emulator.oss.put("/photos/cat", SOURCE);
		const uploadId = await initiate(emulator, "copy");
		const answer = await copyPart(emulator, uploadId, {
			"x-oss-copy-source-range": "bytes=20-",
		});
		assert.equal(answer.headers["content-range"], "bytes 20-25/26");
		assert.deepEqual(await partsOf(emulator, uploadId, "copy"), ["1 6"]);
	});

	test("is subject to conditions on its source", async (t) => {
		const emulator = await startWithBucket(t);
		const put = await emulator.oss.put("/photos/cat", SOURCE);
		const uploadId = await initiate(emulator, "copy");
		const failed = await copyPart(emulator, uploadId, {
			"x-oss-copy-source-if-match": "x",
		});
		assert.match(refusal(failed), /^412 PreconditionFailed/);
		const unchanged = await copyPart(emulator, uploadId, {
			"x-oss-copy-source-if-none-match": put.headers.etag ?? "",
		});
		assert.equal(unchanged.status, 304);
		assert.deepEqual(await partsOf(emulator, uploadId, "copy"), []);
	});

	test("of a large object copies the content at the time of the request", async (t) => {
		const emulator = await startWithBucket(t);
		const large = Buffer.from(
			Uint8Array.from({ length: 500_000 }, (_, i) => i % 251),
		);
		await emulator.oss.put("/photos/cat", large);
		const uploadId = await initiate(emulator, "copy");
		await copyPart(emulator, uploadId, {
			"x-oss-copy-source-range": "bytes=1000-300999",
		});
		await copyPart(
			emulator,
			uploadId,
			{ "x-oss-copy-source-range": "bytes=0-9" },
			2,
		);
		await emulator.oss.delete("/photos/cat");
		const completed = await emulator.oss.post(
			`/photos/copy?uploadId=${uploadId}`,
			"",
			{ "x-oss-complete-all": "yes" },
		);
		assert.equal(completed.status, 200, completed.text);
		const { body } = await emulator.oss.get("/photos/copy");
		assert.ok(
			body.equals(
				Buffer.concat([large.subarray(1000, 301_000), large.subarray(0, 10)]),
			),
		);
	});
});

suite("UploadPartCopy has a separate EC", () => {
	for (const [source, ec] of [
		["photos/cat", "0042-00000301"],
		["/photos/cat?versionId=", "0042-00000301"],
		["", "0042-00000302"],
	] as const)
		test(`for the source ${JSON.stringify(source)}`, async (t) => {
			const emulator = await startWithBucket(t);
			const uploadId = await initiate(emulator);
			const answer = await emulator.oss.put(
				`/photos/cat?uploadId=${uploadId}&partNumber=1`,
				"",
				{ "x-oss-copy-source": source },
			);
			assert.ok(refusal(answer).startsWith(`400 InvalidArgument ${ec}: `));
		});
});

suite("AbortMultipartUpload", () => {
	test("deletes the upload and its parts", async (t) => {
		const emulator = await startWithBucket(t);
		const uploadId = await initiate(emulator);
		const target = `/photos/cat?uploadId=${uploadId}`;
		await emulator.oss.put(`${target}&partNumber=1`, Buffer.alloc(PART_BYTES));
		assert.equal((await emulator.oss.delete(target)).status, 204);
		assert.match(
			refusal(await emulator.oss.delete(target)),
			/^404 NoSuchUpload/,
		);
		assert.equal((await emulator.oss.delete("/photos")).status, 204);
	});
});

suite("NoSuchUpload", () => {
	const target = `/photos/cat?uploadId=${NONE}`;
	const complete =
		"<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>x</ETag></Part></CompleteMultipartUpload>";
	/** The EC of each operation, which go2's suite asserts. */
	const cases = [
		["UploadPart", "PUT", `${target}&partNumber=1`, "x", {}, "0042-00000104"],
		[
			"UploadPartCopy",
			"PUT",
			`${target}&partNumber=1`,
			"",
			{ "x-oss-copy-source": "/photos/source" },
			"0042-00000311",
		],
		["CompleteMultipartUpload", "POST", target, complete, {}, "0042-00000002"],
		["AbortMultipartUpload", "DELETE", target, undefined, {}, "0042-00000002"],
		["ListParts", "GET", target, undefined, {}, "0042-00000002"],
	] as const;
	for (const [operation, method, line, body, headers, ec] of cases) {
		test(`has EC ${ec} for ${operation}`, async (t) => {
			const { oss } = await startWithBucket(t);
			await oss.put("/photos/source", "x");
			const answer = await oss.send(method, line, {
				headers,
				...(body === undefined ? {} : { body }),
			});
			assert.equal(
				refusal(answer),
				`404 NoSuchUpload ${ec}: ${NO_SUCH_UPLOAD}`,
			);
			assert.deepEqual(textsOf(answer, "UploadId"), [NONE]);
		});
	}

	test("is also the error for an upload of another key or bucket", async (t) => {
		const emulator = await startWithBucket(t);
		await emulator.oss.put("/album");
		const uploadId = await initiate(emulator);
		for (const place of ["/photos/dog", "/album/cat"]) {
			const answer = await emulator.oss.put(
				`${place}?partNumber=1&uploadId=${uploadId}`,
				"x",
			);
			assert.match(refusal(answer), /^404 NoSuchUpload/);
		}
	});
});
