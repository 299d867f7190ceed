import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { errorDocument, refusal } from "../client.ts";
import { startEmulator, startWithBucket } from "../emulator.ts";

const REQUEST_ID = /^[0-9A-F]{24}$/;

suite("An error document", () => {
	test("has the layout of a recorded document of 345 bytes", async (t) => {
		const { oss } = await startEmulator(t);
		await oss.put("/bucket");
		await oss.put("/bucket/object", Buffer.alloc(1000));
		const answer = await oss.get("/object", {
			host: "bucket.oss-cn-hangzhou.aliyuncs.com",
			resource: "/bucket/object",
			headers: {
				range: "bytes=1000-2000",
				"x-oss-range-behavior": "standard",
			},
		});

		assert.equal(answer.status, 416);
		assert.equal(answer.headers["content-length"], "345");
		assert.equal(answer.headers["content-type"], "application/xml");
		assert.equal(
			answer.text,
			`<?xml version="1.0" encoding="UTF-8"?>
<Error>
  <Code>InvalidRange</Code>
  <Message>The requested range cannot be satisfied</Message>
  <RequestId>${answer.headers["x-oss-request-id"]}</RequestId>
  <HostId>bucket.oss-cn-hangzhou.aliyuncs.com</HostId>
  <ActualObjectSize>1000</ActualObjectSize>
  <RangeRequested>bytes=1000-2000</RangeRequested>
</Error>
`,
		);
	});

	test("ends with the EC and the URL of its page; the EC is also in a header", async (t) => {
		const { oss, port } = await startWithBucket(t);
		const answer = await oss.get("/photos/no%3Csuch%3E&.txt");

		assert.equal(answer.status, 404);
		assert.equal(answer.reason, "Not Found");
		assert.equal(answer.headers["x-oss-ec"], "0026-00000001");
		assert.equal(
			answer.text,
			`<?xml version="1.0" encoding="UTF-8"?>
<Error>
  <Code>NoSuchKey</Code>
  <Message>The specified key does not exist.</Message>
  <RequestId>${answer.headers["x-oss-request-id"]}</RequestId>
  <HostId>127.0.0.1:${port}</HostId>
  <Key>no&lt;such&gt;&amp;.txt</Key>
  <EC>0026-00000001</EC>
  <RecommendDoc>https://api.aliyun.com/troubleshoot?q=0026-00000001</RecommendDoc>
</Error>
`,
		);
	});

	test("links to the international site for regions outside China", async (t) => {
		const { oss } = await startEmulator(t, "--region", "ap-southeast-1");
		const answer = await oss.get("/photos", { as: null });
		assert.match(
			answer.text,
			/<RecommendDoc>https:\/\/api\.alibabacloud\.com\/troubleshoot\?q=0015-00000101<\/RecommendDoc>/,
		);
	});

	test("has no namespace, because py1, java1 and cs1 could not read it", async (t) => {
		const { oss } = await startWithBucket(t);
		for (const target of ["/photos/none", "/photos", "/", "/photos?bucketInfo"])
			assert.doesNotMatch((await oss.get(target)).text, /xmlns/);
	});

	test("is sent in a header, as base64, in the response to HEAD, where the SDKs read it", async (t) => {
		const { oss } = await startWithBucket(t);
		const head = await oss.head("/photos/none");

		assert.equal(
			refusal(head),
			"404 NoSuchKey 0026-00000001: The specified key does not exist.",
		);
		assert.equal(head.body.length, 0);
		assert.equal(head.headers["x-oss-ec"], "0026-00000001");
		assert.equal(head.headers["x-oss-error"], head.headers["x-oss-err"]);
		assert.ok(head.headerNames.includes("x-oss-err"));
		assert.match(
			errorDocument(head),
			new RegExp(`<RequestId>${head.headers["x-oss-request-id"]}</RequestId>`),
		);
		assert.match(
			refusal(await oss.head("/missing/none")),
			/^404 NoSuchBucket 0015-00000101/,
		);
	});

	test("is omitted in a 304 response, which has the headers for caches (A-710)", async (t) => {
		const { oss } = await startWithBucket(t);
		const { headers } = await oss.put("/photos/cat", "meow");
		const whole = (await oss.get("/photos/cat")).headers;
		for (const method of ["GET", "HEAD"]) {
			const answer = await oss.send(method, "/photos/cat", {
				headers: { "if-none-match": headers.etag ?? "" },
			});
			assert.equal(answer.status, 304);
			assert.equal(answer.text, "");
			assert.equal(answer.headers["content-type"], undefined);
			assert.equal(answer.headers["x-oss-err"], undefined);
			for (const name of ["etag", "last-modified"])
				assert.equal(answer.headers[name], whole[name]);
		}
	});
});

suite("Every response", () => {
	test("has the headers of OSS, spelled as OSS spells them", async (t) => {
		const { oss } = await startWithBucket(t);
		const answers = [
			await oss.put("/photos/cat", "meow"),
			await oss.get("/photos/cat"),
			await oss.get("/photos"),
			await oss.delete("/photos/cat"),
			await oss.head("/photos/cat"),
			await oss.get("/photos/cat", { as: null }),
		];
		for (const { headers, headerNames } of answers) {
			assert.equal(headers.server, "AliyunOSS");
			assert.match(headers["x-oss-request-id"] ?? "", REQUEST_ID);
			assert.match(headers["x-oss-server-time"] ?? "", /^\d{1,4}$/);
			assert.equal(headers.date?.length, 29);
			assert.match(headers.date, /^\w{3}, \d\d \w{3} \d{4} [\d:]{8} GMT$/);
			for (const name of ["Server", "Date", "x-oss-request-id"])
				assert.ok(headerNames.includes(name), name);
		}
	});

	test("has a unique id, which begins with the time in seconds", async (t) => {
		const { oss } = await startWithBucket(t);
		const before = Math.floor(Date.now() / 1000);
		const ids: string[] = [];
		for (let i = 0; i < 20; i++) {
			const { headers } = await oss.get("/photos/none");
			ids.push(headers["x-oss-request-id"] ?? "");
		}
		const after = Math.floor(Date.now() / 1000);

		assert.equal(new Set(ids).size, 20);
		for (const id of ids) {
			const seconds = Number.parseInt(id.slice(0, 8), 16);
			assert.ok(seconds >= before && seconds <= after, id);
		}
	});

	test("has a length of 0 and no type if it has no body, as cs1's suite asserts", async (t) => {
		const { oss } = await startWithBucket(t);
		for (const answer of [
			await oss.put("/photos"),
			await oss.put("/photos/cat", "meow"),
			await oss.put("/photos/link?symlink", "", {
				"x-oss-symlink-target": "cat",
			}),
			await oss.put("/photos/cat?acl", "", { "x-oss-object-acl": "private" }),
		]) {
			assert.equal(answer.status, 200, answer.text);
			assert.equal(answer.headers["content-length"], "0");
			assert.equal(answer.headers["content-type"], undefined);
		}
		const deleted = await oss.delete("/photos/cat");
		assert.equal(deleted.status, 204);
		assert.equal(deleted.headers["content-type"], undefined);
	});
});

suite("Errors are checked in this order:", () => {
	const unknownKey = { id: "unknown", secret: "x" };
	const forger = { id: "oss-emulator", secret: "x" };

	test("the bucket, before the key id and the signature, as py2's suite asserts", async (t) => {
		const { oss } = await startEmulator(t);
		const missing =
			"404 NoSuchBucket 0015-00000101: The specified bucket does not exist.";
		for (const as of [unknownKey, forger])
			assert.equal(refusal(await oss.get("/no-such-bucket", { as })), missing);
		assert.equal(
			refusal(
				await oss.send("PUT", "/no-such-bucket/cat", {
					as: unknownKey,
					body: "meow",
				}),
			),
			missing,
		);
	});

	test("the key id first for requests that create a bucket", async (t) => {
		const { oss } = await startEmulator(t);
		for (const target of ["/no-such-bucket", "/no-such-bucket?acl"]) {
			const answer = await oss.send("PUT", target, {
				as: unknownKey,
				body: "",
			});
			assert.match(refusal(answer), /^403 InvalidAccessKeyId 0002-00000902/);
		}
	});

	test("the key id, before the signature", async (t) => {
		const { oss } = await startWithBucket(t);
		const answer = await oss.get("/photos", { as: unknownKey });
		assert.equal(
			refusal(answer),
			"403 InvalidAccessKeyId 0002-00000902: The OSS Access Key Id you provided does not exist in our records.",
		);
		assert.match(answer.text, /<OSSAccessKeyId>unknown<\/OSSAccessKeyId>/);
	});

	test("the signature, with the correct string to sign", async (t) => {
		const { oss } = await startWithBucket(t);
		const answer = await oss.get("/photos", { as: forger });
		assert.equal(
			refusal(answer),
			"403 SignatureDoesNotMatch 0002-00000201: The request signature we calculated does not match the signature you provided. Check your key and signing method.",
		);
		for (const name of [
			"OSSAccessKeyId",
			"SignatureProvided",
			"StringToSign",
			"StringToSignBytes",
			"CanonicalRequest",
		])
			assert.match(answer.text, new RegExp(`<${name}>[^<]+</${name}>`), name);
	});

	test("the names, before the existence of bucket and object", async (t) => {
		const { oss } = await startWithBucket(t);
		for (const name of ["Photos", "ab", "-photos", "ph_otos", "a".repeat(64)])
			assert.equal(
				refusal(await oss.put(`/${name}`)),
				"400 InvalidBucketName 0015-00000001: The specified bucket is not valid.",
				name,
			);
		const tooLong =
			"0016-00000002: The Length of Object name must be less than 1024.";
		const invalid = "0016-00000005: The specified object is not valid.";
		const cases = [
			[`/photos/${"k".repeat(1024)}`, tooLong],
			[`/photos/${"%E7%8C%AB".repeat(342)}`, tooLong],
			["/photos//cat", invalid],
			["/photos/%5Ccat", invalid],
		] as const;
		for (const [target, expected] of cases)
			assert.equal(
				refusal(await oss.put(target, "meow")),
				`400 InvalidObjectName ${expected}`,
			);
		assert.equal(
			(await oss.put(`/photos/${"k".repeat(1023)}`, "")).status,
			200,
		);
	});

	test("the bucket, before the caller's permissions", async (t) => {
		const { oss } = await startEmulator(t);
		for (const as of [null, undefined]) {
			const answer = await oss.get(
				"/no-such-bucket/cat",
				as === null ? { as } : {},
			);
			assert.equal(
				refusal(answer),
				"404 NoSuchBucket 0015-00000101: The specified bucket does not exist.",
			);
			assert.match(answer.text, /<BucketName>no-such-bucket<\/BucketName>/);
		}
	});

	test("the caller's permissions, before the key, so that others cannot find out which objects exist", async (t) => {
		const { oss } = await startWithBucket(t);
		assert.match(
			refusal(await oss.get("/photos/none", { as: null })),
			/^403 AccessDenied 0003-00000001/,
		);
	});
});

suite("A request that is refused", () => {
	test("before its body is read leaves the connection usable for the next one", async (t) => {
		const { oss } = await startWithBucket(t);
		const body = Buffer.alloc(4 * 1024 * 1024, "x");
		const refused = [
			await oss.put("/missing/cat", body),
			await oss.put("/photos/cat", body, { "content-md5": "?" }),
			await oss.put("/photos/cat?acl", body),
			await oss.post("/photos?delete", body),
			await oss.put("/photos/cat?partNumber=1&uploadId=A", body),
			await oss.put("/photos/cat", body, { "x-oss-callback": "{}" }),
			await oss.send("PUT", "/photos/cat", { body, as: null }),
			await oss.send("POST", "/photos", {
				body,
				as: null,
				headers: { "content-type": "multipart/form-data; boundary=x" },
			}),
		];
		assert.deepEqual(
			refused.map(({ status }) => status),
			[404, 400, 400, 400, 404, 400, 403, 400],
		);
		assert.equal((await oss.get("/photos/cat")).status, 404);
	});
});

suite("Names of members of Object's prototype", () => {
	const NAMES = ["__proto__", "constructor", "toString", "hasOwnProperty"];

	test("can be headers, parameters and keys without a special meaning", async (t) => {
		const { oss } = await startWithBucket(t);
		for (const name of NAMES) {
			const put = await oss.put(`/photos/${name}?${name}=1`, "meow", {
				[`x-${name}`]: "1",
			});
			assert.equal(put.status, 200, put.text);
			assert.equal((await oss.get(`/photos/${name}?${name}`)).text, "meow");
			await oss.send("GET", "/photos/x", { headers: { [name]: "1" } });
		}
		const list = await oss.get("/photos?prefix=__proto__&__proto__=x");
		assert.match(list.text, /<Key>__proto__<\/Key>/);
	});

	test("are not accepted as values of a header with a fixed set of values", async (t) => {
		const { oss } = await startWithBucket(t);
		for (const name of NAMES) {
			for (const header of [
				"x-oss-object-acl",
				"x-oss-storage-class",
				"x-oss-server-side-encryption",
			]) {
				const put = await oss.put("/photos/cat", "meow", { [header]: name });
				assert.equal(put.status, 400, `${header}: ${name}`);
			}
			assert.equal(
				(await oss.get(`/photos?encoding-type=${name}`)).status,
				400,
			);
			const { status } = await oss.get(`/${name}`); // constructor may be a bucket
			assert.equal(status, name === "constructor" ? 404 : 400);
			assert.equal(
				(await oss.get("/photos", { as: { id: name, secret: "x" } })).status,
				403,
			);
		}
		assert.equal((await oss.get("/photos/cat")).status, 404);
	});
});
