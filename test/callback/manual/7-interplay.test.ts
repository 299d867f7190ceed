/** Callbacks and other features of OSS: which operations send callbacks, and when they are not sent. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { startApplicationServer } from "../../application-server.ts";
import { refusal } from "../../client.ts";
import { startWithBucket } from "../../emulator.ts";
import {
	complete,
	completion,
	initiate,
	partsOf,
} from "../../operations/uploading.ts";
import { base64Json } from "../request-callback.ts";
import { OPERATIONS, stored, upload } from "./uploads.ts";

const headersTo = (callbackUrl: string): Record<string, string> => ({
	"x-oss-callback": base64Json({ callbackUrl, callbackBody: "o=${operation}" }),
	"x-oss-callback-var": base64Json({ "x:a": "1" }),
});

suite("The header of a callback", () => {
	test("can be sent with every step of a multipart upload, as SDKs do; there is one callback, at the end", async (t) => {
		const emulator = await startWithBucket(t);
		const { oss } = emulator;
		const application = await startApplicationServer(t);
		const headers = headersTo(application.url);

		const uploadId = await initiate(emulator, "cat", headers);
		const part = await oss.put(
			`/photos/cat?partNumber=1&uploadId=${uploadId}`,
			"meow",
			headers,
		);
		assert.match(part.headers.etag ?? "", /^"[0-9A-F]{32}"$/);
		assert.equal(part.text, "");
		assert.deepEqual(application.received, []);
		const body = completion([[1, part.headers.etag ?? ""]]);
		const completed = await complete(emulator, uploadId, body, headers);

		assert.equal(completed.text, '{"Status":"OK"}');
		assert.deepEqual(
			application.received.map(({ body }) => body),
			["o=CompleteMultipartUpload"],
		);
	});

	test("is ignored by operations without callbacks, even if it is malformed", async (t) => {
		const emulator = await startWithBucket(t);
		const { oss } = emulator;
		await oss.put("/photos/cat", "meow");
		const uploadId = await initiate(emulator, "dog");
		const bad = { "x-oss-callback": "no base64" };

		const answers = [
			await oss.post("/photos/bird?uploads", "", bad),
			await oss.put(`/photos/dog?partNumber=1&uploadId=${uploadId}`, "w", bad),
			await oss.put(`/photos/dog?partNumber=2&uploadId=${uploadId}`, "", {
				...bad,
				"x-oss-copy-source": "/photos/cat",
			}),
			await oss.post("/photos/log?append&position=0", "a", bad),
			await oss.put("/photos/copy", "", {
				...bad,
				"x-oss-copy-source": "/photos/cat",
			}),
			await oss.put("/photos/link?symlink", "", {
				...bad,
				"x-oss-symlink-target": "cat",
			}),
			await oss.put("/photos/cat?acl", "", {
				...bad,
				"x-oss-object-acl": "private",
			}),
			await oss.get("/photos/cat", { headers: bad }),
			await oss.head("/photos/cat", { headers: bad }),
			await oss.delete("/photos/copy", { headers: bad }),
		];

		assert.deepEqual(
			answers.map(({ status }) => status),
			[...Array(9).fill(200), 204],
		);
	});

	test("is logged if it is ignored, except where SDKs always send it", async (t) => {
		const emulator = await startWithBucket(t, "private", "--log-level", "warn");
		const { oss } = emulator;
		const lines: string[] = [];
		t.mock.method(process.stderr, "write", (line: string) => lines.push(line));
		const headers = headersTo("http://127.0.0.1:1/");

		const uploadId = await initiate(emulator, "cat", headers);
		await oss.put(
			`/photos/cat?partNumber=1&uploadId=${uploadId}`,
			"meow",
			headers,
		);
		const appended = await oss.post(
			"/photos/log?append&position=0",
			"a",
			headers,
		);

		const id = appended.headers["x-oss-request-id"];
		const reason =
			"AppendObject does not send callbacks: only PutObject and CompleteMultipartUpload do, and PostObject through a form field";
		const found = await fetch(
			`${emulator.adminUrl}/api/requests?key=log&wait=5s`,
		);
		const { requests }: { requests: { id: string; diagnosis: string }[] } =
			JSON.parse(await found.text());
		assert.deepEqual(
			requests.map((request) => [request.id, request.diagnosis]),
			[[id, reason]],
		);
		const [line = "", ...more] = lines;
		assert.deepEqual(more, []);
		assert.ok(line.startsWith(`warn: ${id}: POST /photos/log?`), line);
		assert.ok(line.endsWith(` ms; ${reason}\n`), line);
	});

	test("takes precedence over the redirect that a form requests, and there is a finding", async (t) => {
		const emulator = await startWithBucket(t, "private", "--log-level", "warn");
		const application = await startApplicationServer(t);
		const lines: string[] = [];
		t.mock.method(process.stderr, "write", (line: string) => lines.push(line));

		const posted = await upload(emulator, "PostObject", {
			callback: { callbackUrl: application.url, callbackBody: "a" },
			more: { success_action_redirect: "http://app.example.com/" },
		});

		assert.equal(posted.text, '{"Status":"OK"}');
		assert.deepEqual(lines, [
			"warn: photos/cat: the callback's answer replaces success_action_redirect\n",
		]);
	});

	test("works with x-oss-complete-all, which has no body", async (t) => {
		const emulator = await startWithBucket(t);
		const application = await startApplicationServer(t);
		const uploadId = await initiate(emulator, "cat");
		const part = `/photos/cat?partNumber=1&uploadId=${uploadId}`;
		await emulator.oss.put(part, "meow");

		const completed = await complete(emulator, uploadId, "", {
			...headersTo(application.url),
			"x-oss-complete-all": "yes",
		});

		assert.equal(completed.text, '{"Status":"OK"}');
		assert.equal(await stored(emulator.oss), "meow");
	});
});

suite("There is no callback", () => {
	for (const operation of OPERATIONS)
		test(`if ${operation} would overwrite an object, which the request forbids`, async (t) => {
			const emulator = await startWithBucket(t);
			await emulator.oss.put("/photos/cat", "before");
			const application = await startApplicationServer(t);

			const answer = await upload(emulator, operation, {
				callback: { callbackUrl: application.url, callbackBody: "a" },
				more: { "x-oss-forbid-overwrite": "true" },
			});

			assert.match(refusal(answer), /^409 FileAlreadyExists/);
			assert.deepEqual(application.received, []);
			assert.equal(await stored(emulator.oss), "before");
		});

	test("if the uploader is not allowed to upload", async (t) => {
		const { oss } = await startWithBucket(t);
		const application = await startApplicationServer(t);
		const headers = headersTo(application.url);

		const put = await oss.send("PUT", "/photos/cat", { headers, as: null });

		assert.match(refusal(put), /^403 AccessDenied/);
		assert.deepEqual(application.received, []);
	});

	test("if the signature is wrong", async (t) => {
		const { oss } = await startWithBucket(t);
		const application = await startApplicationServer(t);
		const headers = headersTo(application.url);
		const as = { id: "oss-emulator", secret: "wrong" };

		const put = await oss.send("PUT", "/photos/cat", { headers, as });

		assert.match(refusal(put), /^403 SignatureDoesNotMatch/);
		assert.deepEqual(application.received, []);
	});

	test("if a part is missing; the upload is not completed", async (t) => {
		const emulator = await startWithBucket(t);
		const application = await startApplicationServer(t);
		const uploadId = await initiate(emulator, "cat");
		const part = `/photos/cat?partNumber=1&uploadId=${uploadId}`;
		await emulator.oss.put(part, "meow");

		const body = completion([[2, '"D41D8CD98F00B204E9800998ECF8427E"']]);
		const headers = headersTo(application.url);
		const completed = await complete(emulator, uploadId, body, headers);

		assert.match(refusal(completed), /^400 InvalidPart/);
		assert.deepEqual(application.received, []);
		assert.deepEqual(await partsOf(emulator, uploadId), ["1 4"]);
	});
});

suite("The application server", () => {
	for (const operation of OPERATIONS)
		test(`can read and change the object of ${operation} when it is called`, async (t) => {
			const emulator = await startWithBucket(t);
			const seen: string[] = [];
			const application = await startApplicationServer(t, {
				before: async () => {
					seen.push(await stored(emulator.oss));
					await emulator.oss.delete("/photos/cat");
				},
			});

			const answer = await upload(emulator, operation, {
				callback: { callbackUrl: application.url, callbackBody: "a" },
			});

			assert.equal(answer.status, 200);
			assert.deepEqual(seen, ["meow"]);
			assert.match(await stored(emulator.oss), /^404 NoSuchKey/);
		});

	test("can upload during a callback, with a callback to itself", async (t) => {
		const emulator = await startWithBucket(t);
		const keys = ["a", "b", "c"];
		const application = await startApplicationServer(t, {
			before: async () => {
				const key = keys.shift();
				if (key !== undefined)
					await emulator.oss.put(
						`/photos/${key}`,
						key,
						headersTo(application.url),
					);
			},
		});

		const put = await emulator.oss.put(
			"/photos/first",
			"meow",
			headersTo(application.url),
		);

		assert.equal(put.status, 200);
		assert.equal(application.received.length, 4);
		assert.equal(await stored(emulator.oss, "c"), "c");
	});

	test("receives an empty requester for an anonymous upload", async (t) => {
		const { oss } = await startWithBucket(t, "public-read-write");
		const application = await startApplicationServer(t);
		const headers = headersTo(application.url);

		const put = await oss.send("PUT", "/photos/cat", {
			...{ headers, as: null },
			body: "meow",
		});

		assert.equal(put.status, 200, put.text);
		const [received] = application.received;
		assert.equal(received?.headers["x-oss-requester"], "");
		assert.equal(received?.headers["x-oss-owner"], "1000000000000001");
	});
});
