import assert from "node:assert/strict";
import dns from "node:dns";
import { suite, test } from "node:test";
import { refusal, textsOf } from "../client.ts";
import { ENDPOINT, startS3 } from "./s3.ts";
import { signV4 } from "./sign.ts";

const VIRTUAL_HOST =
	"403 SecondLevelDomainForbidden 0003-00001401: Please use virtual hosted style to access.";

suite("The S3-compatible protocol is recognized by the signature", () => {
	for (const host of [
		`photos.s3.${ENDPOINT}`,
		`photos.${ENDPOINT}`,
		"photos.s3.oss-cn-hangzhou-internal.aliyuncs.com",
		"photos.s3.oss-accelerate.aliyuncs.com",
		"photos.s3.oss-accelerate-overseas.aliyuncs.com",
		"photos.localhost",
		"photos.s3.localhost",
		"photos.s3.oss.test",
	])
		test(`and the bucket by the Host ${host} (A-332)`, async (t) => {
			const { s3, oss } = await startS3(t, "--domain", "oss.test");
			const put = await s3.with({ host }).put("/a/b.txt", "hello");
			assert.equal(put.status, 200);
			assert.ok(put.headers["x-amz-request-id"]);
			assert.equal((await oss.get("/photos/a/b.txt")).text, "hello");
		});

	test("and the bucket by a custom domain", async (t) => {
		const { s3, oss } = await startS3(t);
		const cname =
			"<BucketCnameConfiguration><Cname><Domain>img.example.com</Domain></Cname></BucketCnameConfiguration>";
		t.mock.method(dns.promises, "lookup", async () => [
			{ address: "127.0.0.1", family: 4 },
		]);
		const bound = await oss.post("/photos?cname&comp=add", cname);
		assert.equal(bound.status, 200, bound.text);
		const put = await s3.with({ host: "img.example.com" }).put("/a", "hello");
		assert.equal(put.status, 200);
		assert.equal((await oss.get("/photos/a")).text, "hello");
	});

	test("GET / of the service lists buckets with S3's elements only", async (t) => {
		const { s3 } = await startS3(t);
		const host = `s3.${ENDPOINT}`;
		const listed = await s3.with({ host }).get("/");
		assert.match(
			listed.text,
			/^<\?xml version="1.0" encoding="UTF-8"\?>\n<ListAllMyBucketsResult xmlns="http:\/\/s3.amazonaws.com\/doc\/2006-03-01\/">\n {2}<Owner>\n {4}<ID>1000000000000001<\/ID>\n {4}<DisplayName>1000000000000001<\/DisplayName>\n {2}<\/Owner>\n {2}<Buckets>\n {4}<Bucket>\n {6}<CreationDate>[^<]*<\/CreationDate>\n {6}<Name>photos<\/Name>\n {4}<\/Bucket>\n {2}<\/Buckets>\n<\/ListAllMyBucketsResult>\n$/,
		);
	});

	test("and in an unsigned request by an s3. host or a header (A-300)", async (t) => {
		const { s3 } = await startS3(t);
		const own = s3.with({ host: `photos.${ENDPOINT}` });
		const named = s3.with({ host: `photos.s3.${ENDPOINT}` });
		const asOss = await own.sendAs("GET", "/a");
		const atS3 = await named.sendAs("GET", "/a");
		const saying = await own.sendAs("GET", "/a", { "x-oss-s3-compat": "true" });
		const ids = [asOss, atS3, saying].map(
			({ headers }) => "x-amz-request-id" in headers,
		);
		assert.deepEqual(ids, [false, true, true]);
		assert.equal(refusal(asOss), refusal(atS3));
	});

	test("the header x-oss-s3-compat does not have to be signed", async (t) => {
		const { photos } = await startS3(t);
		const { key, host } = photos;
		const signed = signV4({ key, host, method: "GET", target: "/" });
		const answer = await photos.sendAs("GET", "/", {
			...signed,
			"x-oss-s3-compat": "true",
		});
		assert.equal(answer.status, 200);
	});

	test("a signature of OSS selects OSS's protocol at an s3. host (A-301)", async (t) => {
		const { oss } = await startS3(t);
		const answer = await oss.get("/", {
			host: `photos.s3.${ENDPOINT}`,
			resource: "/photos/",
			headers: { "x-amz-acl": "nonsense" },
		});
		assert.equal(answer.status, 200);
		assert.ok(answer.headers["x-oss-request-id"]);
		assert.doesNotMatch(answer.text, /xmlns/);
	});

	test("every request is refused if the protocol is disabled (A-310)", async (t) => {
		const { s3, oss } = await startS3(t, "--s3", "off");
		assert.match(
			refusal(await s3.get("/photos")),
			/^403 AccessDenied 0002-00000031: /,
		);
		assert.equal((await oss.get("/photos")).status, 200);
	});
});

suite("A bucket in the path of an S3 request", () => {
	test("is refused at Alibaba's host names, with 367 bytes", async (t) => {
		const { s3 } = await startS3(t, "--region", "cn-beijing");
		const host = "oss-cn-beijing.aliyuncs.com";
		const answer = await s3.with({ host }).get("/photos/a");
		assert.equal(refusal(answer), VIRTUAL_HOST);
		assert.equal(answer.headers["content-length"], "367");
		assert.deepEqual(textsOf(answer, "HostId"), [host]);
		assert.deepEqual(textsOf(answer, "BucketName"), []);
	});

	test("is refused with OSS's message for an unsigned request", async (t) => {
		const { s3 } = await startS3(t);
		const answer = await s3
			.with({ host: `s3.${ENDPOINT}` })
			.sendAs("GET", "/photos/a");
		assert.match(
			refusal(answer),
			/^403 SecondLevelDomainForbidden .*must be addressed using OSS third level domain\.$/,
		);
	});

	test("is refused without a body for HEAD", async (t) => {
		const { s3 } = await startS3(t);
		const answer = await s3.with({ host: ENDPOINT }).head("/photos/a");
		assert.deepEqual([answer.status, answer.text], [403, ""]);
	});

	test("is a part of the key if the Host also has the bucket", async (t) => {
		const { photos, oss } = await startS3(t);
		await photos.put("/photos/a.txt", "hello");
		assert.equal((await oss.get("/photos/photos/a.txt")).text, "hello");
		for (const target of ["/photos?location", "/photos/?versioning"])
			assert.match(refusal(await photos.get(target)), /^404 NoSuchKey /);
		await photos.put("/photos", "the key");
		assert.equal((await photos.get("/photos?location")).text, "the key");
	});

	for (const [flag, host, status] of [
		["local", "127.0.0.1:6770", 200],
		["local", "localhost:6770", 200],
		["local", "oss-emulator:6770", 200],
		["local", ENDPOINT, 403],
		["allow", ENDPOINT, 200],
		["refuse", "127.0.0.1:6770", 403],
		["refuse", "localhost:6770", 403],
	] as const)
		test(`returns ${status} at ${host} with --s3-path-style ${flag}`, async (t) => {
			const { s3 } = await startS3(t, "--s3-path-style", flag);
			const answer = await s3.with({ host }).get("/photos");
			assert.equal(answer.status, status, answer.text);
		});

	test("is recorded with a finding that mentions the client's setting", async (t) => {
		const { s3, adminUrl } = await startS3(t);
		await s3.get("/photos", {
			headers: { "user-agent": "Boto3/1.40.1 md/Botocore#1.40.1" },
		});
		const answer = await fetch(`${adminUrl}/api/requests?limit=1`);
		const { requests } = (await answer.json()) as {
			requests: { protocol: string; diagnosis: string }[];
		};
		assert.equal(requests[0]?.protocol, "S3");
		assert.match(
			requests[0]?.diagnosis ?? "",
			/SecondLevelDomainForbidden.*in boto3: Config\(s3=\{"addressing_style": "virtual"\}\)/,
		);
	});
});
