import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { suite, test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { startApplicationServer } from "../application-server.ts";
import { Client, openSocket, refusal, sendRaw, textsOf } from "../client.ts";
import { startDirectly } from "../emulator.ts";
import {
	ANY,
	field,
	file,
	formBody,
	post,
	postForm,
	signedV1,
	signedV4,
} from "../operations/object/form.ts";
import { presignV1, presignV4 } from "../presign.ts";
import { S3Client } from "../s3/s3.ts";
import {
	CLOUD_KEY,
	CLOUD_REGION,
	startBoth,
	startCloud,
	startGateway,
} from "./clouds.ts";

const base64 = (json: object): string =>
	Buffer.from(JSON.stringify(json)).toString("base64");

const md5 = (bytes: Uint8Array): string =>
	createHash("md5").update(bytes).digest("hex").toUpperCase();

/** Content that differs in every block, so that pieces cannot be confused. */
function makeBytes(size: number): Buffer {
	const bytes = Buffer.alloc(size);
	for (let i = 0; i + 4 <= size; i += 4) bytes.writeUInt32BE(i, i);
	return bytes;
}

setFlagsFromString("--expose-gc");
const collectGarbage: () => void = runInNewContext("gc");

/** Of buffers, without garbage: how much of it remains depends on the other tests of the process. */
function usedBytes(): number {
	collectGarbage();
	return process.memoryUsage().arrayBuffers;
}

suite("A gateway", () => {
	test("answers S3's clients with S3's headers and documents, also for errors of the cloud", async (t) => {
		const { gateway } = await startBoth(t);
		const { accessKeyId: id, accessKeySecret: secret } = gateway;
		const host = "photos.s3.oss-cn-hangzhou.aliyuncs.com";
		const s3 = new S3Client(gateway, { id, secret }, host);
		await s3.put("/cat", "meow");
		const found = await s3.get("/cat");
		const missing = await s3.get("/none");
		const head = await s3.head("/none");
		for (const { headers } of [found, missing, head]) {
			assert.match(headers["x-amz-request-id"] ?? "", /^[0-9A-F]{24}$/);
			assert.equal(headers["x-oss-request-id"], undefined);
			assert.equal(headers["x-oss-err"], undefined);
		}
		assert.deepEqual(textsOf(missing, "RequestId"), [
			missing.headers["x-amz-request-id"],
		]);
		assert.deepEqual([head.status, head.text], [404, ""]);
		assert.ok(Number(head.headers["content-length"]) > 200);
		for (const [name, code] of [
			["lifecycle", "NoSuchLifecycle"],
			["encryption", "NoSuchServerSideEncryptionRule"],
		])
			assert.match(refusal(await s3.get(`/?${name}`)), RegExp(`^404 ${code} `));
	});

	test("puts, gets, lists and deletes objects of the cloud's bucket under the gateway's name for it", async (t) => {
		const { cloud, gateway } = await startBoth(t);

		const put = await gateway.oss.put(
			"/photos/a%20b/%E7%8C%AB%2B.txt",
			"meow",
			{
				"content-type": "text/plain",
				"x-oss-meta-by": "猫",
			},
		);

		assert.equal(put.status, 200);
		const there = await cloud.oss.get("/real-photos/a%20b/%E7%8C%AB%2B.txt");
		assert.equal(there.text, "meow");
		assert.equal(there.headers["x-oss-meta-by"], "猫");
		assert.equal(put.headers.etag, there.headers.etag);
		const got = await gateway.oss.get("/photos/a%20b/%E7%8C%AB%2B.txt");
		assert.equal(got.text, "meow");
		assert.equal(got.headers["content-type"], "text/plain");
		const listed = await gateway.oss.get("/photos?list-type=2");
		assert.deepEqual(textsOf(listed, "Name"), ["photos"]);
		assert.deepEqual(textsOf(listed, "Key"), ["a b/猫+.txt"]);
		await gateway.oss.delete("/photos/a%20b/%E7%8C%AB%2B.txt");
		const missing = await gateway.oss.get("/photos/a%20b/%E7%8C%AB%2B.txt");
		assert.match(refusal(missing), /^404 NoSuchKey 0026-00000001/);
	});

	test("returns the cloud's request id, in the header and in error documents", async (t) => {
		const { cloud, gateway } = await startBoth(t);
		const missing = await gateway.oss.get("/photos/nothing");
		const id = missing.headers["x-oss-request-id"];
		assert.deepEqual(textsOf(missing, "RequestId"), [id]);
		// The client's request id can be found in both records.
		for (const { adminUrl } of [cloud, gateway]) {
			const found = await fetch(`${adminUrl}/api/requests/${id}`);
			assert.equal(found.status, 200);
			assert.equal(Object(await found.json()).operation, "GetObject");
		}
	});

	test("puts the bucket into the Host if the cloud has a host name, and into the path if it has an IP address", async (t) => {
		const cloud = await startCloud(t);
		await cloud.oss.put("/real-photos");
		for (const url of [cloud.url, cloud.endpoint]) {
			const names = ["--upstream-bucket", "photos=real-photos"];
			const { oss } = await startGateway(t, { url }, ...names);
			assert.equal((await oss.put("/photos/cat", "meow")).status, 200);
		}
		const listed = await (await fetch(`${cloud.adminUrl}/api/requests`)).json();
		const puts = Object(listed).requests.filter(({ url }: { url: string }) =>
			url.endsWith("/cat"),
		);
		assert.deepEqual(
			puts.map(({ host, url }: { host: string; url: string }) => host + url),
			[
				`127.0.0.1:${cloud.port}/real-photos/cat`,
				`real-photos.localhost:${cloud.port}/cat`,
			],
		);
	});

	test("has the cloud's region unless --region is set", async (t) => {
		const cloud = await startCloud(t);
		await cloud.oss.put("/photos");
		const gateway = await startDirectly(
			t,
			...["--upstream", cloud.url, "--upstream-region", CLOUD_REGION],
			...["--upstream-access-key", `${CLOUD_KEY.id}:${CLOUD_KEY.secret}`],
			...["--upstream-bucket", "photos"],
		);
		assert.equal(gateway.region, CLOUD_REGION);
		const { accessKeyId: id, accessKeySecret: secret } = gateway;
		const oss = new Client(gateway.endpoint, { id, secret }, CLOUD_REGION);
		t.after(() => oss.close());
		assert.equal((await oss.get("/photos")).status, 200);
	});

	test("streams large bodies in both directions, with and without a length", async (t) => {
		const { cloud, gateway } = await startBoth(t);
		const bytes = makeBytes(5 * 1024 * 1024);

		const put = await gateway.oss.put("/photos/big", bytes);
		assert.equal(put.headers.etag, `"${md5(bytes)}"`);
		const chunked = await gateway.oss.put("/photos/chunked", bytes, {
			"transfer-encoding": "chunked",
		});
		assert.equal(chunked.headers.etag, `"${md5(bytes)}"`);

		assert.equal(md5((await gateway.oss.get("/photos/big")).body), md5(bytes));
		assert.equal(
			md5((await cloud.oss.get("/real-photos/chunked")).body),
			md5(bytes),
		);
		const range = await gateway.oss.get("/photos/big", {
			headers: { range: "bytes=4-11" },
		});
		assert.equal(range.status, 206);
		assert.deepEqual(range.body, bytes.subarray(4, 12));
	});

	test("reads a download no faster than the client does", async (t) => {
		const { gateway } = await startBoth(t);
		const size = 24 * 1024 * 1024;
		assert.equal(
			(await gateway.oss.put("/photos/big", makeBytes(size))).status,
			200,
		);
		const before = usedBytes();
		const socket = await openSocket(gateway.endpoint);
		const id = { id: gateway.accessKeyId, secret: gateway.accessKeySecret };
		const query = presignV4(id, {
			...{ method: "GET", resource: "/photos/big", query: {} },
		});
		socket.write(
			`GET /photos/big?${query} HTTP/1.1\r\nHost: localhost\r\n\r\n`,
		);
		socket.pause();
		// Other requests are answered meanwhile, during which bytes could accumulate.
		for (let i = 0; i < 50; i++)
			assert.equal((await gateway.oss.head("/photos/big")).status, 200);
		const buffered = usedBytes() - before;
		socket.destroy();
		assert.ok(buffered < size / 2, `${buffered} bytes are buffered`);
	});

	test("stores no object for an upload that the client aborts", async (t) => {
		const { cloud, gateway } = await startBoth(t);
		const socket = await openSocket(gateway.endpoint);
		const query = presignV4(
			{ id: gateway.accessKeyId, secret: gateway.accessKeySecret },
			{ method: "PUT", resource: "/photos/half", query: {} },
		);
		socket.write(
			`PUT /photos/half?${query} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n${"x".repeat(100_000)}`,
		);
		// When the cloud has recorded the request, the upload has reached it.
		const seen = `${cloud.adminUrl}/api/requests`;
		while (!(await (await fetch(seen)).text()).includes("/half"));
		socket.destroy();
		const there = await cloud.oss.get("/real-photos/half");
		assert.match(refusal(there), /^404 NoSuchKey/);
		assert.equal((await gateway.oss.put("/photos/half", "whole")).status, 200);
	});

	test("keeps versions, tags, ACLs and settings of buckets in the cloud", async (t) => {
		const { cloud, gateway } = await startBoth(t);
		const { oss } = gateway;
		const versioned = await oss.put(
			"/photos?versioning",
			"<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>",
		);
		assert.equal(versioned.status, 200);
		const [one, two] = [
			await oss.put("/photos/cat", "1"),
			await oss.put("/photos/cat", "2"),
		];
		const version = one.headers["x-oss-version-id"];
		assert.notEqual(version, two.headers["x-oss-version-id"]);
		const old = await oss.get(`/photos/cat?versionId=${version}`);
		assert.equal(old.text, "1");
		await oss.put("/photos/cat?acl", "", { "x-oss-object-acl": "public-read" });
		const acl = await cloud.oss.get("/real-photos/cat?acl");
		assert.deepEqual(textsOf(acl, "Grant"), ["public-read"]);
	});

	test("returns the object's length and no body for GetObjectMeta, by HEAD and by GET", async (t) => {
		const { gateway } = await startBoth(t);
		await gateway.oss.put("/photos/cat", "meow");
		const head = await gateway.oss.head("/photos/cat?objectMeta");
		assert.equal(head.headers["content-length"], "4");
		const key = { id: gateway.accessKeyId, secret: gateway.accessKeySecret };
		const query = presignV4(key, {
			...{ method: "GET", resource: "/photos/cat" },
			query: { objectMeta: "" },
		});
		const raw = await sendRaw(
			gateway.endpoint,
			`GET /photos/cat?${query} HTTP/1.1\r\nHost: localhost\r\n\r\n`,
		);
		assert.match(raw, /^HTTP\/1\.1 200 OK\r\n/);
		assert.match(raw, /\r\nContent-Length: 4\r\n/);
		assert.match(raw, /\r\n\r\n$/);
	});

	test("copies within the cloud, from a bucket with its name at the gateway", async (t) => {
		const { cloud, gateway } = await startBoth(t);
		await gateway.oss.put("/photos/a%20b", "meow");
		const copied = await gateway.oss.put("/photos/copy", undefined, {
			"x-oss-copy-source": "/photos/a%20b",
		});
		assert.equal(copied.status, 200, copied.text);
		assert.equal((await cloud.oss.get("/real-photos/copy")).text, "meow");
	});

	test("returns its own URL if the cloud returns the URL of an object", async (t) => {
		const { gateway } = await startBoth(t);
		const begun = await gateway.oss.post("/photos/cat?uploads");
		assert.deepEqual(textsOf(begun, "Bucket"), ["photos"]);
		const [uploadId] = textsOf(begun, "UploadId");
		const query = `uploadId=${uploadId}`;
		const part = await gateway.oss.put(
			`/photos/cat?partNumber=1&${query}`,
			"meow",
		);
		const done = await gateway.oss.post(
			`/photos/cat?${query}`,
			`<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>${part.headers.etag}</ETag></Part></CompleteMultipartUpload>`,
		);
		assert.deepEqual(textsOf(done, "Bucket"), ["photos"]);
		assert.deepEqual(textsOf(done, "Location"), [
			`${gateway.endpoint}/photos/cat`,
		]);
	});

	test("accepts signed URLs, and forwards the request without their signature", async (t) => {
		const { cloud, gateway } = await startBoth(t);
		const key = { id: gateway.accessKeyId, secret: gateway.accessKeySecret };
		for (const presign of [presignV1, presignV4]) {
			const put = presign(key, {
				...{ method: "PUT", resource: "/photos/cat", query: {} },
			});
			const sent = await fetch(`${gateway.endpoint}/photos/cat?${put}`, {
				...{ method: "PUT", body: Buffer.from(presign.name) },
			});
			assert.equal(sent.status, 200, await sent.text());
			const get = presign(key, {
				...{ method: "GET", resource: "/photos/cat" },
				query: { "response-content-type": "text/x-cat" },
			});
			const got = await fetch(`${gateway.endpoint}/photos/cat?${get}`);
			assert.equal(got.headers.get("content-type"), "text/x-cat");
			assert.equal(await got.text(), presign.name);
		}
		const requests = await fetch(`${cloud.adminUrl}/api/requests`);
		const text = await requests.text();
		assert.ok(!/Signature|OSSAccessKeyId|x-oss-credential/i.test(text));
	});

	test("forwards unsigned requests without a signature, so the bucket's ACL applies", async (t) => {
		const { gateway } = await startBoth(t);
		await gateway.oss.put("/photos/cat", "meow");
		const refused = await gateway.oss.get("/photos/cat", { as: null });
		assert.match(refusal(refused), /^403 AccessDenied/);
		await gateway.oss.put("/photos?acl", "", { "x-oss-acl": "public-read" });
		const got = await gateway.oss.get("/photos/cat", { as: null });
		assert.equal(got.text, "meow");
	});

	test("forwards requests of its other accounts without a signature", async (t) => {
		const other = { id: "other", secret: "other-secret" };
		const { gateway } = await startBoth(
			t,
			...["--access-key", "oss-emulator:oss-emulator-secret"],
			...["--access-key", "other:other-secret"],
		);
		await gateway.oss.put("/photos/cat", "meow");
		const got = await gateway.oss.get("/photos/cat", { as: other });
		assert.match(refusal(got), /^403 AccessDenied/);
	});

	test("forwards the processing of images to the cloud", async (t) => {
		const { gateway } = await startBoth(t);
		const png = await readFile(
			new URL("../../fixtures/images/plain.png", import.meta.url),
		);
		await gateway.oss.put("/photos/a.png", png, {
			"content-type": "image/png",
		});
		const info = await gateway.oss.get(
			"/photos/a.png?x-oss-process=image/info",
		);
		assert.equal(info.status, 200, info.text);
		assert.ok(JSON.parse(info.text).ImageWidth.value);
	});

	test("applies the bucket's CORS rules to responses, preflight requests and its own errors", async (t) => {
		const { gateway } = await startBoth(t);
		const rules =
			"<CORSConfiguration><CORSRule><AllowedOrigin>http://a.example</AllowedOrigin><AllowedMethod>GET</AllowedMethod></CORSRule></CORSConfiguration>";
		assert.equal((await gateway.oss.put("/photos?cors", rules)).status, 200);
		const headers = { origin: "http://a.example" };
		const allowed = "access-control-allow-origin";
		await gateway.oss.put("/photos/cat", "meow");
		const got = await gateway.oss.get("/photos/cat", { headers });
		assert.equal(got.headers[allowed], "http://a.example");
		const preflight = await gateway.oss.send("OPTIONS", "/photos/cat", {
			as: null,
			headers: { ...headers, "access-control-request-method": "GET" },
		});
		assert.equal(preflight.status, 200);
		assert.equal(preflight.headers[allowed], "http://a.example");
		const wrong = { id: gateway.accessKeyId, secret: "wrong" };
		const refused = await gateway.oss.get("/photos/cat", {
			headers,
			as: wrong,
		});
		assert.equal(refused.status, 403);
		assert.equal(refused.headers[allowed], "http://a.example");
	});
});

suite("A form at a gateway", () => {
	for (const signed of [signedV1, signedV4])
		test(`becomes an object of the cloud: ${signed.name}`, async (t) => {
			const { cloud, gateway } = await startBoth(t);

			const posted = await postForm(gateway.oss, [
				field("key", "a/${filename}"),
				...signed(ANY),
				field("x-oss-meta-by", "tom"),
				field("success_action_status", "201"),
				file("meow"),
			]);

			assert.equal(posted.status, 201, posted.text);
			assert.deepEqual(textsOf(posted, "Bucket"), ["photos"]);
			assert.deepEqual(textsOf(posted, "Key"), ["a/cat.txt"]);
			const there = await cloud.oss.get("/real-photos/a/cat.txt");
			assert.equal(there.text, "meow");
			assert.equal(there.headers["x-oss-meta-by"], "tom");
			assert.equal(there.headers["content-type"], "text/plain");
		});

	test("has no fields that would make the cloud do something else", async (t) => {
		const { cloud, gateway } = await startBoth(t);
		await cloud.oss.put("/real-photos/secret", "secret");
		const { url, received } = await startApplicationServer(t);
		const callback = base64({ callbackUrl: url, callbackBody: "a" });

		const posted = await postForm(gateway.oss, [
			...[field("key", "cat"), ...signedV1(ANY)],
			field("x-oss-callback", callback),
			field("X-Oss-Callback-Var", "no base64"),
			field("x-oss-copy-source", "/real-photos/secret"),
			field("x-oss-copy-source-if-match", "x"),
			field("x-oss-content-sha256", "x"),
			field("x-oss-meta-by", "me"),
			file("meow"),
		]);

		assert.equal(`${posted.status} ${posted.text}`, "204 ");
		assert.deepEqual(received, []);
		const there = await cloud.oss.get("/real-photos/cat");
		assert.equal(there.text, "meow");
		assert.equal(there.headers["x-oss-meta-by"], "me");
	});

	test("stores nothing in the cloud if its policy does not allow the upload", async (t) => {
		const { cloud, gateway } = await startBoth(t);
		const tooLarge = await postForm(gateway.oss, [
			field("key", "cat"),
			...signedV1([...ANY, ["content-length-range", 0, 3]]),
			file("meow"),
		]);
		assert.match(refusal(tooLarge), /^400 EntityTooLarge/);
		const tooSmall = await postForm(gateway.oss, [
			field("key", "cat"),
			...signedV1([...ANY, ["content-length-range", 5, 10]]),
			file("meow"),
		]);
		assert.match(refusal(tooSmall), /^400 EntityTooSmall/);
		const whole = formBody([
			field("key", "cat"),
			...signedV1(ANY),
			file("meow"),
		]);
		const cut = await post(gateway.oss, whole.subarray(0, -12));
		assert.match(refusal(cut), /^400 /);
		const wrongBucket = await postForm(gateway.oss, [
			field("key", "cat"),
			...signedV1([...ANY, { bucket: "real-photos" }]),
			file("meow"),
		]);
		assert.match(refusal(wrongBucket), /^403 AccessDenied/);
		assert.deepEqual(textsOf(await cloud.oss.get("/real-photos"), "Key"), []);
	});
});

suite("A callback of a gateway", () => {
	const callbackHeaders = (
		url: string,
		body: string,
	): Record<string, string> => ({
		"x-oss-callback": base64({ callbackUrl: url, callbackBody: body }),
		"x-oss-callback-var": base64({ "x:user": "tom" }),
	});

	test("of PutObject has the variables of the cloud's object", async (t) => {
		const { cloud, gateway } = await startBoth(t);
		const application = await startApplicationServer(t, { body: '{"a":1}' });

		const put = await gateway.oss.put("/photos/cat.txt", "meow", {
			...callbackHeaders(
				`${application.url}/uploaded`,
				"bucket=${bucket}&object=${object}&size=${size}&etag=${etag}&type=${mimeType}&crc64=${crc64}&md5=${contentMd5}&id=${reqId}&by=${x:user}",
			),
		});

		assert.equal(put.status, 200);
		assert.equal(put.text, '{"a":1}');
		const { headers } = await cloud.oss.head("/real-photos/cat.txt");
		const [callback, ...more] = application.received;
		assert.deepEqual(more, []);
		assert.ok(callback?.isSigned);
		const filled = Object.fromEntries(new URLSearchParams(callback.body));
		assert.deepEqual(filled, {
			bucket: "photos",
			object: "cat.txt",
			size: "4",
			etag: headers.etag?.replaceAll('"', ""),
			type: headers["content-type"],
			crc64: headers["x-oss-hash-crc64ecma"],
			md5: headers["content-md5"],
			id: put.headers["x-oss-request-id"],
			by: "tom",
		});
	});

	test("of CompleteMultipartUpload has the size and the type of the whole object", async (t) => {
		const { gateway } = await startBoth(t);
		const application = await startApplicationServer(t);
		const begun = await gateway.oss.post("/photos/cat?uploads", undefined, {
			"content-type": "image/x-cat",
		});
		const query = `uploadId=${textsOf(begun, "UploadId")[0]}`;
		const bytes = makeBytes(100 * 1024);
		const parts = [bytes, Buffer.from("end")];
		const etags = [];
		for (const [index, part] of parts.entries()) {
			const target = `/photos/cat?partNumber=${index + 1}&${query}`;
			etags.push((await gateway.oss.put(target, part)).headers.etag);
		}
		const named = etags.map(
			(etag, index) =>
				`<Part><PartNumber>${index + 1}</PartNumber><ETag>${etag}</ETag></Part>`,
		);

		const done = await gateway.oss.post(
			`/photos/cat?${query}`,
			`<CompleteMultipartUpload>${named.join("")}</CompleteMultipartUpload>`,
			callbackHeaders(
				application.url,
				"size=${size}&type=${mimeType}&op=${operation}",
			),
		);

		assert.equal(done.text, '{"Status":"OK"}');
		assert.equal(done.headers["content-type"], "application/json");
		assert.deepEqual(
			application.received.map(({ body }) => body),
			["size=102403&type=image%2Fx-cat&op=CompleteMultipartUpload"],
		);
	});

	test("of a form has the variables in its fields", async (t) => {
		const { gateway } = await startBoth(t);
		const application = await startApplicationServer(t);
		const callback = {
			callbackUrl: application.url,
			callbackBody: "key=${object}&size=${size}&by=${x:user}&op=${operation}",
		};

		const posted = await postForm(gateway.oss, [
			field("key", "cat"),
			...signedV1(ANY),
			field("callback", base64(callback)),
			field("x:user", "tom"),
			file("meow"),
		]);

		assert.equal(posted.text, '{"Status":"OK"}');
		assert.deepEqual(
			application.received.map(({ body }) => body),
			["key=cat&size=4&by=tom&op=PostObject"],
		);
	});

	test("has the width and height from the beginning of the image in the cloud", async (t) => {
		const { gateway } = await startBoth(t);
		const application = await startApplicationServer(t);
		const png = await readFile(
			new URL("../../fixtures/images/plain.png", import.meta.url),
		);

		await gateway.oss.put(
			"/photos/a.png",
			png,
			callbackHeaders(
				application.url,
				"${imageInfo.format} ${imageInfo.width} ${imageInfo.height}",
			),
		);

		assert.equal(
			application.received[0]?.body,
			`png ${png.readUInt32BE(16)} ${png.readUInt32BE(20)}`,
		);
	});

	test("returns 203 if it fails, and the object remains in the cloud", async (t) => {
		const { cloud, gateway } = await startBoth(t);
		const application = await startApplicationServer(t, { status: 500 });
		const put = await gateway.oss.put(
			"/photos/cat",
			"meow",
			callbackHeaders(application.url, "a=b"),
		);
		assert.match(refusal(put), /^203 CallbackFailed 0007-00000203/);
		assert.equal((await cloud.oss.get("/real-photos/cat")).text, "meow");
	});

	test("prevents the upload to the cloud if it is malformed", async (t) => {
		const { cloud, gateway } = await startBoth(t);
		const put = await gateway.oss.put("/photos/cat", "meow", {
			"x-oss-callback": "not base64",
		});
		assert.match(refusal(put), /^400 InvalidArgument/);
		const there = await cloud.oss.get("/real-photos/cat");
		assert.match(refusal(there), /^404 NoSuchKey/);
	});

	test("is not sent for an upload that the cloud refuses", async (t) => {
		const { gateway } = await startBoth(t);
		const application = await startApplicationServer(t);
		await gateway.oss.put("/photos/cat", "meow");
		const put = await gateway.oss.put("/photos/cat", "purr", {
			...callbackHeaders(application.url, "a=b"),
			"x-oss-forbid-overwrite": "true",
		});
		assert.match(refusal(put), /^409 FileAlreadyExists/);
		assert.deepEqual(application.received, []);
	});

	test("can be one of the policies that the bucket has in the cloud", async (t) => {
		const { gateway } = await startBoth(t);
		const application = await startApplicationServer(t);
		const callback = base64({
			callbackUrl: application.url,
			callbackBody: "a=${size}",
		});
		const policy = `<BucketCallbackPolicy><PolicyItem><PolicyName>mine</PolicyName><Callback>${callback}</Callback><CallbackVar></CallbackVar></PolicyItem></BucketCallbackPolicy>`;
		const stored = await gateway.oss.put(
			"/photos?policy&comp=callback",
			policy,
		);
		assert.equal(stored.status, 200, stored.text);
		await gateway.oss.put("/photos/cat", "meow", {
			"x-oss-callback": base64({ callbackPolicy: "mine" }),
		});
		assert.equal(application.received[0]?.body, "a=4");
	});

	test("is recorded by the gateway, with the uploader's response", async (t) => {
		const { gateway } = await startBoth(t);
		const application = await startApplicationServer(t);
		await gateway.oss.put(
			"/photos/cat",
			"meow",
			callbackHeaders(application.url, "size=${size}"),
		);
		const listed = await fetch(`${gateway.adminUrl}/api/callbacks`);
		const [delivery] = Object(await listed.json()).callbacks;
		assert.equal(delivery.status, "succeeded");
		assert.equal(delivery.bucket, "photos");
		assert.equal(delivery.body, "size=4");
	});
});
