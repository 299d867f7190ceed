/** Docs «Callback», step 1: the values of the variables in callbackBody, for each of the three uploads. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { suite, type TestContext, test } from "node:test";
import { startApplicationServer } from "../../application-server.ts";
import { type Answer, textsOf } from "../../client.ts";
import { startWithBucket, type TestEmulator } from "../../emulator.ts";
import {
	ANY,
	field,
	file,
	postForm,
	signedV1,
} from "../../operations/object/form.ts";
import { base64Json } from "../request-callback.ts";
import { OPERATIONS, type Operation, type Upload, upload } from "./uploads.ts";

const JSON_TYPE = "application/json";
const KEY = "a%20b/%E7%8C%AB%22.jpg";
const DECODED = 'a b/猫".jpg';

const md5 = (content: string | Buffer): string =>
	createHash("md5").update(content).digest("base64");
const hex = (content: string | Buffer): string =>
	createHash("md5").update(content).digest("hex").toUpperCase();

type Callback = {
	readonly answer: Answer;
	readonly body: string;
	readonly emulator: TestEmulator;
};

/** Uploads with a callback. @returns the body that the application server receives */
async function bodyOf(
	t: TestContext,
	operation: Operation,
	template: string,
	{ type = "", ...given }: Upload & { readonly bodyType?: string } = {},
): Promise<Callback> {
	const emulator = await startWithBucket(t);
	const application = await startApplicationServer(t);
	const answer = await upload(emulator, operation, {
		...given,
		...(type ? { type } : {}),
		callback: {
			callbackUrl: application.url,
			callbackBody: template,
			...(given.bodyType ? { callbackBodyType: given.bodyType } : {}),
		},
	});
	const [received, ...more] = application.received;
	assert.ok(received?.isSigned, answer.text);
	assert.deepEqual(more, []);
	return { answer, body: received.body, emulator };
}

for (const operation of OPERATIONS)
	suite(`Of ${operation}`, () => {
		const isMultipart = operation === "CompleteMultipartUpload";

		test("the system variables have the values that the page documents", async (t) => {
			const names = "bucket object etag size mimeType contentMd5 operation";
			const template = names
				.split(" ")
				.map((name) => `${name}=\${${name}}`)
				.join("&");

			const { body, answer } = await bodyOf(t, operation, template, {
				key: KEY,
				type: "image/jpeg",
			});

			assert.deepEqual(Object.fromEntries(new URLSearchParams(body)), {
				bucket: "photos",
				object: DECODED,
				etag: answer.headers.etag?.replaceAll('"', ""),
				size: "4",
				mimeType: "image/jpeg",
				contentMd5: isMultipart ? "" : md5("meow"),
				operation,
			});
		});

		test("crc64, reqId and clientIp belong to the upload", async (t) => {
			const template = "${crc64} ${reqId} ${clientIp}";

			const { body, answer } = await bodyOf(t, operation, template);

			const { headers } = answer;
			const crc64 = headers["x-oss-hash-crc64ecma"];
			assert.match(crc64 ?? "", /^\d+$/);
			const expected = [crc64, headers["x-oss-request-id"], "127.0.0.1"];
			assert.equal(body, expected.join(" "));
		});

		test("custom variables are text, even if they look like numbers", async (t) => {
			const { body } = await bodyOf(t, operation, "[${x:n},${x:q},${x:e}]", {
				variables: { "x:n": "1", "x:q": 'a"\\b', "x:e": "" },
				bodyType: JSON_TYPE,
			});

			assert.deepEqual(JSON.parse(body), ["1", 'a"\\b', ""]);
		});

		test("the size and the format of an image are read from its content", async (t) => {
			const template =
				'{"t":${mimeType},"h":${imageInfo.height},"w":${imageInfo.width},"f":${imageInfo.format}}';

			const { body } = await bodyOf(t, operation, template, {
				content: readFileSync("fixtures/images/baseline.jpg"),
				type: "application/octet-stream",
				bodyType: JSON_TYPE,
			});

			assert.equal(
				body,
				'{"t":"application/octet-stream","h":21,"w":37,"f":"jpg"}',
			);
		});

		test("other files have no image info", async (t) => {
			const template =
				"h=${imageInfo.height}&w=${imageInfo.width}&f=${imageInfo.format}";

			const { body } = await bodyOf(t, operation, template);

			assert.equal(body, "h=&w=&f=");
		});

		test("an empty object has the size 0", async (t) => {
			const { body } = await bodyOf(t, operation, "${size}", { content: "" });

			assert.equal(body, "0");
		});

		test("the ETag of a multipart upload is that of the object, with the number of parts", async (t) => {
			const { body, emulator } = await bodyOf(t, operation, "${etag}");

			const head = await emulator.oss.head("/photos/cat");
			assert.equal(head.headers.etag, `"${body}"`);
			assert.match(body, isMultipart ? /^[0-9A-F]{32}-1$/ : /^[0-9A-F]{32}$/);
		});
	});

suite("In a form", () => {
	test("values are percent-encoded, but the template is not", async (t) => {
		const { body } = await bodyOf(t, "PutObject", 'k="${object}" &v=${x:v}/+', {
			key: KEY,
			variables: { "x:v": "a/b+c*~.-_é&=" },
		});

		assert.equal(
			body,
			'k="a%20b%2F%E7%8C%AB%22.jpg" &v=a%2Fb%2Bc%2A~.-_%C3%A9%26%3D/+',
		);
	});

	test("bytes of a form's variable that are not UTF-8 are percent-encoded unchanged", async (t) => {
		const emulator = await startWithBucket(t);
		const { url, received } = await startApplicationServer(t);
		const callback = base64Json({ callbackUrl: url, callbackBody: "v=${x:v}" });

		const posted = await postForm(emulator.oss, [
			...[field("key", "cat"), ...signedV1(ANY), field("callback", callback)],
			...[field("x:v", Buffer.from([0xc4, 0xe3])), file("meow")],
		]);

		assert.equal(posted.status, 200);
		assert.equal(received[0]?.body, "v=%C4%E3");
	});

	test("missing and unknown variables are empty (A-205)", async (t) => {
		const template = "a=${vpcId}&b=${x:none}&c=${objct}&d=${Bucket}";

		const { body } = await bodyOf(t, "PutObject", template);

		assert.equal(body, "a=&b=&c=&d=");
	});

	test("a template that looks like JSON is still a form", async (t) => {
		const { body } = await bodyOf(t, "PutObject", '{"o":"${object}"}', {
			key: "a/b",
		});

		assert.equal(body, '{"o":"a%2Fb"}');
	});

	test("a value is inserted once: text in it that looks like a variable is not replaced", async (t) => {
		const { body } = await bodyOf(t, "PutObject", "${x:a}", {
			variables: { "x:a": "${bucket}" },
		});

		assert.equal(body, "%24%7Bbucket%7D");
	});
});

suite("In JSON", () => {
	test("OSS adds the quotes of texts, and writes numbers without quotes", async (t) => {
		const template =
			'{"bucket":${bucket},"object":${object},"etag":${etag},"size":${size},"crc":${crc64},"by":${x:by}}';

		const { body, answer } = await bodyOf(t, "PutObject", template, {
			key: KEY,
			variables: { "x:by": "12" },
			bodyType: JSON_TYPE,
		});

		const crc = answer.headers["x-oss-hash-crc64ecma"];
		assert.equal(
			body,
			`{"bucket":"photos","object":"a b/猫\\".jpg","etag":"${hex("meow")}","size":4,"crc":${crc},"by":"12"}`,
		);
	});

	test("missing variables are null, or empty for the size of an image (A-204)", async (t) => {
		const { body } = await bodyOf(
			t,
			"PutObject",
			'{"v":${vpcId},"x":${x:none},"f":${imageInfo.format},"p":"${imageInfo.width},${imageInfo.height}"}',
			{ bodyType: JSON_TYPE },
		);

		assert.equal(body, '{"v":null,"x":null,"f":null,"p":","}');
	});

	test("a body that is not JSON after substitution is sent anyway, with a finding", async (t) => {
		const { body, emulator } = await bodyOf(
			t,
			"PutObject",
			'{"o":"${object}"}',
			{
				bodyType: JSON_TYPE,
			},
		);

		assert.equal(body, '{"o":""cat""}');
		const record = await fetch(`${emulator.adminUrl}/api/callbacks?limit=1`);
		const { callbacks }: { callbacks: { findings: { id: string }[] }[] } =
			JSON.parse(await record.text());
		const ids = callbacks[0]?.findings.map(({ id }) => id);
		assert.deepEqual(ids, [
			"private-address",
			"quoted-variable",
			"body-not-json",
		]);
	});
});

test("callbackUrl has no variables, and is called unchanged", async (t) => {
	const emulator = await startWithBucket(t);
	const application = await startApplicationServer(t);

	await upload(emulator, "PutObject", {
		callback: {
			callbackUrl: `${application.url}/\${bucket}?o=\${object}`,
			callbackBody: "a",
		},
	});

	assert.deepEqual(
		application.received.map(({ target }) => target),
		["/${bucket}?o=${object}"],
	);
});

test("An upload with a wrong Content-MD5 sends no callback", async (t) => {
	const emulator = await startWithBucket(t);
	const application = await startApplicationServer(t);

	const put = await upload(emulator, "PutObject", {
		callback: { callbackUrl: application.url, callbackBody: "a" },
		more: { "content-md5": md5("woof") },
	});

	assert.deepEqual(textsOf(put, "Code"), ["InvalidDigest"]);
	assert.deepEqual(application.received, []);
});
