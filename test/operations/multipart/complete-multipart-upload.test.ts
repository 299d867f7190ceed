import assert from "node:assert/strict";
import { hash } from "node:crypto";
import { suite, test } from "node:test";
import { refusal, textsOf } from "../../client.ts";
import { SECOND, startAtStandstill } from "../../clock.ts";
import { startWithBucket } from "../../emulator.ts";
import {
	complete,
	completion,
	initiate,
	PART_BYTES,
	partsOf,
	putPart,
} from "../uploading.ts";

const INVALID_PART =
	"400 InvalidPart : One or more of the specified parts could not be found or the specified entity tag might not have matched the part's entity tag.";

suite("CompleteMultipartUpload", () => {
	test("concatenates the parts, and returns the ETag of their ETags", async (t) => {
		const emulator = await startWithBucket(t);
		const { oss, port } = emulator;
		const uploadId = await initiate(emulator, "my%20cat", {
			"content-type": "image/png",
			"x-oss-meta-a": "b",
		});
		const first = Buffer.alloc(PART_BYTES, "1");
		const etags = [
			await putPart(emulator, uploadId, 1, first, "my%20cat"),
			await putPart(emulator, uploadId, 3, "the end", "my%20cat"),
		] as const;
		const completed = await complete(
			emulator,
			uploadId,
			completion([
				[1, etags[0]],
				[3, etags[1]],
			]),
			{},
			"my%20cat",
		);

		// As computed by java1's TestUtils: MD5 of the parts' ETags in upper-case hex.
		const hexes = etags.join("").replaceAll('"', "");
		const etag = `"${hash("md5", hexes).toUpperCase()}-2"`;
		assert.equal(completed.status, 200);
		assert.equal(completed.headers["content-type"], "application/xml");
		assert.equal(completed.headers.etag, etag);
		assert.equal(completed.headers["content-md5"], undefined);
		assert.equal(
			completed.text,
			`<?xml version="1.0" encoding="UTF-8"?>
<CompleteMultipartUploadResult>
  <Location>http://127.0.0.1:${port}/photos/my%20cat</Location>
  <Bucket>photos</Bucket>
  <Key>my cat</Key>
  <ETag>${etag}</ETag>
</CompleteMultipartUploadResult>
`,
		);
		const whole = Buffer.concat([first, Buffer.from("the end")]);
		const get = await oss.get("/photos/my%20cat");
		assert.ok(get.body.equals(whole));
		assert.equal(get.headers.etag, etag);
		assert.equal(get.headers["x-oss-object-type"], "Multipart");
		assert.equal(get.headers["content-type"], "image/png");
		assert.equal(get.headers["x-oss-meta-a"], "b");
		assert.equal(get.headers["content-md5"], undefined);
		const simple = await oss.put("/photos/simple", whole);
		assert.equal(
			completed.headers["x-oss-hash-crc64ecma"],
			simple.headers["x-oss-hash-crc64ecma"],
		);
	});

	test("can set the object's ACL, which overrides that of the upload", async (t) => {
		const emulator = await startWithBucket(t);
		for (const [given, grant] of [
			[{}, "private"],
			[{ "x-oss-object-acl": "public-read" }, "public-read"],
		] as const) {
			const uploadId = await initiate(emulator, "cat", {
				"x-oss-object-acl": "private",
			});
			const etag = await putPart(emulator, uploadId, 1, "meow");
			const body = completion([[1, etag]]);
			assert.equal(
				refusal(
					await complete(emulator, uploadId, body, {
						"x-oss-object-acl": "meow",
					}),
				),
				"400 InvalidArgument 0017-00000104: no such object access control exists",
			);
			const completed = await complete(emulator, uploadId, body, given);
			assert.equal(completed.status, 200);
			const acl = await emulator.oss.get("/photos/cat?acl");
			assert.deepEqual(textsOf(acl, "Grant"), [grant]);
		}
	});

	test("accepts ETags with or without quotes, in upper or lower case, as &quot; or &#34;", async (t) => {
		const emulator = await startWithBucket(t);
		for (const write of [
			(etag: string) => etag,
			(etag: string) => etag.replaceAll('"', ""),
			(etag: string) => etag.toLowerCase(),
			(etag: string) => etag.replaceAll('"', "&quot;"),
			(etag: string) => etag.replaceAll('"', "&#34;"),
			(etag: string) => `\n  ${etag}\n  `,
		]) {
			const uploadId = await initiate(emulator);
			const etag = write(await putPart(emulator, uploadId, 1, "meow"));
			const { status } = await complete(
				emulator,
				uploadId,
				completion([[1, etag]]),
			);
			assert.equal(status, 200, etag);
		}
	});

	test("omits parts that are not in the list", async (t) => {
		const emulator = await startWithBucket(t);
		const uploadId = await initiate(emulator);
		const etag = await putPart(emulator, uploadId, 2, "meow");
		await putPart(emulator, uploadId, 1, Buffer.alloc(PART_BYTES));
		await putPart(emulator, uploadId, 3, "woof");
		await complete(emulator, uploadId, completion([[2, etag]]));
		assert.equal((await emulator.oss.get("/photos/cat")).text, "meow");
	});

	test("sets Last-Modified to the time of the completion (A-612)", async (t) => {
		const emulator = await startAtStandstill(t);
		const uploadId = await initiate(emulator);
		await emulator.pass(SECOND);
		const etag = await putPart(emulator, uploadId, 1, "meow");
		await emulator.pass(SECOND);
		await complete(emulator, uploadId, completion([[1, etag]]));
		const { headers } = await emulator.oss.head("/photos/cat");
		assert.equal(headers["last-modified"], "Mon, 06 May 2024 07:08:11 GMT");
	});

	test("succeeds once per upload", async (t) => {
		const emulator = await startWithBucket(t);
		const uploadId = await initiate(emulator);
		const etag = await putPart(emulator, uploadId, 1, "meow");
		const body = completion([[1, etag]]);
		assert.equal((await complete(emulator, uploadId, body)).status, 200);
		assert.match(
			refusal(await complete(emulator, uploadId, body)),
			/^404 NoSuchUpload 0042-00000002/,
		);
		assert.deepEqual(
			textsOf(await emulator.oss.get("/photos?uploads"), "Key"),
			[],
		);
	});

	test("returns the location in the style of the request, with the bucket in the path or in the host", async (t) => {
		const emulator = await startWithBucket(t);
		const uploadId = await initiate(emulator);
		await putPart(emulator, uploadId, 1, "meow");
		const host = `photos.localhost:${emulator.port}`;
		const completed = await emulator.oss.send(
			"POST",
			`/cat?uploadId=${uploadId}&encoding-type=url`,
			{
				host,
				resource: "/photos/cat",
				headers: { "x-oss-complete-all": "yes" },
			},
		);
		assert.deepEqual(textsOf(completed, "Location"), [`http://${host}/cat`]);
		assert.deepEqual(textsOf(completed, "EncodingType"), ["url"]);
	});
});

suite("x-oss-complete-all", () => {
	const ALL = { "x-oss-complete-all": "yes" };

	test("uses all uploaded parts in order, and returns the same ETag as for a list of the parts", async (t) => {
		const emulator = await startWithBucket(t);
		const uploadId = await initiate(emulator);
		const last = await putPart(emulator, uploadId, 9, "the end");
		const first = await putPart(
			emulator,
			uploadId,
			2,
			Buffer.alloc(PART_BYTES, "x"),
		);
		const completed = await complete(emulator, uploadId, "", ALL);
		const hexes = `${first}${last}`.replaceAll('"', "");
		assert.equal(
			completed.headers.etag,
			`"${hash("md5", hexes).toUpperCase()}-2"`,
		);
		const { text } = await emulator.oss.get("/photos/cat");
		assert.match(text, /^x{102400}the end$/);
	});

	test("and a body exclude each other, with OSS's misspelt message", async (t) => {
		const emulator = await startWithBucket(t);
		const uploadId = await initiate(emulator);
		const etag = await putPart(emulator, uploadId, 1, "meow");
		const answer = await complete(
			emulator,
			uploadId,
			completion([[1, etag]]),
			ALL,
		);
		assert.equal(
			refusal(answer),
			"400 InvalidArgument 0042-00000216: Should not speficy both complete all header and http body.",
		);
		assert.deepEqual(textsOf(answer, "ArgumentName"), ["x-oss-complete-all"]);
		assert.deepEqual(await partsOf(emulator, uploadId), ["1 4"]);
	});

	test("returns the object's location with an encoded tilde: java1's UploadPartCopyTest", async (t) => {
		const emulator = await startWithBucket(t);
		const uploadId = await initiate(emulator, "a/~b");
		const etag = await putPart(emulator, uploadId, 1, "meow", "a/~b");
		const parts = completion([[1, etag]]);
		const answer = await complete(emulator, uploadId, parts, {}, "a/~b");
		const place = `${emulator.endpoint}/photos/a/%7Eb`;
		assert.deepEqual(textsOf(answer, "Location"), [place]);
	});

	test("creates an empty object if there are no parts", async (t) => {
		const emulator = await startWithBucket(t);
		const uploadId = await initiate(emulator);
		await putPart(emulator, uploadId, 1, "meow");

		const answer = await complete(emulator, uploadId, completion([]));

		assert.equal(answer.status, 200, answer.text);
		assert.equal(answer.headers["x-oss-hash-crc64ecma"], "0");
		const { headers } = await emulator.oss.head("/photos/cat");
		assert.equal(headers["content-length"], "0");
		assert.equal(headers["x-oss-object-type"], "Multipart");
		assert.equal(headers.etag, '"D41D8CD98F00B204E9800998ECF8427E-0"');
	});

	test("of a missing upload is NoSuchUpload, regardless of the body: php's suite", async (t) => {
		const emulator = await startWithBucket(t);
		for (const body of ["", "<", completion([])])
			assert.match(
				refusal(await complete(emulator, "0".repeat(32), body)),
				/^404 NoSuchUpload 0042-00000002:/,
			);
	});

	test("with an empty list is InvalidPart", async (t) => {
		const emulator = await startWithBucket(t);
		const uploadId = await initiate(emulator);
		assert.equal(
			refusal(await complete(emulator, uploadId, "", ALL)),
			INVALID_PART,
		);
	});
});

suite("CompleteMultipartUpload refuses, and keeps the upload:", () => {
	const MALFORMED =
		"400 MalformedXML 0042-00000205: The XML you provided was not well-formed or did not validate against our published schema.";
	const part = "<PartNumber>1</PartNumber>";
	const cases = [
		["a missing part", completion([[2, "x"]]), INVALID_PART],
		["another ETag", completion([[1, '"x"']]), INVALID_PART],
		["no ETag", completion([[1, ""]]), INVALID_PART],
		[
			"parts in descending order",
			completion([
				[3, "$3"],
				[1, "$1"],
			]),
			"400 InvalidPartOrder 0042-00000209: The list of parts was not in ascending order. Parts list must specified in order by part number.",
		],
		[
			"a part twice",
			completion([
				[1, "$1"],
				[1, "$1"],
			]),
			"400 InvalidPartOrder 0042-00000209: The list of parts was not in ascending order. Parts list must specified in order by part number.",
		],
		[
			"a part that is too small",
			completion([
				[1, "$1"],
				[2, "$2"],
				[3, "$3"],
			]),
			"400 EntityTooSmall 0042-00000213: Your proposed upload smaller than the minimum allowed size.",
		],
		["nothing", "", MALFORMED],
		[
			"a part number that is not a number",
			completion([["x", "$1"]]),
			MALFORMED,
		],
		["a part number in hexadecimal", completion([["0x1", "$1"]]), MALFORMED],
		["no number", completion([["", "$1"]]), MALFORMED],
		["text", "meow", MALFORMED],
		["another root", `<Complete><Part>${part}</Part></Complete>`, MALFORMED],
		["a truncated document", completion([[1, "$1"]]).slice(0, -10), MALFORMED],
	] as const;
	for (const [what, body, expected] of cases) {
		test(what, async (t) => {
			const emulator = await startWithBucket(t);
			await emulator.oss.put("/photos/cat", "before");
			const uploadId = await initiate(emulator);
			const etags = [
				await putPart(emulator, uploadId, 1, Buffer.alloc(PART_BYTES)),
				await putPart(emulator, uploadId, 2, Buffer.alloc(PART_BYTES - 1)),
				await putPart(emulator, uploadId, 3, "the end"),
			];
			const filled = body.replaceAll(
				/\$(\d)/g,
				(_, number: string) => etags[Number(number) - 1] ?? "",
			);
			if (body.includes("$2")) etags.pop(); // the last part may be small
			const answer = await complete(emulator, uploadId, filled);
			assert.equal(refusal(answer), expected);
			assert.equal((await partsOf(emulator, uploadId)).length, 3);
			assert.equal((await emulator.oss.get("/photos/cat")).text, "before");
		});
	}

	test("a body that does not match Content-MD5", async (t) => {
		const emulator = await startWithBucket(t);
		const uploadId = await initiate(emulator);
		const etag = await putPart(emulator, uploadId, 1, "meow");
		const answer = await complete(emulator, uploadId, completion([[1, etag]]), {
			"content-md5": hash("md5", "x", "base64"),
		});
		assert.match(refusal(answer), /^400 InvalidDigest 0017-00000503/);
		assert.equal((await emulator.oss.get("/photos/cat")).status, 404);
	});

	test("to replace an existing object if overwriting is forbidden", async (t) => {
		const emulator = await startWithBucket(t);
		const uploadId = await initiate(emulator);
		const etag = await putPart(emulator, uploadId, 1, "meow");
		await emulator.oss.put("/photos/cat", "before");
		const answer = await complete(emulator, uploadId, completion([[1, etag]]), {
			"x-oss-forbid-overwrite": "true",
		});
		assert.match(refusal(answer), /^409 FileAlreadyExists 0026-00000002/);
		assert.equal((await emulator.oss.get("/photos/cat")).text, "before");
		assert.equal(
			(await complete(emulator, uploadId, completion([[1, etag]]))).status,
			200,
		);
	});
});
