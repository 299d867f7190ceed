import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { refusal, textsOf } from "../../client.ts";
import { startWithBucket } from "../../emulator.ts";
import { initiate, putPart } from "../uploading.ts";

suite("ListParts", () => {
	test("lists the uploaded parts, with every element that the SDKs read", async (t) => {
		const emulator = await startWithBucket(t);
		const uploadId = await initiate(emulator);
		await putPart(emulator, uploadId, 5, "hello world");
		const list = await emulator.oss.get(`/photos/cat?uploadId=${uploadId}`);
		const [modified] = textsOf(list, "LastModified");
		assert.match(modified ?? "", /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z$/);
		assert.equal(
			list.text,
			`<?xml version="1.0" encoding="UTF-8"?>
<ListPartsResult>
  <Bucket>photos</Bucket>
  <Key>cat</Key>
  <UploadId>${uploadId}</UploadId>
  <StorageClass>Standard</StorageClass>
  <PartNumberMarker>0</PartNumberMarker>
  <NextPartNumberMarker>5</NextPartNumberMarker>
  <MaxParts>1000</MaxParts>
  <IsTruncated>false</IsTruncated>
  <Part>
    <PartNumber>5</PartNumber>
    <LastModified>${modified}</LastModified>
    <ETag>"5EB63BBBE01EEED093CB22BB8F5ACDC3"</ETag>
    <HashCrc64ecma>5981764153023615706</HashCrc64ecma>
    <Size>11</Size>
  </Part>
</ListPartsResult>
`,
		);
	});

	test("returns the metadata of an upload's client-side encryption", async (t) => {
		const emulator = await startWithBucket(t);
		const meta = "x-oss-meta-client-side-encryption-";
		const uploadId = await initiate(emulator, "cat", {
			[`${meta}key`]: "a+b/c==",
			[`${meta}start`]: "start",
			[`${meta}cek-alg`]: "AES/CTR/NoPadding",
			[`${meta}wrap-alg`]: "RSA/NONE/PKCS1Padding",
			[`${meta}data-size`]: "402634",
			[`${meta}part-size`]: "102400",
		});
		const list = await emulator.oss.get(`/photos/cat?uploadId=${uploadId}`);
		assert.match(
			list.text,
			/<ClientEncryptionKey>a\+b\/c==<\/ClientEncryptionKey>\s*<ClientEncryptionStart>start<\/ClientEncryptionStart>\s*<ClientEncryptionCekAlg>AES\/CTR\/NoPadding<\/ClientEncryptionCekAlg>\s*<ClientEncryptionWrapAlg>RSA\/NONE\/PKCS1Padding<\/ClientEncryptionWrapAlg>\s*<ClientEncryptionDataSize>402634<\/ClientEncryptionDataSize>\s*<ClientEncryptionPartSize>102400</,
		);
	});

	test("returns pages in the order of part numbers", async (t) => {
		const emulator = await startWithBucket(t);
		const uploadId = await initiate(emulator);
		for (const number of [10, 2, 9, 1, 100])
			await putPart(emulator, uploadId, number, "x");
		const page = async (marker: number): Promise<string[]> => {
			const list = await emulator.oss.get(
				`/photos/cat?uploadId=${uploadId}&max-parts=2&part-number-marker=${marker}`,
			);
			return ["PartNumber", "IsTruncated", "NextPartNumberMarker"].map((name) =>
				textsOf(list, name).join(),
			);
		};
		assert.deepEqual(await page(0), ["1,2", "true", "2"]);
		assert.deepEqual(await page(2), ["9,10", "true", "10"]);
		assert.deepEqual(await page(10), ["100", "false", "100"]);
		assert.deepEqual(await page(100), ["", "false", ""]);
	});

	test("refuses invalid counts", async (t) => {
		const emulator = await startWithBucket(t);
		const uploadId = await initiate(emulator);
		for (const query of [
			"max-parts=0",
			"max-parts=1001",
			"max-parts=x",
			"part-number-marker=-1",
			"part-number-marker=x",
			"encoding-type=x",
		])
			assert.match(
				refusal(
					await emulator.oss.get(`/photos/cat?uploadId=${uploadId}&${query}`),
				),
				/^400 InvalidArgument/,
			);
	});
});

suite("ListMultipartUploads", () => {
	test("lists uploads by key and id, with the markers of the last upload", async (t) => {
		const emulator = await startWithBucket(t);
		const dog = await initiate(emulator, "dog");
		const cats = [
			await initiate(emulator, "cat"),
			await initiate(emulator, "cat"),
			await initiate(emulator, "cat"),
		].sort();
		const list = await emulator.oss.get("/photos?uploads");
		const initiated = textsOf(list, "Initiated");
		const upload = (key: string, id = "", i = 0): string => `
  <Upload>
    <Key>${key}</Key>
    <UploadId>${id}</UploadId>
    <StorageClass>Standard</StorageClass>
    <Initiated>${initiated[i]}</Initiated>
  </Upload>`;
		assert.equal(
			list.text,
			`<?xml version="1.0" encoding="UTF-8"?>
<ListMultipartUploadsResult>
  <Bucket>photos</Bucket>
  <KeyMarker></KeyMarker>
  <UploadIdMarker></UploadIdMarker>
  <NextKeyMarker>dog</NextKeyMarker>
  <NextUploadIdMarker>${dog}</NextUploadIdMarker>
  <Delimiter></Delimiter>
  <Prefix></Prefix>
  <MaxUploads>1000</MaxUploads>
  <IsTruncated>false</IsTruncated>${cats.map((id, i) => upload("cat", id, i)).join("")}${upload("dog", dog, 3)}
</ListMultipartUploadsResult>
`,
		);
	});

	test("has empty markers if there are no uploads, as py1 requires", async (t) => {
		const { oss } = await startWithBucket(t);
		const list = await oss.get("/photos?uploads");
		assert.deepEqual(textsOf(list, "NextKeyMarker"), [""]);
		assert.deepEqual(textsOf(list, "NextUploadIdMarker"), [""]);
		assert.deepEqual(textsOf(list, "UploadId"), []);
	});

	for (const max of [1, 2, 3]) {
		test(`returns every upload once, ${max} at a time`, async (t) => {
			const emulator = await startWithBucket(t);
			const expected: string[] = [];
			for (const key of ["a", "b", "b", "b", "c", "é"])
				expected.push(await initiate(emulator, encodeURIComponent(key)));
			const found: string[] = [];
			let markers = "";
			for (let pages = 0; ; pages++) {
				assert.ok(pages < 10);
				const page = await emulator.oss.get(
					`/photos?uploads&max-uploads=${max}${markers}`,
				);
				found.push(...textsOf(page, "UploadId"));
				if (textsOf(page, "IsTruncated")[0] === "false") break;
				const [key = ""] = textsOf(page, "NextKeyMarker");
				markers = `&key-marker=${encodeURIComponent(key)}&upload-id-marker=${textsOf(page, "NextUploadIdMarker")[0]}`;
			}
			assert.deepEqual(found.sort(), expected.sort());
		});
	}

	test("begins after the key marker; an upload id marker has an effect only with a key marker", async (t) => {
		const emulator = await startWithBucket(t);
		const ids = new Map<string, string>();
		for (const key of ["a", "b", "c"])
			ids.set(key, await initiate(emulator, key));
		const keys = async (query: string): Promise<string> =>
			textsOf(await emulator.oss.get(`/photos?uploads${query}`), "Key").join();
		assert.equal(await keys("&key-marker=a"), "b,c");
		assert.equal(await keys("&key-marker=aa"), "b,c");
		assert.equal(await keys(`&upload-id-marker=${"F".repeat(32)}`), "a,b,c");
		assert.equal(
			await keys(`&key-marker=b&upload-id-marker=${"0".repeat(32)}`),
			"b,c",
		);
		assert.equal(
			await keys(`&key-marker=b&upload-id-marker=${ids.get("b")}`),
			"c",
		);
	});

	test("groups and encodes keys", async (t) => {
		const emulator = await startWithBucket(t);
		for (const key of ["a/1", "a/2", "b%20c", "d/1"])
			await initiate(emulator, key);
		const list = await emulator.oss.get(
			"/photos?uploads&delimiter=/&encoding-type=url",
		);
		assert.deepEqual(textsOf(list, "Key"), ["b%20c"]);
		assert.deepEqual(textsOf(list, "Prefix"), ["", "a%2F", "d%2F"]);
		assert.deepEqual(textsOf(list, "EncodingType"), ["url"]);
		const prefixed = await emulator.oss.get("/photos?uploads&prefix=a/");
		assert.deepEqual(textsOf(prefixed, "Key"), ["a/1", "a/2"]);
		const first = await emulator.oss.get(
			"/photos?uploads&delimiter=/&max-uploads=1",
		);
		assert.deepEqual(textsOf(first, "NextKeyMarker"), ["a/"]);
		const second = await emulator.oss.get(
			"/photos?uploads&delimiter=/&key-marker=a/",
		);
		assert.deepEqual(textsOf(second, "Key"), ["b c"]);
		assert.deepEqual(textsOf(second, "Prefix"), ["", "d/"]);
	});

	test("refuses invalid counts", async (t) => {
		const { oss } = await startWithBucket(t);
		for (const max of ["0", "1001", "-1", "x"])
			assert.match(
				refusal(await oss.get(`/photos?uploads&max-uploads=${max}`)),
				/^400 InvalidArgument/,
			);
	});
});
