import assert from "node:assert/strict";
import { hash } from "node:crypto";
import { suite, test } from "node:test";
import { startApplicationServer } from "../../application-server.ts";
import { base64, base64Json } from "../../callback/request-callback.ts";
import { type Answer, refusal, textsOf } from "../../client.ts";
import { startWithBucket, type TestEmulator } from "../../emulator.ts";
import {
	complete,
	completion,
	initiate,
	partsOf,
	putPart,
} from "../uploading.ts";
import { ANY, field, file, postForm, signedV1 } from "./form.ts";

const BODY =
	"bucket=${bucket}&object=${object}&etag=${etag}&size=${size}&type=${mimeType}&crc=${crc64}&md5=${contentMd5}&op=${operation}&by=${x:user}";
const CRC = "5981764153023615706";
const ETAG = "5EB63BBBE01EEED093CB22BB8F5ACDC3";
const MD5 = encodeURIComponent(hash("md5", "hello world", "base64"));

type Ask = { readonly callback: string; readonly user?: string };

/** Three kinds of uploads that store `hello world` as `my cat.txt`, with a callback. */
const UPLOADS = {
	PutObject: ({ oss }: TestEmulator, { callback, user }: Ask) =>
		oss.put("/photos/my%20cat.txt", "hello world", {
			"content-type": "text/plain",
			"x-oss-callback": callback,
			...(user ? { "x-oss-callback-var": base64Json({ "x:user": user }) } : {}),
		}),
	PostObject: ({ oss }: TestEmulator, { callback, user }: Ask) =>
		postForm(oss, [
			field("key", "my cat.txt"),
			...signedV1(ANY),
			field("callback", callback),
			...(user ? [field("x:user", user)] : []),
			file("hello world"),
		]),
	CompleteMultipartUpload: async (
		emulator: TestEmulator,
		{ callback, user }: Ask,
	) => {
		const key = "my%20cat.txt";
		const type = { "content-type": "text/plain" };
		const uploadId = await initiate(emulator, key, type);
		const etag = await putPart(emulator, uploadId, 1, "hello world", key);
		return complete(
			emulator,
			uploadId,
			completion([[1, etag]]),
			{
				"x-oss-callback": callback,
				...(user
					? { "x-oss-callback-var": base64Json({ "x:user": user }) }
					: {}),
			},
			key,
		);
	},
} as const;

const stored = async ({ oss }: TestEmulator): Promise<string> => {
	const { status, text } = await oss.get("/photos/my%20cat.txt");
	return `${status} ${status === 200 ? text : ""}`;
};

/** The same uploads with x-oss-forbid-overwrite. */
const FORBIDDEN: Readonly<Record<string, Forbidden>> = {
	PutObject: ({ oss }, headers) =>
		oss.put("/photos/my%20cat.txt", "x", headers),
	PostObject: ({ oss }, headers) =>
		postForm(oss, [
			field("key", "my cat.txt"),
			...signedV1(ANY),
			field("callback", headers["x-oss-callback"] ?? ""),
			field("x-oss-forbid-overwrite", "true"),
			file("x"),
		]),
	CompleteMultipartUpload: async (emulator, headers) => {
		const key = "my%20cat.txt";
		const uploadId = await initiate(emulator, key);
		const etag = await putPart(emulator, uploadId, 1, "x", key);
		const body = completion([[1, etag]]);
		return complete(emulator, uploadId, body, headers, key);
	},
};

type Forbidden = (
	emulator: TestEmulator,
	headers: Record<string, string>,
) => Promise<Answer>;

for (const [operation, upload] of Object.entries(UPLOADS)) {
	const isMultipart = operation === "CompleteMultipartUpload";
	const etag = isMultipart ? `${hash("md5", ETAG).toUpperCase()}-1` : ETAG;

	suite(`${operation} with a callback`, () => {
		test("sends the filled-in, signed body, and relays the response", async (t) => {
			const emulator = await startWithBucket(t);
			const application = await startApplicationServer(t, {
				body: '{"saved": true}',
			});
			const answer = await upload(emulator, {
				callback: base64Json({
					callbackUrl: `${application.url}/up%20loaded?from=oss`,
					callbackBody: BODY,
				}),
				user: "tom & co",
			});

			assert.equal(answer.status, 200, answer.text);
			assert.equal(answer.text, '{"saved": true}');
			assert.equal(answer.headers["content-type"], "application/json");
			assert.equal(answer.headers["content-length"], "15");
			assert.equal(answer.headers.etag, `"${etag}"`);
			assert.equal(answer.headers["x-oss-hash-crc64ecma"], CRC);
			assert.equal(answer.headers["content-md5"] !== undefined, !isMultipart);

			const [callback, ...more] = application.received;
			assert.deepEqual(more, []);
			assert.ok(callback?.isSigned);
			assert.equal(callback.method, "POST");
			assert.equal(callback.target, "/up%20loaded?from=oss");
			assert.equal(
				callback.body,
				`bucket=photos&object=my%20cat.txt&etag=${etag}&size=11&type=text%2Fplain&crc=${CRC}&md5=${isMultipart ? "" : MD5}&op=${operation}&by=tom%20%26%20co`,
			);
			const { headers } = callback;
			assert.equal(headers["x-oss-bucket"], "photos");
			assert.equal(headers["x-oss-requester"], "1000000000000001");
			assert.equal(
				headers["x-oss-request-id"],
				answer.headers["x-oss-request-id"],
			);
			assert.equal(
				headers["content-type"],
				"application/x-www-form-urlencoded",
			);
		});

		test("stores the object before it is sent", async (t) => {
			const emulator = await startWithBucket(t);
			const seen: string[] = [];
			const application = await startApplicationServer(t, {
				before: async () => {
					seen.push(await stored(emulator));
				},
			});
			await upload(emulator, {
				callback: base64Json({
					callbackUrl: application.url,
					callbackBody: "a",
				}),
			});
			assert.deepEqual(seen, ["200 hello world"]);
		});

		test("that fails returns 203, and the object remains stored", async (t) => {
			const emulator = await startWithBucket(t);
			const application = await startApplicationServer(t, { status: 500 });
			const answer = await upload(emulator, {
				callback: base64Json({
					callbackUrl: application.url,
					callbackBody: "a=1",
				}),
			});

			assert.equal(
				refusal(answer),
				"203 CallbackFailed 0007-00000203: Error status : 500.",
			);
			assert.equal(answer.headers["content-type"], "application/xml");
			assert.equal(answer.headers["x-oss-ec"], "0007-00000203");
			assert.equal(answer.headers.etag, `"${etag}"`);
			assert.equal(answer.headers["x-oss-hash-crc64ecma"], CRC);
			assert.equal(await stored(emulator), "200 hello world");
		});

		test("to a port without a server returns 203, and the object remains stored", async (t) => {
			const emulator = await startWithBucket(t);
			const answer = await upload(emulator, {
				callback: base64Json({
					callbackUrl: "http://127.0.0.1:1/",
					callbackBody: "a=1",
				}),
			});
			assert.equal(
				refusal(answer),
				"203 CallbackFailed 0007-00000203: Error status : 502.",
			);
			assert.equal(await stored(emulator), "200 hello world");
		});

		const malformed = [
			["no base64", "meow!", "0007-00000002"],
			["no JSON", base64("{meow"), "0007-00000003"],
			["a list", base64Json([]), "0007-00000003"],
			[
				"no body",
				base64Json({ callbackUrl: "http://127.0.0.1:1/" }),
				"0007-00000011",
			],
			[
				"an invalid template",
				base64Json({
					callbackUrl: "http://127.0.0.1:1/",
					callbackBody: "$(object)",
				}),
				"0007-00000105",
			],
			[
				"six URLs",
				base64Json({
					callbackUrl: Array(6).fill("http://127.0.0.1:1/").join(";"),
					callbackBody: "a",
				}),
				"0007-00000005",
			],
		] as const;
		for (const [what, callback, ec] of malformed) {
			test(`that is malformed stores no object: ${what}`, async (t) => {
				const emulator = await startWithBucket(t);
				const answer = await upload(emulator, { callback });
				assert.match(
					refusal(answer),
					new RegExp(`^400 InvalidArgument ${ec}: `),
				);
				assert.equal(await stored(emulator), "404 ");
				if (isMultipart) {
					const list = await emulator.oss.get("/photos?uploads");
					assert.equal(textsOf(list, "UploadId").length, 1);
				}
			});
		}

		test("is not sent if the upload fails", async (t) => {
			const emulator = await startWithBucket(t);
			await emulator.oss.put("/photos/my%20cat.txt", "before");
			const application = await startApplicationServer(t);
			const callback = base64Json({
				callbackUrl: application.url,
				callbackBody: "a",
			});
			const headers = {
				"x-oss-callback": callback,
				"x-oss-forbid-overwrite": "true",
			};
			const answer = await FORBIDDEN[operation]?.(emulator, headers);
			assert.ok(answer);
			assert.match(refusal(answer), /^409 FileAlreadyExists/);
			assert.deepEqual(application.received, []);
		});
	});
}

suite("A callback in the query", () => {
	test("is accepted like one in headers, for PutObject and CompleteMultipartUpload", async (t) => {
		const emulator = await startWithBucket(t);
		const application = await startApplicationServer(t);
		const query = new URLSearchParams({
			callback: base64Json({
				callbackUrl: application.url,
				callbackBody: "o=${object}&by=${x:user}",
			}),
			"callback-var": base64Json({ "x:user": "tom" }),
		});
		const put = await emulator.oss.put(`/photos/cat?${query}`, "meow");
		assert.equal(put.text, '{"Status":"OK"}');
		const uploadId = await initiate(emulator, "dog");
		await putPart(emulator, uploadId, 1, "woof", "dog");
		const completed = await emulator.oss.post(
			`/photos/dog?uploadId=${uploadId}&${query}`,
			"",
			{ "x-oss-complete-all": "yes" },
		);
		assert.equal(completed.text, '{"Status":"OK"}');
		assert.deepEqual(
			application.received.map(({ body, isSigned }) => [body, isSigned]),
			[
				["o=cat&by=tom", true],
				["o=dog&by=tom", true],
			],
		);
	});

	test("excludes one in headers", async (t) => {
		const { oss } = await startWithBucket(t);
		const callback = base64Json({ callbackUrl: "a", callbackBody: "b" });
		const answer = await oss.put(
			`/photos/cat?callback=${encodeURIComponent(callback)}`,
			"meow",
			{ "x-oss-callback": callback },
		);
		assert.equal(
			refusal(answer),
			"400 InvalidArgument 0007-00000027: Either the callback query string parameter or the x-oss-callback header should be specified, not both.",
		);
	});
});

suite("A callback in a form", () => {
	const callbackTo = (url: string): string =>
		base64Json({
			callbackUrl: url,
			callbackBody: "a=${x:a}&B=${x:B}&b=${x:b}",
		});

	test("is read only before the file, and so are its variables", async (t) => {
		const emulator = await startWithBucket(t);
		const application = await startApplicationServer(t);
		const callback = field("callback", callbackTo(application.url));
		const [key, signed] = [field("key", "cat"), signedV1(ANY)];
		const after = await postForm(emulator.oss, [
			key,
			...signed,
			file("meow"),
			callback,
		]);
		assert.equal(after.status, 204);
		assert.deepEqual(application.received, []);

		await postForm(emulator.oss, [
			key,
			...signed,
			field("x:a", "1"),
			callback,
			field("x:B", "2"),
			file("meow"),
			field("x:b", "3"),
		]);
		assert.deepEqual(
			application.received.map(({ body }) => body),
			["a=1&B=2&b="],
		);
	});

	test("must satisfy the policy's conditions on it", async (t) => {
		const emulator = await startWithBucket(t);
		const application = await startApplicationServer(t);
		const callback = callbackTo(application.url);
		const upload = (allowed: string): Promise<Answer> =>
			postForm(emulator.oss, [
				field("key", "cat"),
				...signedV1([{ callback: allowed }]),
				field("callback", callback),
				file("meow"),
			]);
		assert.match(
			refusal(await upload(callbackTo("http://elsewhere.example.com"))),
			/^403 AccessDenied 0006-00000227/,
		);
		assert.deepEqual(application.received, []);
		assert.equal((await upload(callback)).status, 200);
	});

	test("returns 200, regardless of the status or redirect that the form requests (A-17)", async (t) => {
		const emulator = await startWithBucket(t);
		const application = await startApplicationServer(t);
		for (const requested of [
			field("success_action_status", "200"),
			field("success_action_status", "201"),
			field("success_action_status", "204"),
			field("success_action_redirect", "http://app.example.com/"),
		]) {
			const answer = await postForm(emulator.oss, [
				field("key", "cat"),
				...signedV1(ANY),
				requested,
				field("callback", callbackTo(application.url)),
				file("meow"),
			]);
			assert.equal(`${answer.status} ${answer.text}`, '200 {"Status":"OK"}');
			assert.equal(answer.headers.location, undefined);
		}
	});
});

suite("A callback is ignored", () => {
	test("by AppendObject, CopyObject and PutSymlink", async (t) => {
		const { oss } = await startWithBucket(t);
		const application = await startApplicationServer(t);
		const headers = {
			"x-oss-callback": base64Json({
				callbackUrl: application.url,
				callbackBody: "a",
			}),
		};
		await oss.put("/photos/cat", "meow");
		const answers = [
			await oss.post("/photos/log?append&position=0", "one", headers),
			await oss.put("/photos/copy", "", {
				...headers,
				"x-oss-copy-source": "/photos/cat",
			}),
			await oss.put("/photos/link?symlink", "", {
				...headers,
				"x-oss-symlink-target": "cat",
			}),
		];
		assert.deepEqual(
			answers.map(({ status }) => status),
			[200, 200, 200],
		);
		assert.deepEqual(application.received, []);
	});
});

test("An application server refuses a callback that was changed in transit", async (t) => {
	const emulator = await startWithBucket(t);
	const application = await startApplicationServer(t);
	await UPLOADS.PutObject(emulator, {
		callback: base64Json({
			callbackUrl: `${application.url}/cb?a=1`,
			callbackBody: "size=${size}",
		}),
	});
	const [callback] = application.received;
	assert.ok(callback?.isSigned);
	const repeat = async (target: string, body: string): Promise<number> => {
		const { authorization = "" } = callback.headers;
		const publicKeyUrl = String(callback.headers["x-oss-pub-key-url"]);
		const { status } = await fetch(`${application.url}${target}`, {
			method: "POST",
			headers: { authorization, "x-oss-pub-key-url": publicKeyUrl },
			body,
		});
		return status;
	};
	assert.equal(await repeat("/cb?a=1", "size=11"), 200);
	assert.equal(await repeat("/cb?a=1", "size=12"), 403);
	assert.equal(await repeat("/cb?a=2", "size=11"), 403);
	assert.equal(await repeat("/cb", "size=11"), 403);
});

test("Parts remain stored if the callback of their completion is malformed", async (t) => {
	const emulator = await startWithBucket(t);
	const uploadId = await initiate(emulator);
	const etag = await putPart(emulator, uploadId, 1, "meow");
	const body = completion([[1, etag]]);
	const refused = await complete(emulator, uploadId, body, {
		"x-oss-callback": "?",
	});
	assert.equal(refused.status, 400);
	assert.deepEqual(await partsOf(emulator, uploadId), ["1 4"]);
	assert.equal((await complete(emulator, uploadId, body)).status, 200);
});
