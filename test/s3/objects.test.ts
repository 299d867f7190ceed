import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { startApplicationServer } from "../application-server.ts";
import { refusal, textsOf } from "../client.ts";
import { startS3 } from "./s3.ts";

const base64 = (value: unknown): string =>
	Buffer.from(JSON.stringify(value)).toString("base64");

const md5 = async (text: string): Promise<string> => {
	const { createHash } = await import("node:crypto");
	return createHash("md5").update(text).digest("base64");
};

suite("Both protocols share one store:", () => {
	test("content, metadata, class and ETag, from S3 to OSS", async (t) => {
		const { photos, oss } = await startS3(t);
		const put = await photos.put("/a", "hello", {
			"content-type": "text/plain",
			"cache-control": "no-store",
			"x-amz-meta-by": "tom",
			"x-amz-storage-class": "GLACIER",
			"x-amz-tagging": "k=v&l=w",
			"x-amz-server-side-encryption": "AES256",
		});
		assert.equal(put.headers.etag, '"5D41402ABC4B2A76B9719D911017C592"');
		const { headers } = await oss.head("/photos/a");
		assert.deepEqual(
			[
				headers["content-type"],
				headers["cache-control"],
				headers["x-oss-meta-by"],
				headers["x-oss-storage-class"],
				headers["x-oss-tagging-count"],
				headers["x-oss-server-side-encryption"],
				headers.etag,
			],
			[
				...["text/plain", "no-store", "tom", "Archive", "2", "AES256"],
				'"5D41402ABC4B2A76B9719D911017C592"',
			],
		);
	});

	test("content, metadata, class and ETag, from OSS to S3 (A-316, A-319, A-320)", async (t) => {
		const { photos, oss } = await startS3(t);
		const classes = [
			["Standard", "STANDARD"],
			["IA", "STANDARD_IA"],
			["Archive", "GLACIER"],
			["ColdArchive", "ColdArchive"],
		];
		for (const [own = "", theirs] of classes) {
			await oss.put(`/photos/${own}`, "hello", {
				"x-oss-meta-by": "tom",
				"x-oss-storage-class": own,
				"x-oss-tagging": "k=v",
				"x-oss-server-side-encryption": "KMS",
			});
			const { headers } = await photos.head(`/${own}`);
			assert.deepEqual(
				[
					headers["x-amz-meta-by"],
					headers["x-amz-storage-class"],
					headers["x-amz-tagging-count"],
					headers["x-amz-server-side-encryption"],
					headers["x-oss-object-type"],
					headers["x-oss-hash-crc64ecma"],
					headers.etag,
				],
				[
					...["tom", theirs, "1", "aws:kms", "Normal"],
					"11177612005948864433",
					'"5D41402ABC4B2A76B9719D911017C592"',
				],
			);
			const renamed = Object.keys(headers).filter((name) =>
				/^x-oss-(?:meta|storage|tagging|server-side)/.test(name),
			);
			assert.deepEqual(renamed, []);
		}
		const listed = await photos.get("/");
		assert.deepEqual(
			textsOf(listed, "StorageClass").toSorted(),
			classes.map(([, theirs]) => theirs).toSorted(),
		);
	});

	test("an upload that is initiated over one protocol can be completed over the other", async (t) => {
		const { photos, oss } = await startS3(t);
		const begun = await photos.post("/big?uploads", "", {
			"x-amz-meta-by": "tom",
		});
		const [id = ""] = textsOf(begun, "UploadId");
		const part = "a".repeat(102_400);
		await oss.put(`/photos/big?partNumber=1&uploadId=${id}`, part);
		await photos.put(`/big?partNumber=2&uploadId=${id}`, "b");
		const parts = await photos.get(`/big?uploadId=${id}`);
		const etags = textsOf(parts, "ETag");
		assert.equal(etags.length, 2);
		const document = etags
			.map(
				(etag, index) =>
					`<Part><PartNumber>${index + 1}</PartNumber><ETag>${etag}</ETag></Part>`,
			)
			.join("");
		const done = await oss.post(
			`/photos/big?uploadId=${id}`,
			`<CompleteMultipartUpload>${document}</CompleteMultipartUpload>`,
		);
		assert.equal(done.status, 200, done.text);
		const got = await photos.get("/big");
		assert.equal(got.text, `${part}b`);
		assert.equal(got.headers["x-amz-meta-by"], "tom");
	});

	test("versions, with their ids and delete markers", async (t) => {
		const { photos, oss } = await startS3(t);
		await photos.put(
			"/?versioning",
			'<VersioningConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Status>Enabled</Status></VersioningConfiguration>',
		);
		const put = await photos.put("/a", "1");
		const id = put.headers["x-amz-version-id"] ?? "";
		await oss.put("/photos/a", "2");
		const deleted = await photos.delete("/a");
		assert.equal(deleted.headers["x-amz-delete-marker"], "true");
		assert.ok(deleted.headers["x-amz-version-id"]);
		assert.equal((await photos.get(`/a?versionId=${id}`)).text, "1");
		const listed = await photos.get("/?versions");
		assert.match(
			listed.text,
			/<ListVersionsResult xmlns="http:\/\/s3.amazonaws.com\/doc\/2006-03-01\/">/,
		);
		assert.equal(listed.text.match(/<Version>/g)?.length, 2);
		assert.equal(listed.text.match(/<DeleteMarker>/g)?.length, 1);
		assert.doesNotMatch(listed.text, /<Type>/);
	});
});

suite("An object over S3", () => {
	for (const [word, ec] of [
		["ONEZONE_IA", "0017-00000132"],
		["DEEP_ARCHIVE", "0017-00000132"],
		["REDUCED_REDUNDANCY", "0017-00000132"],
	] as const)
		test(`cannot be of the class ${word} (A-316)`, async (t) => {
			const { photos } = await startS3(t);
			const put = await photos.put("/a", "", { "x-amz-storage-class": word });
			assert.match(refusal(put), new RegExp(`^400 InvalidArgument ${ec}: `));
		});

	test("can be encrypted only with AES256 or aws:kms", async (t) => {
		const { photos } = await startS3(t);
		for (const word of ["AES256", "aws:kms", "KMS"]) {
			const name = "x-amz-server-side-encryption";
			const put = await photos.put("/a", "", { [name]: word });
			assert.equal(put.headers[name], word === "KMS" ? "aws:kms" : word);
		}
		const name = "x-amz-server-side-encryption";
		const put = await photos.put("/a", "", { [name]: "aws:other" });
		assert.match(refusal(put), /^400 InvalidEncryptionAlgorithmError /);
	});

	test("is returned by range, and completely if the range exceeds it (A-337)", async (t) => {
		const { photos } = await startS3(t);
		await photos.put("/a", "hello");
		const past = await photos.get("/a", { headers: { range: "bytes=1-9" } });
		assert.deepEqual([past.status, past.text], [200, "hello"]);
		const some = await photos.get("/a", { headers: { range: "bytes=1-3" } });
		assert.deepEqual([some.status, some.text], [206, "ell"]);
		const headers = {
			range: "bytes=9-10",
			"x-oss-range-behavior": "standard",
		};
		const none = await photos.get("/a", { headers });
		assert.match(refusal(none), /^416 InvalidRange /);
	});

	test("can be read with conditions, but only written without", async (t) => {
		const { photos } = await startS3(t);
		const {
			headers: { etag = "" },
		} = await photos.put("/a", "hello");
		const same = await photos.get("/a", { headers: { "if-none-match": etag } });
		assert.deepEqual([same.status, same.text], [304, ""]);
		const put = await photos.put("/a", "other", { "if-none-match": "*" });
		assert.equal(
			put.text,
			`<?xml version="1.0" encoding="UTF-8"?>
<Error>
  <Code>NotImplemented</Code>
  <Message>A header you provided implies functionality that is not implemented.</Message>
  <RequestId>${put.headers["x-amz-request-id"]}</RequestId>
  <HostId>${photos.host}</HostId>
  <Header>If-None-Match</Header>
  <EC>0017-00000245</EC>
  <RecommendDoc></RecommendDoc>
</Error>
`,
		);
		assert.equal(put.status, 400);
		assert.equal((await photos.get("/a")).text, "hello");
	});

	test("cannot be completed with conditions (A-322)", async (t) => {
		const { photos } = await startS3(t);
		const begun = await photos.post("/a?uploads");
		const target = `/a?uploadId=${textsOf(begun, "UploadId")[0]}`;
		const done = await photos.post(target, "", { "if-none-match": "*" });
		assert.match(refusal(done), /^400 NotImplemented 0017-00000245: /);
	});

	test("is not overwritten with x-oss-forbid-overwrite (A-318)", async (t) => {
		const { photos } = await startS3(t);
		await photos.put("/a", "hello");
		const put = await photos.put("/a", "other", {
			"x-oss-forbid-overwrite": "true",
		});
		assert.match(refusal(put), /^409 FileAlreadyExists /);
	});

	test("can be copied from a source with, without or with escaped slashes, with the old or new metadata", async (t) => {
		const { photos } = await startS3(t);
		await photos.put("/a%20b/%E7%8C%AB%2B", "hello", {
			"x-amz-meta-by": "tom",
		});
		for (const source of [
			"photos/a%20b/%E7%8C%AB%2B",
			"/photos/a%20b/%E7%8C%AB%2B",
			"photos%2Fa%20b%2F%E7%8C%AB%2B",
			"%2fphotos%2fa%20b%2F%E7%8C%AB%2B",
		]) {
			const copied = await photos.put("/copy", "", {
				"x-amz-copy-source": source,
			});
			assert.match(
				copied.text,
				/<CopyObjectResult xmlns="http:\/\/s3.amazonaws.com\/doc\/2006-03-01\/">\n {2}<ETag>"5D41402ABC4B2A76B9719D911017C592"<\/ETag>/,
			);
			const { headers } = await photos.head("/copy");
			assert.equal(headers["x-amz-meta-by"], "tom");
		}
		await photos.put("/copy", "", {
			"x-amz-copy-source": "photos/a%20b/%E7%8C%AB%2B",
			"x-amz-metadata-directive": "REPLACE",
			"x-amz-meta-by": "ann",
			"content-type": "text/plain",
		});
		const { headers } = await photos.head("/copy");
		assert.deepEqual(
			[headers["x-amz-meta-by"], headers["content-type"]],
			["ann", "text/plain"],
		);
	});

	test("can be deleted by DeleteObjects only with a Content-MD5", async (t) => {
		const { photos } = await startS3(t);
		await photos.put("/a", "1");
		await photos.put("/b", "2");
		const listed = ["a", "b"]
			.map((key) => `<Object><Key>${key}</Key></Object>`)
			.join("");
		const document = (more: string): string =>
			`<Delete xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${listed}${more}</Delete>`;
		const refused = await photos.post("/?delete", document(""), {
			"x-amz-checksum-crc32": "AAAAAA==",
		});
		assert.equal(
			refusal(refused),
			"400 MissingArgument 0016-00000606: Missing Some Required Arguments.",
		);
		assert.deepEqual(textsOf(refused, "ArgumentName"), ["Content-MD5"]);
		const done = await photos.post("/?delete", document(""), {
			"content-md5": await md5(document("")),
		});
		assert.match(
			done.text,
			/<DeleteResult xmlns="http:\/\/s3.amazonaws.com\/doc\/2006-03-01\/">/,
		);
		assert.deepEqual(textsOf(done, "Key"), ["a", "b"]);
		const quiet = document("<Quiet>true</Quiet>");
		const silent = await photos.post("/?delete", quiet, {
			"content-md5": await md5(quiet),
		});
		assert.deepEqual([silent.status, textsOf(silent, "Key")], [200, []]);
	});

	test("is restored for a day, regardless of the requested days", async (t) => {
		const { photos } = await startS3(t);
		await photos.put("/a", "", { "x-amz-storage-class": "GLACIER" });
		const restored = await photos.post(
			"/a?restore",
			"<RestoreRequest><Days>30</Days><GlacierJobParameters><Tier>Bulk</Tier></GlacierJobParameters></RestoreRequest>",
		);
		assert.equal(restored.status, 202, restored.text);
		const { headers } = await photos.head("/a");
		assert.match(headers["x-amz-restore"] ?? "", /^ongoing-request="true"/);
	});

	test("that consists of parts has OSS's ETag, and its completion accepts lower-case ETags", async (t) => {
		const { photos } = await startS3(t);
		const begun = await photos.post("/a?uploads");
		const [id = ""] = textsOf(begun, "UploadId");
		const first = "a".repeat(102_400);
		const etags: string[] = [];
		for (const [index, part] of [first, "b"].entries()) {
			const target = `/a?partNumber=${index + 1}&uploadId=${id}`;
			etags.push((await photos.put(target, part)).headers.etag ?? "");
		}
		const parts = etags.map(
			(etag, index) =>
				`<Part><ETag>${index === 0 ? etag.toLowerCase() : etag.replaceAll('"', "")}</ETag><PartNumber>${index + 1}</PartNumber><ChecksumCRC32>AAAAAA==</ChecksumCRC32></Part>`,
		);
		const done = await photos.post(
			`/a?uploadId=${id}`,
			`<CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${parts.join("")}</CompleteMultipartUpload>`,
		);
		const { createHash } = await import("node:crypto");
		// MD5 of the parts' ETags as text; S3 uses their bytes.
		const expected = createHash("md5")
			.update(etags.map((etag) => etag.replaceAll('"', "")).join(""))
			.digest("hex")
			.toUpperCase();
		assert.deepEqual(textsOf(done, "ETag"), [`"${expected}-2"`]);
	});

	test("can be copied as a part by range, and its upload can be listed and aborted", async (t) => {
		const { photos } = await startS3(t);
		await photos.put("/source", "0123456789".repeat(20_000));
		const begun = await photos.post("/a?uploads");
		const [id = ""] = textsOf(begun, "UploadId");
		const copied = await photos.put(`/a?partNumber=1&uploadId=${id}`, "", {
			"x-amz-copy-source": "photos/source",
			"x-amz-copy-source-range": "bytes=0-102399",
		});
		assert.match(copied.text, /<CopyPartResult xmlns=/);
		const past = await photos.put(`/a?partNumber=2&uploadId=${id}`, "", {
			"x-amz-copy-source": "photos/source",
			"x-amz-copy-source-range": "bytes=0-999999",
		});
		assert.match(refusal(past), /^400 InvalidArgument /);
		const parts = await photos.get(`/a?uploadId=${id}`);
		assert.deepEqual(textsOf(parts, "Size"), ["102400"]);
		assert.match(parts.text, /<StorageClass>STANDARD<\/StorageClass>/);
		const uploads = await photos.get("/?uploads");
		assert.deepEqual(textsOf(uploads, "UploadId"), [id]);
		assert.equal((await photos.delete(`/a?uploadId=${id}`)).status, 204);
		assert.match(
			refusal(await photos.get(`/a?uploadId=${id}`)),
			/^404 NoSuchUpload /,
		);
	});

	test("can be processed as an image, but not as a video (A-323)", async (t) => {
		const { photos } = await startS3(t);
		await photos.put("/a.txt", "hello");
		const image = await photos.get("/a.txt?x-oss-process=image%2Finfo");
		assert.match(refusal(image), /^400 (?!NotImplemented)/);
		const video = await photos.get(
			"/a.txt?x-oss-process=video%2Fsnapshot%2Ct_1",
		);
		assert.match(refusal(video), /^400 InvalidArgument /);
	});

	test("is returned whole for a request with a part number (A-330)", async (t) => {
		const { photos } = await startS3(t);
		await photos.put("/a", "hello");
		assert.equal((await photos.get("/a?partNumber=1")).text, "hello");
	});

	test("of XML is returned unchanged", async (t) => {
		const { photos } = await startS3(t);
		const document =
			'<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult>\n  <Type>x</Type>\n</ListBucketResult>\n';
		await photos.put("/a.xml", document, { "content-type": "application/xml" });
		assert.equal((await photos.get("/a.xml")).text, document);
	});
});

test("A callback that an upload over S3 requests is sent, with a finding (A-334)", async (t) => {
	const { photos, adminUrl } = await startS3(t);
	const application = await startApplicationServer(t);
	const put = await photos.put(
		"/a",
		"hello",
		{
			"x-oss-callback": base64({
				callbackUrl: application.url,
				callbackBody: "object=${object}&size=${size}",
			}),
		},
		{ unsigned: ["x-oss-callback"] },
	);
	assert.equal(put.status, 200, put.text);
	assert.equal(application.received[0]?.body, "object=a&size=5");
	const answer = await fetch(`${adminUrl}/api/callbacks`);
	const { callbacks } = (await answer.json()) as {
		callbacks: { findings: { id: string }[] }[];
	};
	assert.ok(callbacks[0]?.findings.some(({ id }) => id === "over-s3"));
});
