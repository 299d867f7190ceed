import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { type Answer, textsOf } from "../client.ts";
import { type S3Emulator, startS3 } from "./s3.ts";
import { signChunks, signV4 } from "./sign.ts";

/** Asserts that each request is refused with one of OSS's errors, and that no object is stored. */
async function allRefused(
	{ oss }: S3Emulator,
	answers: AsyncIterable<readonly [what: string, answer: Answer]>,
): Promise<void> {
	for await (const [what, { status, text }] of answers) {
		assert.ok(status >= 400 && status < 500, `${what}: ${status} ${text}`);
		if (text !== "") assert.match(text, /<Code>\w+<\/Code>/, what);
		assert.doesNotMatch(text, /InternalError|node:|\.ts\b/, what);
	}
	assert.deepEqual(textsOf(await oss.get("/photos"), "Key"), []);
}

const BROKEN = [
	"",
	" ",
	"=",
	",",
	"/",
	";",
	"%",
	"%zz",
	"\u00e9",
	"a".repeat(9000),
];

suite("Malformed", () => {
	test("Authorization headers are refused", async (t) => {
		const emulator = await startS3(t);
		const { photos } = emulator;
		const { key, host } = photos;
		const signed = signV4({
			key,
			host,
			method: "PUT",
			target: "/a",
			body: "x",
		});
		const { authorization = "" } = signed;
		async function* sent() {
			for (const broken of BROKEN)
				for (const name of ["Credential", "SignedHeaders", "Signature"]) {
					const changed = authorization.replace(
						new RegExp(`${name}=[^,]*`),
						() => `${name}=${broken}`,
					);
					const headers = { ...signed, authorization: changed };
					const answer = await photos.sendAs("PUT", "/a", headers, "x");
					yield [`${name}=${broken.slice(0, 20)}`, answer] as const;
				}
			for (const text of [
				...[
					"AWS4-HMAC-SHA256",
					"AWS4-HMAC-SHA256 ,,,,",
					"AWS4-",
					"AWS :",
					"AWS",
				],
				...[
					"AWS a:b:c",
					"AWS4-HMAC-SHA256 Credential",
					`AWS ${"a".repeat(9000)}:b`,
				],
			]) {
				const headers = { ...signed, authorization: text };
				const answer = await photos.sendAs("PUT", "/a", headers, "x");
				yield [text.slice(0, 40), answer] as const;
			}
		}
		await allRefused(emulator, sent());
	});

	test("dates and hashes are refused", async (t) => {
		const emulator = await startS3(t);
		const { photos } = emulator;
		async function* sent() {
			for (const broken of [
				...BROKEN,
				...["20260101", "99999999T999999Z", "Thu, 01 Jan 1970", "-1", "NaN"],
			]) {
				const headers = { "x-amz-date": broken };
				yield [broken, await photos.put("/a", "x", headers)] as const;
				const payload = broken;
				yield [broken, await photos.put("/a", "x", {}, { payload })] as const;
			}
		}
		await allRefused(emulator, sent());
	});

	test("parameters of a URL are refused", async (t) => {
		const emulator = await startS3(t);
		const { photos } = emulator;
		async function* sent() {
			for (const name of ["Algorithm", "Credential", "Date", "Expires"])
				for (const broken of [
					...BROKEN.slice(0, -1),
					"%00",
					"a%2Fb%2Fc%2Fd%2Fe",
				]) {
					const query = `X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=a%2F20260101%2Fb%2Fs3%2Faws4_request&X-Amz-Date=20260101T000000Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host&X-Amz-Signature=${"0".repeat(64)}`;
					const changed = query.replace(
						new RegExp(`X-Amz-${name}=[^&]*`),
						() => `X-Amz-${name}=${encodeURIComponent(broken)}`,
					);
					const target = `/a?${changed}`;
					yield [target, await photos.sendAs("PUT", target, {}, "x")] as const;
				}
			for (const target of [
				"/a?AWSAccessKeyId=a&Expires=99999999999999999999&Signature=a",
				"/a?AWSAccessKeyId=%00&Expires=-1&Signature=%ff",
				"/a?X-Amz-Signature",
				"/a?X-Amz-Algorithm&X-Amz-Algorithm",
			])
				yield [target, await photos.sendAs("PUT", target, {}, "x")] as const;
		}
		await allRefused(emulator, sent());
	});

	test("lengths and framing of chunks are refused", async (t) => {
		const emulator = await startS3(t);
		const { photos } = emulator;
		const { key, host } = photos;
		async function* sent() {
			for (const length of [
				...BROKEN.slice(0, 8),
				"-5",
				"5.0",
				"0x5",
				"9".repeat(30),
				"4",
				"6",
			]) {
				const { headers, body } = signChunks(
					{
						...{ key, host, method: "PUT", target: "/a" },
						headers: { "x-amz-decoded-content-length": length },
					},
					["hello"],
				);
				yield [
					length,
					await photos.sendAs("PUT", "/a", headers, body),
				] as const;
			}
			const right = signChunks({ key, host, method: "PUT", target: "/a" }, [
				"hello",
			]);
			for (const body of [
				...["", "\r\n", "5", "5\r\nhello\r\n0\r\n\r\n", "hello", "0\r\n\r\n"],
				right.body.slice(0, 40),
				right.body.slice(0, -4),
				right.body.replace("5;", "fffffffff;"),
				right.body.replace("5;", "05;;"),
				`${right.body}${right.body}`,
				right.body.replaceAll("\r\n", "\n"),
			])
				yield [
					body,
					await photos.sendAs("PUT", "/a", right.headers, body),
				] as const;
		}
		await allRefused(emulator, sent());
	});

	test("documents are refused", async (t) => {
		const emulator = await startS3(t);
		const { photos } = emulator;
		async function* sent() {
			for (const target of [
				"/?acl",
				"/?lifecycle",
				"/?encryption",
				"/?versioning",
				"/?tagging",
			])
				for (const body of [
					...["x", "<", "<a/>", "<?xml version='1.0'?>", "\u0000"],
					'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
					"<AccessControlPolicy><AccessControlList><Grant><Permission>NO</Permission></Grant></AccessControlList></AccessControlPolicy>",
					"<LifecycleConfiguration><Rule><Status>On</Status></Rule></LifecycleConfiguration>",
					"<ServerSideEncryptionConfiguration><Rule></Rule></ServerSideEncryptionConfiguration>",
					"<a>".repeat(1000),
				])
					yield [`${target} ${body}`, await photos.put(target, body)] as const;
		}
		await allRefused(emulator, sent());
	});

	test("copies, ranges and keys are refused", async (t) => {
		const emulator = await startS3(t);
		const { photos } = emulator;
		async function* sent() {
			for (const source of [
				"photos",
				"/",
				"photos/",
				"%",
				"a/%ff",
				"photos/none?versionId=",
			]) {
				const headers = { "x-amz-copy-source": source };
				yield [source, await photos.put("/a", "", headers)] as const;
			}
			for (const target of ["/%ff", "/%", "/%2F", `/${"a".repeat(1025)}`])
				yield [
					target,
					await photos.sendAs("PUT", target, {
						authorization: "AWS4-HMAC-SHA256 x",
					}),
				] as const;
		}
		await allRefused(emulator, sent());
	});
});

test("A truncated body stores no object, and the connection serves the next request", async (t) => {
	const emulator = await startS3(t);
	const { photos } = emulator;
	const { key, host } = photos;
	const { headers } = signChunks({ key, host, method: "PUT", target: "/a" }, [
		"a".repeat(200_000),
	]);
	const refused = await photos.sendAs(
		"PUT",
		"/a",
		headers,
		"z".repeat(300_000),
	);
	assert.equal(refused.status, 400);
	assert.equal((await photos.put("/b", "hello")).status, 200);
	assert.deepEqual(textsOf(await emulator.oss.get("/photos"), "Key"), ["b"]);
});
