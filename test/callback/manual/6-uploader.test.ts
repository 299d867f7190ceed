/** Docs «Callback», steps 5 and 6; «HTTP 203 status code»: the uploader's response. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { startApplicationServer } from "../../application-server.ts";
import { type Answer, textsOf } from "../../client.ts";
import { startWithBucket } from "../../emulator.ts";
import { OPERATIONS, stored, upload } from "./uploads.ts";

const WRITTEN = [
	"content-md5",
	"etag",
	"x-oss-hash-crc64ecma",
	"x-oss-version-id",
];

/** The headers of an upload's response about the object. */
const writtenOf = ({ headers }: Answer): Record<string, string | undefined> =>
	Object.fromEntries(WRITTEN.map((name) => [name, headers[name]]));

for (const operation of OPERATIONS)
	suite(`The uploader of ${operation}`, () => {
		test("receives 200 and the application server's body instead of the usual response", async (t) => {
			const emulator = await startWithBucket(t);
			const body = '{"saved":"猫"}';
			const application = await startApplicationServer(t, { body });
			const callback = { callbackUrl: application.url, callbackBody: "a" };

			const answer = await upload(emulator, operation, { callback });

			const { headers } = answer;
			assert.equal(`${answer.status} ${answer.text}`, `200 ${body}`);
			assert.equal(headers["content-type"], "application/json");
			assert.equal(headers["content-length"], String(Buffer.byteLength(body)));
			assert.equal(headers.server, "AliyunOSS");
			assert.match(headers["x-oss-request-id"] ?? "", /^[0-9A-F]{24}$/);
			assert.match(headers["x-oss-server-time"] ?? "", /^\d+$/);
			assert.ok(headers.date);
		});

		test("receives the same headers as without a callback, with 200 and with 203", async (t) => {
			const emulator = await startWithBucket(t);
			const good = await startApplicationServer(t);
			const bad = await startApplicationServer(t, { status: 500 });
			const uploadTo = (callbackUrl: string) =>
				upload(emulator, operation, {
					callback: { callbackUrl, callbackBody: "a" },
				});

			const without = await upload(emulator, operation, {});
			const answers = [await uploadTo(good.url), await uploadTo(bad.url)];

			assert.deepEqual(
				answers.map(({ status }) => status),
				[200, 203],
			);
			const expected = writtenOf(without);
			assert.ok(expected.etag);
			assert.deepEqual(answers.map(writtenOf), [expected, expected]);
			const hasMd5 = expected["content-md5"] !== undefined;
			assert.equal(hasMd5, operation !== "CompleteMultipartUpload");
		});

		test("receives the version id in a bucket with versioning, with 200 and with 203", async (t) => {
			const emulator = await startWithBucket(t);
			await emulator.oss.put(
				"/photos?versioning",
				"<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>",
			);
			const application = await startApplicationServer(t, {
				body: "not JSON",
			});
			const good = await startApplicationServer(t);

			for (const { url } of [good, application]) {
				const callback = { callbackUrl: url, callbackBody: "a" };
				const answer = await upload(emulator, operation, { callback });

				const version = answer.headers["x-oss-version-id"];
				assert.ok(version, `${answer.status}`);
				const got = await emulator.oss.get(`/photos/cat?versionId=${version}`);
				assert.equal(got.text, "meow");
			}
		});

		test("receives 203 and a document with the reason, and the object remains stored", async (t) => {
			const emulator = await startWithBucket(t);
			const application = await startApplicationServer(t, { status: 404 });
			const callback = { callbackUrl: application.url, callbackBody: "a" };

			const answer = await upload(emulator, operation, { callback });

			assert.equal(answer.status, 203);
			assert.equal(answer.headers["content-type"], "application/xml");
			assert.match(
				answer.text,
				/^<\?xml version="1\.0" encoding="UTF-8"\?>\s*<Error>/,
			);
			const texts = ["Code", "Message", "RequestId", "EC"].map(
				(name) => textsOf(answer, name)[0],
			);
			assert.deepEqual(texts, [
				"CallbackFailed",
				"Error status : 404.",
				answer.headers["x-oss-request-id"],
				"0007-00000203",
			]);
			assert.equal(textsOf(answer, "HostId").length, 1);
			assert.equal(await stored(emulator.oss), "meow");
		});

		test("has replaced the object even if the callback failed", async (t) => {
			const emulator = await startWithBucket(t);
			await emulator.oss.put("/photos/cat", "before");
			const application = await startApplicationServer(t, { status: 500 });
			const callback = { callbackUrl: application.url, callbackBody: "a" };

			await upload(emulator, operation, { callback, content: "after" });

			assert.equal(await stored(emulator.oss), "after");
		});

		test("can upload an empty object with a callback", async (t) => {
			const emulator = await startWithBucket(t);
			const application = await startApplicationServer(t);
			const callback = {
				callbackUrl: application.url,
				callbackBody: "${size}",
			};

			await upload(emulator, operation, { callback, content: "" });

			assert.deepEqual(
				application.received.map(({ body }) => body),
				["0"],
			);
			assert.equal(await stored(emulator.oss), "");
		});
	});
