import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { suite, test } from "node:test";
import { Accounts } from "../../emulator/auth/accounts.ts";
import { encodeKey, percentEncode } from "../../emulator/oss/encoding.ts";
import { OssError } from "../../emulator/oss/errors.ts";
import { unwrapChunks } from "../../emulator/s3/chunked.ts";
import {
	toOssAcl,
	toOssEncryptionRule,
	toOssLifecycle,
	toOssLocation,
} from "../../emulator/s3/documents-in.ts";
import { toOssHeaders, toS3Headers } from "../../emulator/s3/headers.ts";
import { toOss } from "../../emulator/s3/to-oss.ts";
import { makeRequest } from "../auth/request.ts";
import {
	bytes,
	cut,
	fc,
	forAll,
	key,
	orRefused,
	places,
	text,
	textOf,
} from "../properties.ts";
import { startS3 } from "./s3.ts";
import { presignV4, signChunks } from "./sign.ts";

const KEY = { id: "id", secret: "secret" };

suite("For any body in chunks", () => {
	test("the framed and signed content is read, in pieces of any size", () =>
		forAll(
			[
				fc.array(
					textOf(["a", "\r\n", "0;chunk-signature=", "é"], 6).filter(
						(one) => one !== "",
					),
					{ maxLength: 4 },
				),
				places,
			],
			async (chunks, cuts) => {
				const content = Buffer.from(chunks.join(""));
				const { headers, body } = signChunks(
					{ key: KEY, method: "PUT", target: "/a", host: "h" },
					chunks,
				);
				const request = {
					...makeRequest({
						method: "PUT",
						bucket: "b",
						key: "a",
						rawPath: "/a",
						headers,
					}),
					body: Readable.from(cut(Buffer.from(body), cuts)),
				};
				const accounts = new Accounts([
					{ accessKeyId: KEY.id, accessKeySecret: KEY.secret, uid: "1" },
				]);
				const s3 = {
					enabled: true,
					pathStyle: "allow",
					trailers: "not-implemented",
					signedStreaming: "accept",
				} as const;
				const translated = await toOss(request, {
					accounts,
					checkSignatures: true,
					s3,
				});
				assert.deepEqual(await buffer(translated.body), content);
				assert.equal(
					translated.headers["content-length"],
					String(content.length),
				);
			},
		));

	test("any other body ends with OSS's error, which is the same for pieces of any size", () => {
		const words = [
			"5",
			"0",
			"a",
			";chunk-signature=",
			"f".repeat(64),
			"\r\n",
			"\r",
			"\n",
			"hello",
		];
		return forAll(
			[
				fc.oneof(
					bytes(60),
					textOf(words, 10).map((one) => Buffer.from(one)),
				),
				fc.nat(9),
				places,
			],
			async (body, size, cuts) => {
				const codeOf = async (some: readonly Buffer[]): Promise<string> => {
					try {
						for await (const _ of unwrapChunks(
							Readable.from(some),
							size,
							undefined,
						));
						return "";
					} catch (error) {
						assert.ok(error instanceof OssError, String(error));
						return error.code;
					}
				};
				assert.equal(
					await codeOf(cut(body, cuts)),
					await codeOf(body.length === 0 ? [] : [body]),
				);
			},
		);
	});
});

suite("For any headers and documents", () => {
	const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/);

	test("metadata is translated between OSS's names and S3's names", () =>
		forAll([fc.dictionary(name, text(10))], (metadata) => {
			const headers = Object.fromEntries(
				Object.entries(metadata).map(([one, value]) => [
					`x-amz-meta-${one}`,
					value,
				]),
			);
			const own = toOssHeaders(headers, "x-oss-object-acl");
			const back = { ...toS3Headers({ ...own }, "R") };
			delete back["x-amz-request-id"];
			assert.deepEqual({ ...back }, { ...headers });
			assert.ok(Object.keys(own).every((one) => one.startsWith("x-oss-meta-")));
		}));

	test("a document is translated, or refused with OSS's error", () => {
		const words = [
			"<LifecycleConfiguration>",
			"</LifecycleConfiguration>",
			"<Rule>",
			"</Rule>",
			"<Filter>",
			"<And>",
			"</And>",
			"</Filter>",
			"<Prefix>a</Prefix>",
			"<Transition>",
			"</Transition>",
			"<AccessControlPolicy>",
			"</AccessControlPolicy>",
			"<AccessControlList>",
			"</AccessControlList>",
			"<CreateBucketConfiguration>",
			"</CreateBucketConfiguration>",
		];
		return forAll(
			[textOf(words, 10).map((one) => Buffer.from(one))],
			async (document) => {
				for (const translate of [
					toOssAcl,
					toOssEncryptionRule,
					toOssLifecycle,
					toOssLocation,
				])
					await orRefused(() => translate(document), OssError);
			},
		);
	});
});

suite("For any key, content and metadata over S3", () => {
	const metadata = fc.dictionary(
		fc.stringMatching(/^[a-z]{1,6}$/),
		fc.stringMatching(/^[!-~]{1,8}$/),
		{ maxKeys: 3 },
	);

	test("a stored object is returned, with a signature in headers or in a URL, and the bucket in the path or the Host", async (t) => {
		const { photos, s3 } = await startS3(t);
		await forAll(
			[key, bytes(100), metadata, fc.boolean()],
			async (one, content, own, isInHost) => {
				const client = isInHost ? photos : s3;
				const target = `${isInHost ? "" : "/photos"}/${encodeKey(one)}`;
				const headers = Object.fromEntries(
					Object.entries(own).map(([name, value]) => [
						`x-amz-meta-${name}`,
						value,
					]),
				);
				const put = await client.put(target, content, headers);
				assert.equal(put.status, 200, put.text);
				const got = await client.get(target);
				assert.deepEqual(got.body, content);
				for (const [name, value] of Object.entries(headers))
					assert.equal(got.headers[name], value);
				const url = presignV4({
					key: client.key,
					method: "GET",
					target,
					host: client.host,
				});
				assert.deepEqual((await client.sendAs("GET", url)).body, content);
				const list = await client.get(
					`${isInHost ? "/" : "/photos"}?list-type=2&encoding-type=url&prefix=${percentEncode(one)}`,
				);
				assert.ok(
					list.text.includes(`<Key>${percentEncode(one)}</Key>`),
					list.text,
				);
			},
			0.3,
		);
	});
});
