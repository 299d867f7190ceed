import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { Readable } from "node:stream";
import { suite, test } from "node:test";
import { unwrapChunks } from "../../emulator/s3/chunked.ts";
import { judgePayload } from "../../emulator/s3/payload.ts";
import { thrownBy } from "../auth/request.ts";
import { refusal, textsOf } from "../client.ts";
import { type S3Client, startS3 } from "./s3.ts";
import { keyOf, sha256, signChunks, signV4 } from "./sign.ts";

const TRAILER = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";
const NEWER =
	"400 NotImplemented : Aws MultiChunkedEncoding STREAMING-UNSIGNED-PAYLOAD-TRAILER is not supported.";
const OLDER =
	"400 InvalidArgument 0017-00000804: aws-chunked encoding is not supported with the specified x-amz-content-sha256 value.";

const putTrailer = (client: S3Client, target = "/a") =>
	client.put(
		target,
		"5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n",
		{
			"content-encoding": "aws-chunked",
			"x-amz-decoded-content-length": "5",
			"x-amz-trailer": "x-amz-checksum-crc32",
		},
		{ payload: TRAILER },
	);

suite("The body of an upload signed for S3", () => {
	test("is checked against its hash, and not stored if the hash differs", async (t) => {
		const { photos } = await startS3(t);
		assert.equal((await photos.put("/a", "hello")).status, 200);
		const payload = sha256("other");
		const refused = await photos.put("/b", "hello", {}, { payload });
		assert.match(refusal(refused), /^400 InvalidArgument 0002-00000427: /);
		assert.equal((await photos.head("/b")).status, 404);
		const empty = await photos.put("/b", "", {}, { payload });
		assert.match(refusal(empty), /^400 InvalidArgument 0002-00000427: /);
	});

	test("is also checked if it is a document", async (t) => {
		const { photos } = await startS3(t);
		const document =
			"<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
		const payload = sha256("other");
		const put = await photos.put("/?versioning", document, {}, { payload });
		assert.match(refusal(put), /^400 InvalidArgument 0002-00000427: /);
		const got = await photos.get("/?versioning");
		assert.deepEqual(textsOf(got, "Status"), []);
	});

	test("of several hundred KiB is checked as it arrives", async (t) => {
		const { photos, oss } = await startS3(t);
		const body = "0123456789".repeat(50_000);
		assert.equal((await photos.put("/a", body)).status, 200);
		assert.equal((await oss.get("/photos/a")).text, body);
		const payload = sha256(`${body}.`);
		assert.equal((await photos.put("/b", body, {}, { payload })).status, 400);
		assert.equal((await photos.head("/b")).status, 404);
	});

	test("can be unsigned", async (t) => {
		const { photos } = await startS3(t);
		const payload = "UNSIGNED-PAYLOAD";
		assert.equal(
			(await photos.put("/a", "hello", {}, { payload })).status,
			200,
		);
	});

	for (const method of ["GET", "HEAD", "DELETE"])
		test(`has the hash of an empty body for ${method}, or is unsigned`, async (t) => {
			const { photos } = await startS3(t);
			const payload = sha256("something");
			const answer = await photos.send(method, "/", { payload });
			assert.equal(answer.status, 400);
		});

	test("must have a hash: a request without x-amz-content-sha256 is refused (A-313)", async (t) => {
		const { photos } = await startS3(t);
		const { key, host } = photos;
		const signed = signV4({
			...{ key, host, method: "GET", target: "/" },
			unsigned: ["x-amz-content-sha256"],
		});
		delete signed["x-amz-content-sha256"];
		assert.match(
			refusal(await photos.sendAs("GET", "/", signed)),
			/^400 InvalidArgument 0002-00000427: /,
		);
		for (const payload of ["nonsense", "ab".repeat(31), ""])
			assert.match(
				refusal(await photos.get("/", { payload })),
				/^400 InvalidArgument 0002-00000427: /,
			);
	});

	test("is checked against its Content-MD5", async (t) => {
		const { photos } = await startS3(t);
		for (const md5 of ["XUFAKrxLKna5cZ2REBfFkw==", "nonsense"]) {
			const put = await photos.put("/a", "hello", { "content-md5": md5 });
			assert.match(refusal(put), /^400 InvalidDigest /);
		}
		assert.equal((await photos.head("/a")).status, 404);
	});

	test("can have S3's checksums, which are neither checked nor returned (A-333)", async (t) => {
		const { photos } = await startS3(t);
		const put = await photos.put("/a", "hello", {
			"x-amz-checksum-crc32": "AAAAAA==",
			"x-amz-sdk-checksum-algorithm": "CRC32",
		});
		assert.equal(put.status, 200);
		const got = await photos.get("/a", {
			headers: { "x-amz-checksum-mode": "ENABLED" },
		});
		const names = [...put.headerNames, ...got.headerNames];
		assert.deepEqual(
			names.filter((name) => /checksum/i.test(name)),
			[],
		);
	});
});

suite("A body with checksum trailers", () => {
	test("is refused with OSS's current error (A-311)", async (t) => {
		const { photos } = await startS3(t);
		assert.equal(refusal(await putTrailer(photos)), NEWER);
		assert.equal((await photos.head("/a")).status, 404);
	});

	test("is refused with the error that OSS returned until 2026, with --s3-trailers invalid-argument", async (t) => {
		const { photos } = await startS3(t, "--s3-trailers", "invalid-argument");
		const answer = await putTrailer(photos);
		assert.equal(refusal(answer), OLDER);
		const id = answer.headers["x-amz-request-id"];
		assert.equal(
			answer.text,
			`<?xml version="1.0" encoding="UTF-8"?>
<Error>
  <Code>InvalidArgument</Code>
  <Message>aws-chunked encoding is not supported with the specified x-amz-content-sha256 value.</Message>
  <RequestId>${id}</RequestId>
  <HostId>${photos.host}</HostId>
  <ArgumentName>x-amz-content-sha256</ArgumentName>
  <ArgumentValue>${TRAILER}</ArgumentValue>
  <EC>0017-00000804</EC>
  <RecommendDoc>https://api.aliyun.com/troubleshoot?q=0017-00000804</RecommendDoc>
</Error>
`,
		);
	});

	test("is also refused for a part", async (t) => {
		const { photos } = await startS3(t);
		const begun = await photos.post("/a?uploads");
		const [id] = textsOf(begun, "UploadId");
		const target = `/a?partNumber=1&uploadId=${id}`;
		assert.equal(refusal(await putTrailer(photos, target)), NEWER);
	});

	for (const payload of [
		"STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
		"STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD",
	])
		test(`is also refused if it is ${payload} (A-311)`, () => {
			const error = thrownBy(() =>
				judgePayload("PUT", {}, payload, {
					trailers: "not-implemented",
					signedStreaming: "accept",
				}),
			);
			assert.equal(
				error.message,
				`Aws MultiChunkedEncoding ${payload} is not supported.`,
			);
		});

	for (const payload of ["UNSIGNED-PAYLOAD", sha256("hello")])
		test(`is also refused if it is aws-chunked with ${payload.slice(0, 16)}`, async (t) => {
			const { photos } = await startS3(t);
			const headers = { "content-encoding": "aws-chunked" };
			const answer = await photos.put("/a", "hello", headers, { payload });
			assert.equal(refusal(answer), OLDER);
			assert.deepEqual(
				[textsOf(answer, "ArgumentName"), textsOf(answer, "ArgumentValue")],
				[["Content-Encoding"], ["aws-chunked"]],
			);
		});

	for (const [userAgent, cure] of [
		[
			"Boto3/1.40.1 md/Botocore#1.40.1",
			/request_checksum_calculation="when_required"/,
		],
		["aws-sdk-java/2.30.1 Linux", /RequestChecksumCalculation\.WHEN_REQUIRED/],
		["aws-sdk-go-v2/1.36.0 os/linux", /RequestChecksumCalculationWhenRequired/],
		[
			"aws-sdk-js/3.750.0 ua/2.1",
			/requestChecksumCalculation: "WHEN_REQUIRED"/,
		],
		["curl/8.5.0", /AWS_REQUEST_CHECKSUM_CALCULATION=when_required/],
	] as const)
		test(`is explained with the setting of ${userAgent.split("/")[0]}`, async (t) => {
			const { photos, adminUrl } = await startS3(t);
			const answer = await photos.put(
				"/a",
				"",
				{ "user-agent": userAgent },
				{ payload: TRAILER },
			);
			assert.equal(answer.status, 400);
			const found = await fetch(`${adminUrl}/api/requests?limit=1`);
			const { requests } = (await found.json()) as {
				requests: { diagnosis: string }[];
			};
			assert.match(requests[0]?.diagnosis ?? "", cure);
		});
});

/** Source: AWS «Signature calculations: transferring payload in multiple chunks». */
const EXAMPLE = {
	seed: "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9",
	date: "20130524T000000Z",
	scope: "20130524/us-east-1/s3/aws4_request",
	secret: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
	chunks: [
		[65536, "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648"],
		[1024, "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497"],
		[0, "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9"],
	],
} as const;

const framed = (): string =>
	EXAMPLE.chunks
		.map(
			([length, signature]) =>
				`${length.toString(16)};chunk-signature=${signature}\r\n${"a".repeat(length)}\r\n`,
		)
		.join("");

const signer = {
	...EXAMPLE,
	sign: (text: string): string =>
		createHmac("sha256", keyOf(EXAMPLE.secret, EXAMPLE.scope))
			.update(text)
			.digest("hex"),
};

/** @returns the content in pieces of this many bytes */
async function unwrapped(
	text: string,
	size: number,
	step = 8192,
): Promise<string> {
	const bytes = Buffer.from(text);
	const pieces = Array.from(
		{ length: Math.ceil(bytes.length / step) },
		(_, index) => bytes.subarray(index * step, (index + 1) * step),
	);
	const content: Buffer[] = [];
	for await (const chunk of unwrapChunks(Readable.from(pieces), size, signer))
		content.push(chunk);
	return Buffer.concat(content).toString();
}

suite("A body that is signed chunk by chunk (A-312)", () => {
	for (const step of [1, 7, 8192, 100_000])
		test(`is read from AWS's example, in pieces of ${step} bytes`, async () => {
			const text = framed();
			assert.equal(text.length, 66824);
			assert.equal(await unwrapped(text, 66560, step), "a".repeat(66560));
		});

	const last = EXAMPLE.chunks[2][1];
	const broken: readonly (readonly [string, string, number, RegExp])[] = [
		[
			"a signature of another chunk",
			framed().replace(EXAMPLE.chunks[1][1], last),
			66560,
			/SignatureDoesNotMatch/,
		],
		[
			"other content",
			framed().replace("\r\nab", "\r\nbb").replace("aaaa\r\n", "aaab\r\n"),
			66560,
			/SignatureDoesNotMatch/,
		],
		[
			"another last signature",
			framed().replace(last, "0".repeat(64)),
			66560,
			/SignatureDoesNotMatch/,
		],
		["a smaller length (A-315)", framed(), 66559, /IncompleteBody/],
		["a larger length (A-315)", framed(), 66561, /IncompleteBody/],
		["no last chunk", framed().split("0;chunk")[0] ?? "", 66560, /Incomplete/],
		["no end", framed().slice(0, -2), 66560, /IncompleteBody/],
		["bytes after its end (A-314)", `${framed()}x`, 66560, /InvalidRequest/],
		[
			"a size that is not a number (A-314)",
			framed().replace("10000;", "g;"),
			66560,
			/InvalidRequest/,
		],
		[
			"a negative size",
			framed().replace("10000;", "-1;"),
			66560,
			/InvalidRequest/,
		],
		[
			"a size with too many digits",
			framed().replace("10000;", `${"f".repeat(40)};`),
			66560,
			/InvalidRequest/,
		],
		[
			"no signature",
			framed().replace(/;chunk-signature=[0-9a-f]+/, ""),
			66560,
			/InvalidRequest/,
		],
		[
			"a chunk header that is too long",
			"0".repeat(5000),
			66560,
			/InvalidRequest/,
		],
		[
			"no line feed after a chunk",
			framed().replace("aa\r\n", "aaa\n"),
			66560,
			/InvalidRequest|SignatureDoesNotMatch/,
		],
		["nothing", "", 5, /IncompleteBody/],
	];
	for (const [what, text, size, error] of broken)
		test(`with ${what} is refused`, async () => {
			await assert.rejects(unwrapped(text, size), { name: error });
		});

	test("is stored without its framing, and without aws-chunked in its Content-Encoding", async (t) => {
		const { photos, oss } = await startS3(t);
		const { key, host } = photos;
		const chunks = ["a".repeat(65536), "b".repeat(1000)];
		for (const [encoding, stored] of [
			["aws-chunked", undefined],
			["aws-chunked,gzip", "gzip"],
			["gzip, aws-chunked", "gzip"],
		] as const) {
			const { headers, body } = signChunks(
				{
					...{ key, host, method: "PUT", target: "/a" },
					headers: { "content-encoding": encoding },
				},
				chunks,
			);
			const put = await photos.sendAs("PUT", "/a", headers, body);
			assert.equal(put.status, 200, put.text);
			const got = await oss.get("/photos/a");
			assert.equal(got.headers["content-encoding"], stored);
			assert.equal(got.text, chunks.join(""));
		}
	});

	test("stores no object if the signature of a chunk is wrong", async (t) => {
		const { photos } = await startS3(t);
		const { key, host } = photos;
		const { headers, body } = signChunks(
			{ key, host, method: "PUT", target: "/a" },
			["hello", "world"],
		);
		const put = await photos.sendAs(
			...(["PUT", "/a", headers, body.replace("world", "w0rld")] as const),
		);
		assert.match(refusal(put), /^403 SignatureDoesNotMatch 0002-00000429: /);
		assert.equal((await photos.head("/a")).status, 404);
	});

	test("must declare its length", async (t) => {
		const { photos } = await startS3(t);
		const payload = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD";
		const headers = { "content-encoding": "aws-chunked" };
		const put = await photos.put("/a", "0", headers, { payload });
		assert.match(refusal(put), /^411 MissingContentLength /);
		const other = await photos.put(
			"/a",
			"0",
			{ ...headers, "x-amz-decoded-content-length": "1e3" },
			{ payload },
		);
		assert.match(refusal(other), /^400 InvalidArgument /);
	});

	test("is accepted as a part, and with any signature with --auth off", async (t) => {
		const { photos } = await startS3(t, "--auth", "off");
		const { host } = photos;
		const key = { id: "unknown", secret: "any-secret" };
		const begun = await photos.post("/a?uploads");
		const target = `/a?partNumber=1&uploadId=${textsOf(begun, "UploadId")[0]}`;
		const { headers, body } = signChunks({ key, host, method: "PUT", target }, [
			"hello",
		]);
		const put = await photos.sendAs("PUT", target, headers, body);
		assert.equal(put.headers.etag, '"5D41402ABC4B2A76B9719D911017C592"');
	});

	test("is refused with --s3-signed-streaming refuse", async (t) => {
		const { photos } = await startS3(t, "--s3-signed-streaming", "refuse");
		const { key, host } = photos;
		const { headers, body } = signChunks(
			{ key, host, method: "PUT", target: "/a" },
			["hello"],
		);
		assert.equal(
			refusal(await photos.sendAs("PUT", "/a", headers, body)),
			"400 NotImplemented : Aws MultiChunkedEncoding is not supported.",
		);
	});
});
