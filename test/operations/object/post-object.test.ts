import assert from "node:assert/strict";
import { hash } from "node:crypto";
import { suite, test } from "node:test";
import { type Answer, refusal, sendRaw, textsOf } from "../../client.ts";
import { startWithBucket, type TestEmulator } from "../../emulator.ts";
import {
	ANY,
	BOUNDARY,
	field,
	file,
	formBody,
	type Part,
	post,
	postForm,
	signedV1,
	signedV4,
} from "./form.ts";

const PUBLIC = "public-read-write";
const MALFORMED =
	"The body of your POST request is not well-formed multipart/form-data.";

const keysIn = async ({ oss }: TestEmulator): Promise<string[]> =>
	textsOf(await oss.get("/photos"), "Key");

suite("PostObject", () => {
	test("stores the file under the key, and returns 204", async (t) => {
		const emulator = await startWithBucket(t);
		const posted = await postForm(emulator.oss, [
			field("key", "a/my cat+猫.txt"),
			...signedV1(ANY),
			file("hello world", "ignored.png", "image/png"),
			field("submit", "Upload to OSS"),
		]);

		assert.equal(posted.status, 204, posted.text);
		assert.equal(posted.text, "");
		assert.equal(posted.headers.etag, '"5EB63BBBE01EEED093CB22BB8F5ACDC3"');
		assert.equal(posted.headers["x-oss-hash-crc64ecma"], "5981764153023615706");
		assert.match(posted.headers["content-md5"] ?? "", /^.{24}$/);
		assert.equal(posted.headers["content-type"], undefined);
		assert.deepEqual(await keysIn(emulator), ["a/my cat+猫.txt"]);
		const get = await emulator.oss.get(
			`/photos/${encodeURIComponent("a/my cat+猫.txt")}`,
		);
		assert.equal(get.text, "hello world");
		assert.equal(get.headers["content-type"], "image/png");
		assert.equal(get.headers["x-oss-object-type"], "Normal");
	});

	for (const target of ["/photos", "/photos/"]) {
		test(`addresses the bucket by path: ${target}`, async (t) => {
			const emulator = await startWithBucket(t, PUBLIC);
			const parts = [field("key", "cat"), file("meow")];
			assert.equal((await postForm(emulator.oss, parts, target)).status, 204);
		});
	}

	test("addresses the bucket by host", async (t) => {
		const emulator = await startWithBucket(t, PUBLIC);
		const answer = await emulator.oss.send("POST", "/", {
			as: null,
			host: `photos.localhost:${emulator.port}`,
			body: formBody([field("key", "cat"), file("meow")]),
			headers: { "content-type": `multipart/form-data; boundary=${BOUNDARY}` },
		});
		assert.equal(answer.status, 204);
		assert.deepEqual(await keysIn(emulator), ["cat"]);
	});

	test("preserves every byte, even those that look like a boundary", async (t) => {
		const emulator = await startWithBucket(t, PUBLIC);
		const almost = `\r\n--${BOUNDARY.slice(0, -1)}`;
		const bodies = [
			Buffer.alloc(0),
			Buffer.from("\r\n"),
			Buffer.from("-"),
			Buffer.from(`${almost}\r\n--${almost}--\r\n\r\n`),
			Buffer.from(Uint8Array.from({ length: 3_000_000 }, (_, i) => i * 7)),
			Buffer.from(almost.repeat(20_000)),
		];
		for (const body of bodies) {
			const parts = [field("key", "cat"), file(body)];
			assert.equal((await postForm(emulator.oss, parts)).status, 204);
			const get = await emulator.oss.get("/photos/cat");
			assert.ok(get.body.equals(body), String(body.length));
		}
	});

	test("accepts fields in any order, as long as the file is last", async (t) => {
		const emulator = await startWithBucket(t);
		const fields = [
			field("key", "cat"),
			field("x-oss-meta-a", "b"),
			...signedV1(ANY),
		];
		for (let i = 0; i < fields.length; i++) {
			const turned = [...fields.slice(i), ...fields.slice(0, i)];
			const posted = await postForm(emulator.oss, [...turned, file("meow")]);
			assert.equal(posted.status, 204, posted.text);
		}
	});

	test("ignores the case of field names, and uses the first of two fields (A-609)", async (t) => {
		const emulator = await startWithBucket(t);
		const signed = signedV1(ANY).map(({ name, value }) =>
			field(name.toUpperCase(), value),
		);
		const posted = await postForm(emulator.oss, [
			field("KEY", "first"),
			field("key", "second"),
			...signed,
			{ ...file("meow"), name: "File" },
		]);
		assert.equal(posted.status, 204, posted.text);
		assert.deepEqual(await keysIn(emulator), ["first"]);
	});

	test("stores the headers in the form", async (t) => {
		const { oss } = await startWithBucket(t, PUBLIC);
		const sent = {
			"cache-control": "no-cache",
			"content-disposition": "attachment; filename=cat.txt",
			"content-encoding": "identity",
			expires: "Fri, 28 Feb 2031 05:38:42 GMT",
			"x-oss-meta-unicode": "猫 ñ",
			"x-oss-storage-class": "IA",
			"x-oss-server-side-encryption": "AES256",
		};
		const fields = Object.entries(sent).map(([name, value]) =>
			field(name, value),
		);
		const posted = await postForm(oss, [
			field("key", "cat"),
			...fields,
			field("x-oss-object-acl", "private"),
			file("meow"),
		]);
		assert.equal(posted.status, 204, posted.text);
		const { headers } = await oss.head("/photos/cat");
		for (const [name, value] of Object.entries(sent))
			assert.equal(headers[name], value, name);
		assert.deepEqual(textsOf(await oss.get("/photos/cat?acl"), "Grant"), [
			"private",
		]);
	});

	test("uses the type in x-oss-content-type, or that of the file's part, or that of the form", async (t) => {
		const { oss } = await startWithBucket(t, PUBLIC);
		const typeOf = async (...parts: Part[]): Promise<string | undefined> => {
			const posted = await postForm(oss, [field("key", "cat"), ...parts]);
			assert.equal(posted.status, 204, posted.text);
			return (await oss.head("/photos/cat")).headers["content-type"];
		};
		const [own, form] = [
			field("x-oss-content-type", "a/own"),
			field("Content-Type", "a/form"),
		];
		const [typed, bare] = [file("x", "x", "a/part"), file("x", "x", "")];
		assert.equal(await typeOf(own, form, typed), "a/own");
		assert.equal(await typeOf(form, typed), "a/part");
		assert.equal(await typeOf(form, bare), "a/form");
		assert.equal(await typeOf(bare), "application/octet-stream");
		assert.equal(
			await typeOf(file("x", "x", 'Text/HTML; charset="UTF-8"')),
			'Text/HTML; charset="UTF-8"',
		);
	});

	test("accepts text without a file name, which ali-oss's suite sends", async (t) => {
		const { oss } = await startWithBucket(t, PUBLIC);
		const parts = [field("key", "cat-${filename}"), field("file", "meow")];
		assert.equal((await postForm(oss, parts)).status, 204);
		assert.equal((await oss.get("/photos/cat-")).text, "meow");
	});

	test("ignores a signature outside the form", async (t) => {
		const { oss } = await startWithBucket(t, PUBLIC);
		const body = formBody([field("key", "cat"), file("meow")]);
		const headers = { authorization: "OSS unknown:x" };
		assert.equal((await post(oss, body, "/photos", headers)).status, 204);
		const target = "/photos?OSSAccessKeyId=unknown&Expires=1&Signature=x";
		assert.equal((await post(oss, body, target)).status, 204);
	});

	test("overwrites an object unless the form forbids it", async (t) => {
		const { oss } = await startWithBucket(t, PUBLIC);
		const parts = [field("key", "cat"), file("meow")];
		await postForm(oss, parts);
		assert.equal((await postForm(oss, parts)).status, 204);
		const forbidden = await postForm(oss, [
			field("x-oss-forbid-overwrite", "true"),
			field("key", "cat"),
			file("purr"),
		]);
		assert.match(refusal(forbidden), /^409 FileAlreadyExists 0026-00000002/);
		assert.equal((await oss.get("/photos/cat")).text, "meow");
	});

	test("refuses x-oss-forbid-overwrite unless it is true or false", async (t) => {
		const { oss } = await startWithBucket(t, PUBLIC);
		const parts = [field("key", "cat"), file("meow")];
		const name = "x-oss-forbid-overwrite";
		const inField = await postForm(oss, [field(name, "abc"), ...parts]);
		assert.match(refusal(inField), /^400 InvalidArgument 0006-00000117: /);
		const inHeader = await post(oss, formBody(parts), "/photos", {
			[name]: "abc",
		});
		assert.match(refusal(inHeader), /^400 InvalidArgument 0017-00000279: /);
		assert.equal((await oss.get("/photos/cat")).status, 404);
	});
});

suite("${filename} in a key", () => {
	const cases = [
		["${filename}", "cat.txt", "cat.txt"],
		["a/${filename}/b", "my cat 猫.txt", "a/my cat 猫.txt/b"],
		["a/${filename}", "C:\\Users\\tom\\cat.txt", "a/cat.txt"],
		["a/${filename}", "/home/tom/cat.txt", "a/cat.txt"],
		["${filename}${filename}", "c", "cc"],
		["a/${filename}", "$&$1", "a/$&$1"],
		["a/${filename}", "", "a/"],
	] as const;
	for (const [key, filename, expected] of cases) {
		test(`${key} of ${JSON.stringify(filename)} is ${expected}`, async (t) => {
			const emulator = await startWithBucket(t, PUBLIC);
			const parts = [field("key", key), file("meow", filename)];
			assert.equal((await postForm(emulator.oss, parts)).status, 204);
			assert.deepEqual(await keysIn(emulator), [expected]);
		});
	}

	test("is replaced after the policy has been checked", async (t) => {
		const emulator = await startWithBucket(t);
		const posted = await postForm(emulator.oss, [
			field("key", "user/${filename}"),
			...signedV1([["eq", "$key", "user/${filename}"]]),
			file("meow"),
		]);
		assert.equal(posted.status, 204, posted.text);
		assert.deepEqual(await keysIn(emulator), ["user/cat.txt"]);
	});
});

suite("A successful PostObject responds", () => {
	const ask = async (
		{ oss }: TestEmulator,
		...fields: Part[]
	): ReturnType<typeof postForm> =>
		postForm(oss, [field("key", "my cat"), ...fields, file("hello world")]);

	test("with the status that the form requests: 200, 201 or 204", async (t) => {
		const emulator = await startWithBucket(t, PUBLIC);
		for (const [requested, status] of [
			["200", 200],
			["201", 201],
			["204", 204],
			["202", 204],
			["", 204],
			["meow", 204],
		] as const) {
			const answer = await ask(
				emulator,
				field("success_action_status", requested),
			);
			assert.equal(answer.status, status);
			assert.equal(answer.headers.etag, '"5EB63BBBE01EEED093CB22BB8F5ACDC3"');
			if (status !== 201) assert.equal(answer.text, "");
		}
	});

	test("with 201 and the object's location (A-608)", async (t) => {
		const emulator = await startWithBucket(t, PUBLIC);
		const answer = await ask(emulator, field("success_action_status", "201"));
		const location = `http://127.0.0.1:${emulator.port}/photos/my%20cat`;
		assert.equal(answer.headers["content-type"], "application/xml");
		assert.equal(answer.headers.location, location);
		assert.equal(
			answer.text,
			`<?xml version="1.0" encoding="UTF-8"?>
<PostResponse>
  <Bucket>photos</Bucket>
  <Location>${location}</Location>
  <Key>my cat</Key>
  <ETag>5EB63BBBE01EEED093CB22BB8F5ACDC3</ETag>
</PostResponse>
`,
		);
	});

	test("with a redirect if the form requests one, whatever status it requests (A-05)", async (t) => {
		const emulator = await startWithBucket(t, PUBLIC);
		const answer = await ask(
			emulator,
			field("success_action_redirect", "http://app.example.com/done?id=7"),
			field("success_action_status", "200"),
		);
		assert.equal(answer.status, 303);
		assert.equal(
			answer.headers.location,
			"http://app.example.com/done?id=7&bucket=photos&key=my+cat&etag=%225EB63BBBE01EEED093CB22BB8F5ACDC3%22",
		);
		assert.equal(answer.text, "");
	});

	test("without a redirect to an invalid URL", async (t) => {
		const emulator = await startWithBucket(t, PUBLIC);
		for (const target of [
			"javascript:alert(1)",
			"/done",
			"meow",
			"",
			"http://",
			"http://a/\r\nSet-Cookie: b=c",
		]) {
			const answer = await ask(
				emulator,
				field("success_action_redirect", target),
			);
			assert.ok([204, 303].includes(answer.status));
			assert.equal(answer.headers["set-cookie"], undefined);
			assert.match(answer.headers.location ?? "http://", /^http:\/\//);
		}
	});
});

suite("The policy of a PostObject", () => {
	for (const [version, signed] of [
		["V1", signedV1],
		["V4", signedV4],
	] as const) {
		test(`accepts a form that complies with it: ${version}`, async (t) => {
			const { oss } = await startWithBucket(t);
			const posted = await postForm(oss, [
				field("key", "user/cat"),
				field("success_action_status", "200"),
				field("x-oss-meta-a", "unlisted"),
				...signed([
					{ bucket: "photos" },
					["starts-with", "$key", "user/"],
					["eq", "$success_action_status", "200"],
					["content-length-range", 1, 4],
				]),
				file("meow"),
			]);
			assert.equal(posted.status, 200, posted.text);
			assert.equal((await oss.get("/photos/user/cat")).text, "meow");
		});

		test(`refuses other forms, and stores nothing: ${version}`, async (t) => {
			const emulator = await startWithBucket(t);
			for (const condition of [
				{ bucket: "album" },
				["starts-with", "$key", "other/"],
				["eq", "$key", "user/dog"],
				["starts-with", "$x-oss-meta-a", "c"],
				["not-in", "$key", ["user/cat"]],
			]) {
				const posted = await postForm(emulator.oss, [
					field("key", "user/cat"),
					field("x-oss-meta-a", "b"),
					...signed([condition]),
					file("meow"),
				]);
				assert.match(
					refusal(posted),
					/^403 AccessDenied 0006-00000227: Invalid according to Policy: Policy Condition failed: \["/,
				);
			}
			assert.deepEqual(await keysIn(emulator), []);
		});

		test(`limits the size of the file: ${version}`, async (t) => {
			const emulator = await startWithBucket(t);
			const send = async (size: number): Promise<string> => {
				const posted = await postForm(emulator.oss, [
					field("key", `k${size}`),
					...signed([["content-length-range", 10, 200_000]]),
					file(Buffer.alloc(size)),
				]);
				return refusal(posted);
			};
			const TOO_SMALL =
				"400 EntityTooSmall 0006-00000004: Your proposed upload smaller than the minimum allowed size.";
			const TOO_LARGE =
				"400 EntityTooLarge 0006-00000003: Your proposed upload exceeds the maximum allowed size.";
			assert.equal(await send(9), TOO_SMALL);
			assert.equal(await send(0), TOO_SMALL);
			assert.equal(await send(200_001), TOO_LARGE);
			assert.equal(await send(5_000_000), TOO_LARGE);
			assert.equal(await send(10), "204  : ");
			assert.equal(await send(200_000), "204  : ");
			assert.deepEqual(await keysIn(emulator), ["k10", "k200000"]);
		});

		test(`is valid only with its signature: ${version}`, async (t) => {
			const emulator = await startWithBucket(t);
			const forged = signed(ANY).map((part) =>
				/signature$/i.test(part.name)
					? field(part.name, String(part.value).replaceAll(/[0-4]/g, "9"))
					: part,
			);
			const posted = await postForm(emulator.oss, [
				field("key", "cat"),
				...forged,
				file("meow"),
			]);
			assert.match(refusal(posted), /^403 SignatureDoesNotMatch 0002-/);
			assert.deepEqual(await keysIn(emulator), []);
		});
	}

	test("must have a condition for each field of V4 (A-967)", async (t) => {
		const emulator = await startWithBucket(t);
		const send = async (...without: readonly string[]): Promise<string> =>
			refusal(
				await postForm(emulator.oss, [
					field("key", "cat"),
					...signedV4(ANY, without),
					file("meow"),
				]),
			);
		// The code, the EC and the message are on the page of EC 0006-00000228.
		const EXTRA =
			"403 AccessDenied 0006-00000228: Invalid according to Policy: Extra input fields: ";
		const fields = [
			"x-oss-credential",
			"x-oss-date",
			"x-oss-signature-version",
		];
		for (const name of fields) assert.equal(await send(name), EXTRA + name);
		assert.equal(await send(...fields), `${EXTRA}x-oss-credential`);
		assert.deepEqual(await keysIn(emulator), []);
		assert.equal(await send(), "204  : ");
	});

	test("must not have conditions for fields that the form lacks (A-966)", async (t) => {
		const emulator = await startWithBucket(t);
		for (const condition of [
			["eq", "$success_action_status", "200"],
			["starts-with", "$x-oss-meta-a", ""],
			["not-in", "$cache-control", ["no-cache"]],
		]) {
			const posted = await postForm(emulator.oss, [
				field("key", "cat"),
				...signedV1([condition]),
				file("meow"),
				field("success_action_status", "200"),
			]);
			assert.match(refusal(posted), /^403 AccessDenied 0006-00000226: /);
		}
		assert.deepEqual(await keysIn(emulator), []);
	});

	test("applies to the type in a field, or to that of the file's part (A-690)", async (t) => {
		const emulator = await startWithBucket(t);
		const png = ["in", "$Content-Type", ["image/png"]];
		const send = (type: string, ...more: readonly Part[]): Promise<Answer> =>
			postForm(emulator.oss, [
				field("key", "cat"),
				...signedV4([png]),
				...more,
				file("meow", "cat", type),
			]);
		for (const typed of [
			await send("image/png"),
			await send("image/jpg", field("Content-Type", "image/png")),
		])
			assert.equal(typed.status, 204, typed.text);
		for (const refused of [
			await send("image/jpg"),
			await send("image/png", field("Content-Type", "image/jpg")),
		])
			assert.match(refusal(refused), /^403 AccessDenied 0006-00000227/);
	});

	test("expires", async (t) => {
		const { oss } = await startWithBucket(t);
		const posted = await postForm(oss, [
			field("key", "cat"),
			...signedV1(ANY, "2020-01-01T00:00:00Z"),
			file("meow"),
		]);
		assert.equal(
			refusal(posted),
			"403 AccessDenied 0006-00000213: Invalid according to Policy: Policy expired.",
		);
	});

	test("is required, unless the bucket is public-read-write", async (t) => {
		const { oss } = await startWithBucket(t, "public-read");
		const parts = [field("key", "cat"), file("meow")];
		assert.equal(
			refusal(await postForm(oss, parts)),
			"403 AccessDenied 0003-00000001: You have no right to access this object because of bucket acl.",
		);
	});

	test("requires a key id and a signature, which must precede the file", async (t) => {
		const { oss } = await startWithBucket(t, PUBLIC);
		const [keyId, policy, signature] = signedV1(ANY);
		assert.ok(keyId && policy && signature);
		const ask = async (...parts: Part[]): Promise<string> =>
			refusal(await postForm(oss, [field("key", "cat"), ...parts]));
		const missing = (name: string, ec: string): string =>
			`400 InvalidArgument ${ec}: The bucket POST must contain the specified '${name}'. If it is specified, please check the order of the fields`;
		const meow = file("meow");
		assert.equal(
			await ask(policy, signature, meow),
			missing("OSSAccessKeyId", "0002-00000706"),
		);
		assert.equal(
			await ask(keyId, policy, meow, signature),
			missing("Signature", "0002-00000703"),
		);
		assert.equal(
			await ask(keyId, signature, meow),
			missing("policy", "0002-00000702"),
		);
		assert.equal((await oss.get("/photos/cat")).status, 404);
	});

	test("is refused if it is malformed", async (t) => {
		const { oss } = await startWithBucket(t);
		const posted = await postForm(oss, [
			field("key", "cat"),
			...signedV1([["meow", "$key", ""]]),
			file("meow"),
		]);
		assert.match(refusal(posted), /^400 InvalidPolicyDocument 0006-00000217/);
	});
});

suite("An invalid form stores no object:", () => {
	const whole = formBody([field("key", "cat"), file("meow")]).toString();
	const close = `--${BOUNDARY}--\r\n`;
	const KEY_MISSING =
		"400 InvalidArgument : The bucket POST must contain the specified 'key'. If it is specified, please check the order of the fields";
	const TRUNCATED = `400 MalformedPOSTRequest 0006-00000104: ${MALFORMED}`;
	const NO_FILE = `400 MalformedPOSTRequest 0006-00000107: ${MALFORMED}`;
	const cases = [
		["no file", formBody([field("key", "cat")]), NO_FILE],
		["no parts", close, NO_FILE],
		["nothing", "", TRUNCATED],
		["no key (A-607)", formBody([file("meow")]), KEY_MISSING],
		["an empty key", formBody([field("key", ""), file("meow")]), KEY_MISSING],
		[
			"the key after the file",
			formBody([file("meow"), field("key", "cat")]),
			KEY_MISSING,
		],
		["no end", whole.slice(0, -close.length), TRUNCATED],
		["a truncated final boundary", whole.slice(0, -4), TRUNCATED],
		[
			"a body that is truncated in the file",
			whole.slice(0, -close.length - 4),
			TRUNCATED,
		],
		["a body that is truncated in a field", whole.slice(0, 100), TRUNCATED],
		["another boundary", whole.replaceAll(BOUNDARY, "x"), TRUNCATED],
		["text", "meow meow", TRUNCATED],
		[
			"two files",
			formBody([field("key", "cat"), file("meow"), file("woof")]),
			"400 IncorrectNumberOfFilesInPOSTRequest : POST requires exactly one file upload per request.",
		],
		[
			"an invalid ACL",
			formBody([
				field("key", "cat"),
				field("x-oss-object-acl", "x"),
				file("meow"),
			]),
			"400 InvalidArgument 0017-00000104: no such object access control exists",
		],
		[
			"a key of 1,024 bytes",
			formBody([field("key", "k".repeat(1024)), file("meow")]),
			"400 InvalidObjectName 0016-00000002: The Length of Object name must be less than 1024.",
		],
		[
			"a key that becomes too long with the file's name",
			formBody([field("key", "${filename}"), file("meow", "k".repeat(1024))]),
			"400 InvalidObjectName 0016-00000002: The Length of Object name must be less than 1024.",
		],
		[
			"a field's name of more than 8 KB",
			formBody([
				field("key", "cat"),
				field("n".repeat(9000), "x"),
				file("meow"),
			]),
			"400 FieldItemTooLong : Your name of form field is too long.",
		],
		[
			"a field of more than 2 MB",
			formBody([
				field("key", "cat"),
				field("x", "v".repeat(2 * 1024 * 1024 + 1)),
				file("meow"),
			]),
			"400 FieldItemTooLong : Your name of form field is too long.",
		],
		[
			"fields of more than 4 MB together",
			formBody([
				field("key", "cat"),
				...["a", "b", "c"].map((name) => field(name, "v".repeat(2_000_000))),
				file("meow"),
			]),
			"400 MaxPOSTPreDataLengthExceededError : Your POST request fields preceding the upload file were too large.",
		],
		[
			"more fields than allowed",
			formBody([
				field("key", "cat"),
				...Array.from({ length: 1001 }, (_, i) => field(`f${i}`, "")),
				file("meow"),
			]),
			"400 MaxPOSTPreDataLengthExceededError : Your POST request fields preceding the upload file were too large.",
		],
		[
			"an invalid Content-MD5",
			formBody([field("key", "cat"), field("Content-MD5", "x"), file("meow")]),
			"400 InvalidDigest 0017-00000502: The Content-MD5 you specified was invalid.",
		],
	] as const;
	for (const [what, body, expected] of cases) {
		test(what, async (t) => {
			const emulator = await startWithBucket(t, PUBLIC);
			const answer = await post(emulator.oss, body);
			assert.equal(refusal(answer), expected);
			assert.deepEqual(await keysIn(emulator), []);
		});
	}

	test("a form that an SDK signed in the header: MethodNotAllowed (A-660)", async (t) => {
		const { oss } = await startWithBucket(t);
		const target = "/photos?MetaQuery=&action=createDataset";
		assert.match(refusal(await oss.post(target)), /^405 MethodNotAllowed /);
	});

	test("a form that is not multipart/form-data", async (t) => {
		const emulator = await startWithBucket(t, PUBLIC);
		for (const type of [
			"application/x-www-form-urlencoded",
			"text/plain",
			"multipart/mixed; boundary=x",
		]) {
			const answer = await post(emulator.oss, whole, "/photos", {
				"content-type": type,
			});
			assert.equal(
				refusal(answer),
				"400 RequestIsNotMultiPartContent : Bucket POST must be of the enclosure-type multipart/form-data.",
			);
		}
		for (const type of [
			"multipart/form-data",
			"multipart/form-data; boundary=",
			"multipart/form-data; boundary",
		]) {
			const answer = await post(emulator.oss, whole, "/photos", {
				"content-type": type,
			});
			assert.equal(refusal(answer), TRUNCATED);
		}
		assert.deepEqual(await keysIn(emulator), []);
	});

	test("a form without a final boundary, even if its second file is large", async (t) => {
		const emulator = await startWithBucket(t, PUBLIC);
		const body = formBody([
			field("key", "cat"),
			file(Buffer.alloc(300_000)),
			file(Buffer.alloc(3_000_000)),
		]);
		assert.match(
			refusal(await post(emulator.oss, body)),
			/^400 IncorrectNumberOfFilesInPOSTRequest/,
		);
		assert.deepEqual(await keysIn(emulator), []);
	});
});

suite("Content-MD5 in the headers of a form", () => {
	const body = formBody([
		field("key", "cat"),
		field("x-oss-meta-mood", "grumpy"),
		file(Buffer.alloc(300_000, "meow")),
	]);

	test("covers the whole body, including bytes after the last boundary", async (t) => {
		const emulator = await startWithBucket(t, PUBLIC);
		for (const whole of [body, Buffer.concat([body, Buffer.from("\r\nend")])]) {
			const posted = await post(emulator.oss, whole, "/photos", {
				"content-md5": hash("md5", whole, "base64"),
			});
			assert.equal(posted.status, 204, posted.text);
			assert.equal((await emulator.oss.delete("/photos/cat")).status, 204);
		}
	});

	for (const [what, md5, ec] of [
		["of another", hash("md5", "meow", "base64"), "0017-00000503"],
		["that is not an MD5", "meow", "0017-00000502"],
	] as const)
		test(`${what} is InvalidDigest, and nothing is stored`, async (t) => {
			const emulator = await startWithBucket(t, PUBLIC);
			const posted = await post(emulator.oss, body, "/photos", {
				"content-md5": md5,
			});
			assert.equal(
				refusal(posted),
				`400 InvalidDigest ${ec}: The Content-MD5 you specified was invalid.`,
			);
			assert.deepEqual(textsOf(posted, "Content-MD5"), [md5]);
			assert.deepEqual(await keysIn(emulator), []);
		});
});

suite("A form cannot", () => {
	test("inject headers into responses", async (t) => {
		const emulator = await startWithBucket(t, PUBLIC);
		const evil = "a\r\nSet-Cookie: b=c";
		for (const name of [
			"Cache-Control",
			"Content-Type",
			"x-oss-content-type",
			"Content-Disposition",
			"Expires",
			"x-oss-meta-a",
			"x-oss-server-side-encryption-key-id",
			"x-oss-server-side-data-encryption",
		]) {
			const posted = await postForm(emulator.oss, [
				field("key", "cat"),
				field("x-oss-server-side-encryption", "KMS"),
				field(name, evil),
				file("meow", "cat.txt", ""),
			]);
			assert.match(refusal(posted), /^400 InvalidArgument/, name);
		}
		assert.deepEqual(await keysIn(emulator), []);
	});

	test("have metadata that is not a valid header", async (t) => {
		const emulator = await startWithBucket(t, PUBLIC);
		for (const name of [
			"x-oss-meta-a b",
			"x-oss-meta-猫",
			"x-oss-meta-a:b",
			"x-oss-meta-a\tb",
		]) {
			const posted = await postForm(emulator.oss, [
				field("key", "cat"),
				field(name, "x"),
				file("meow"),
			]);
			assert.match(refusal(posted), /^400 InvalidArgument/, name);
		}
		assert.deepEqual(await keysIn(emulator), []);
	});

	test("cause errors by names that are members of Object's prototype", async (t) => {
		const emulator = await startWithBucket(t, PUBLIC);
		const posted = await postForm(emulator.oss, [
			field("__proto__", "x"),
			field("constructor", "x"),
			field("toString", "x"),
			field("key", "cat"),
			field("x-oss-meta-__proto__", "y"),
			file("meow"),
		]);
		assert.equal(posted.status, 204, posted.text);
		const { headers } = await emulator.oss.head("/photos/cat");
		assert.equal(headers["x-oss-meta-__proto__"], "y");
		assert.equal(Object.hasOwn(Object.prototype, "key"), false);
	});

	test("change the value of a field by a Content-Type", async (t) => {
		const emulator = await startWithBucket(t, PUBLIC);
		const typed: Part = {
			...field("x-oss-meta-a", '{ "b" : 1 }'),
			headers: ["Content-Type: application/json"],
		};
		const broken: Part = {
			...field("x-oss-meta-c", "{"),
			headers: ["Content-Type: application/json"],
		};
		const posted = await postForm(emulator.oss, [
			field("key", "cat"),
			typed,
			broken,
			file("meow"),
		]);
		assert.equal(posted.status, 204, posted.text);
		const { headers } = await emulator.oss.head("/photos/cat");
		assert.equal(headers["x-oss-meta-a"], '{ "b" : 1 }');
		assert.equal(headers["x-oss-meta-c"], "{");
	});
});

test("A form that arrives byte by byte is read like one that arrives in one piece", async (t) => {
	const emulator = await startWithBucket(t, PUBLIC);
	const body = formBody([
		field("key", "猫"),
		file(`\r\n--${BOUNDARY.slice(0, 9)}\r\n`),
	]);
	const head = `POST /photos HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: multipart/form-data; boundary="${BOUNDARY}"\r\nTransfer-Encoding: chunked\r\n\r\n`;
	const chunks = Array.from(body, (byte) =>
		Buffer.from([0x31, 13, 10, byte, 13, 10]),
	);
	const raw = await sendRaw(emulator.endpoint, head, ...chunks, "0\r\n\r\n");
	assert.match(raw, /^HTTP\/1\.1 204 No Content\r\n/);
	const get = await emulator.oss.get("/photos/%E7%8C%AB");
	assert.equal(get.text, `\r\n--${BOUNDARY.slice(0, 9)}\r\n`);
});
