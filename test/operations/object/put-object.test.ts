import assert from "node:assert/strict";
import { hash } from "node:crypto";
import { suite, test } from "node:test";
import { refusal, sendRaw, textsOf } from "../../client.ts";
import { startWithBucket } from "../../emulator.ts";

const md5 = (text: string): string => hash("md5", text, "base64");

suite("PutObject", () => {
	test("returns the digests of the body: ETag in upper case, CRC-64 in decimal", async (t) => {
		const { oss } = await startWithBucket(t);
		// From RFC 1321 and the SDKs' tests of CRC-64.
		const put = await oss.put("/photos/cat", "hello world");
		assert.equal(put.status, 200);
		assert.equal(put.headers.etag, '"5EB63BBBE01EEED093CB22BB8F5ACDC3"');
		assert.equal(put.headers["x-oss-hash-crc64ecma"], "5981764153023615706");
		assert.equal(put.headers["content-md5"], md5("hello world"));
		assert.equal(put.headers["x-oss-version-id"], undefined);
		assert.equal(put.text, "");
	});

	test("accepts an empty body, whose CRC-64 is 0", async (t) => {
		const { oss } = await startWithBucket(t);
		for (const key of ["empty", "folder/"]) {
			const { headers } = await oss.put(`/photos/${key}`, "");
			assert.equal(headers.etag, '"D41D8CD98F00B204E9800998ECF8427E"');
			assert.equal(headers["x-oss-hash-crc64ecma"], "0");
			const get = await oss.get(`/photos/${key}`);
			assert.equal(get.status, 200);
			assert.equal(get.headers["content-length"], "0");
		}
	});

	test("preserves every byte of small and large bodies", async (t) => {
		const { oss } = await startWithBucket(t);
		for (const size of [1, 65_535, 65_536, 65_537, 3_000_000]) {
			const body = Buffer.from(
				Uint8Array.from({ length: size }, (_, i) => (i * 31) ^ (i >> 8)),
			);
			await oss.put("/photos/cat", body);
			const get = await oss.get("/photos/cat");
			assert.ok(get.body.equals(body), String(size));
			assert.equal(get.headers["content-length"], String(size));
		}
	});

	test("replaces the old object, including all its metadata", async (t) => {
		const { oss } = await startWithBucket(t);
		await oss.put("/photos/cat", "meow", {
			"x-oss-meta-a": "b",
			"cache-control": "no-cache",
			"content-type": "text/plain",
		});
		await oss.put("/photos/cat", "purr");
		const { text, headers } = await oss.get("/photos/cat");
		assert.equal(text, "purr");
		assert.equal(headers["x-oss-meta-a"], undefined);
		assert.equal(headers["cache-control"], undefined);
		assert.equal(headers["content-type"], "application/octet-stream");
	});

	test("accepts chunks of unknown length, which ali-oss's putStream sends", async (t) => {
		const { endpoint, oss } = await startWithBucket(t, "public-read-write");
		const raw = await sendRaw(
			endpoint,
			"PUT /photos/cat HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n",
			"2\r\nme\r\n",
			"2\r\now\r\n0\r\n\r\n",
		);
		assert.match(raw, /^HTTP\/1\.1 200 OK\r\n/);
		assert.equal((await oss.get("/photos/cat")).text, "meow");
	});

	test("accepts a chunked body with a Content-Length, which is ignored: ali-oss sends it with a stream", async (t) => {
		const { endpoint, oss } = await startWithBucket(t, "public-read-write");
		for (const length of [4, 1, 6_000_000_000]) {
			const raw = await sendRaw(
				endpoint,
				`PUT /photos/cat HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: ${length}\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nmeow\r\n0\r\n\r\n`,
			);
			assert.match(raw, /^HTTP\/1\.1 200 OK\r\n/);
			assert.equal((await oss.get("/photos/cat")).text, "meow");
			await oss.delete("/photos/cat");
		}
	});

	test("requires the length of the body: MissingContentLength", async (t) => {
		const { endpoint } = await startWithBucket(t, "public-read-write");
		for (const line of ["PUT /photos/a", "POST /photos/a?append&position=0"]) {
			const raw = await sendRaw(
				endpoint,
				`${line} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`,
			);
			assert.match(raw, /^HTTP\/1\.1 411 Length Required\r\n/);
			assert.match(
				raw,
				/<Code>MissingContentLength<\/Code>\n {2}<Message>You must provide the Content-Length HTTP header\.</,
			);
		}
	});

	test("of more than 5 GB is EntityTooLarge before a byte is sent (A-617)", async (t) => {
		const { endpoint } = await startWithBucket(t, "public-read-write");
		const raw = await sendRaw(
			endpoint,
			`PUT /photos/a HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: ${5 * 1024 ** 3 + 1}\r\n\r\n`,
		);
		assert.match(raw, /^HTTP\/1\.1 400 /);
		assert.match(
			raw,
			/<Code>EntityTooLarge<\/Code>\n {2}<Message>Your proposed upload exceeds the maximum allowed size\.</,
		);
	});
});

suite("An upload with a Content-MD5", () => {
	const uploads = [
		["PutObject", "PUT", "/photos/cat"],
		["AppendObject", "POST", "/photos/cat?append&position=0"],
		["UploadPart", "PUT", "/photos/cat?partNumber=1&uploadId="],
	] as const;
	for (const [operation, method, line] of uploads) {
		test(`is stored only if the body matches: ${operation}`, async (t) => {
			const { oss } = await startWithBucket(t);
			const initiated = await oss.post("/photos/cat?uploads");
			const [uploadId = ""] = textsOf(initiated, "UploadId");
			const target = line.endsWith("=") ? line + uploadId : line;
			const send = (body: string, digest: string) =>
				oss.send(method, target, { body, headers: { "content-md5": digest } });

			const wrong = await send("meow", md5("purr"));
			assert.equal(
				refusal(wrong),
				"400 InvalidDigest 0017-00000503: The Content-MD5 you specified was invalid.",
			);
			assert.deepEqual(textsOf(wrong, "Content-MD5"), [md5("purr")]);
			for (const digest of ["?", "", "bWVvdw==", `${md5("meow")}=`])
				assert.equal(
					refusal(await send("meow", digest)),
					"400 InvalidDigest 0017-00000502: The Content-MD5 you specified was invalid.",
				);
			assert.equal((await oss.get("/photos/cat")).status, 404);
			const parts = await oss.get(`/photos/cat?uploadId=${uploadId}`);
			assert.deepEqual(textsOf(parts, "PartNumber"), []);
			assert.equal((await send("meow", md5("meow"))).status, 200);
		});
	}

	test("is refused even if it is large, and does not change the old object", async (t) => {
		const { oss } = await startWithBucket(t);
		await oss.put("/photos/cat", "meow");
		const body = Buffer.alloc(1_000_000);
		const answer = await oss.put("/photos/cat", body, {
			"content-md5": md5("meow"),
		});
		assert.match(refusal(answer), /^400 InvalidDigest 0017-00000503/);
		assert.equal((await oss.get("/photos/cat")).text, "meow");
	});
});

test("An upload with a CRC-64 is stored only if the body matches", async (t) => {
	const { oss } = await startWithBucket(t);
	const put = (crc64: string) =>
		oss.put("/photos/cat", "hello world", { "x-oss-hash-crc64ecma": crc64 });
	assert.equal(
		refusal(await put("1")),
		"400 InvalidCRC64 : The x-oss-hash-crc64ecma you specified does not match what we calculated.",
	);
	assert.equal((await oss.get("/photos/cat")).status, 404);
	assert.equal((await put("5981764153023615706")).status, 200);
});

suite("x-oss-forbid-overwrite", () => {
	test("refuses to replace an object: FileAlreadyExists", async (t) => {
		const { oss } = await startWithBucket(t);
		const headers = { "x-oss-forbid-overwrite": "true" };
		assert.equal((await oss.put("/photos/cat", "meow", headers)).status, 200);
		const FILE_ALREADY_EXISTS =
			"409 FileAlreadyExists 0026-00000002: The object you specified already exists and can not be overwritten.";
		await oss.put("/photos/dog", "woof");
		for (const answer of [
			await oss.put("/photos/cat", "purr", headers),
			await oss.put("/photos/cat", Buffer.alloc(100_000), headers),
			await oss.post("/photos/cat?uploads", "", headers),
			await oss.put("/photos/cat?symlink", "", {
				...headers,
				"x-oss-symlink-target": "dog",
			}),
			await oss.put("/photos/cat", "", {
				...headers,
				"x-oss-copy-source": "/photos/dog",
			}),
		])
			assert.equal(refusal(answer), FILE_ALREADY_EXISTS);
		assert.equal((await oss.get("/photos/cat")).text, "meow");
	});

	test("has no effect if it is false, or empty (A-968)", async (t) => {
		const { oss } = await startWithBucket(t);
		await oss.put("/photos/cat", "meow");
		for (const value of ["false", "False", ""]) {
			const headers = { "x-oss-forbid-overwrite": value };
			assert.equal((await oss.put("/photos/cat", "purr", headers)).status, 200);
		}
	});

	test("is refused unless it is true or false, whatever the operation", async (t) => {
		const { oss } = await startWithBucket(t);
		await oss.put("/photos/dog", "woof");
		const begun = await oss.post("/photos/cat?uploads");
		const [id] = textsOf(begun, "UploadId");
		const headers = { "x-oss-forbid-overwrite": "abc" };
		for (const answer of [
			await oss.put("/photos/cat", "purr", headers),
			await oss.post("/photos/cat?uploads", "", headers),
			await oss.put("/photos/cat?symlink", "", {
				...headers,
				"x-oss-symlink-target": "dog",
			}),
			await oss.put("/photos/cat", "", {
				...headers,
				"x-oss-copy-source": "/photos/dog",
			}),
			await oss.post(`/photos/cat?uploadId=${id}`, "", {
				...headers,
				"x-oss-complete-all": "yes",
			}),
		]) {
			assert.match(refusal(answer), /^400 InvalidArgument 0017-00000279: /);
			assert.deepEqual(textsOf(answer, "ArgumentValue"), ["abc"]);
		}
		assert.equal((await oss.get("/photos/cat")).status, 404);
	});
});

suite("PutObject refuses", () => {
	test("conditions, which OSS does not support: 400 NotImplemented with the name of the header", async (t) => {
		const { oss } = await startWithBucket(t);
		for (const name of [
			"If-Match",
			"If-None-Match",
			"If-Modified-Since",
			"If-Unmodified-Since",
		]) {
			const answer = await oss.put("/photos/cat", "meow", { [name]: "x" });
			assert.equal(
				refusal(answer),
				"400 NotImplemented : A header you provided implies functionality that is not implemented.",
			);
			assert.deepEqual(textsOf(answer, "Header"), [name]);
		}
		assert.equal((await oss.get("/photos/cat")).status, 404);
	});

	test("unknown storage classes and encryption algorithms", async (t) => {
		const { oss } = await startWithBucket(t);
		const put = async (name: string, value: string): Promise<string> =>
			refusal(await oss.put("/photos/cat", "meow", { [name]: value }));
		const NO_CLASS = "No such bucket storage class exists.";
		assert.equal(
			await put("x-oss-storage-class", "Gold"),
			`400 InvalidArgument 0017-00000132: ${NO_CLASS}`,
		);
		assert.equal(
			await put("x-oss-storage-class", ""),
			`400 InvalidArgument 0017-00000131: ${NO_CLASS}`,
		);
		await oss.put("/photos/dog", "woof");
		const copied = await oss.put("/photos/cat", "", {
			"x-oss-storage-class": "Gold",
			"x-oss-copy-source": "/photos/dog",
		});
		assert.equal(
			refusal(copied),
			`400 InvalidArgument 0013-00000101: ${NO_CLASS}`,
		);
		assert.equal(
			await put("x-oss-server-side-encryption", "ROT13"),
			"400 InvalidEncryptionAlgorithmError : The Encryption request you specified is not valid. Supported value: AES256/SM4/KMS.",
		);
		assert.equal((await oss.get("/photos/cat")).status, 404);
	});
});

test("Two concurrent uploads to one key store one of the bodies completely", async (t) => {
	const { oss } = await startWithBucket(t);
	const bodies = ["a", "b", "c", "d"].map((letter) => letter.repeat(200_000));
	await Promise.all(bodies.map((body) => oss.put("/photos/cat", body)));
	const { text } = await oss.get("/photos/cat");
	assert.ok(bodies.includes(text));
});
