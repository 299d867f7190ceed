import assert from "node:assert/strict";
import { suite, test } from "node:test";
import {
	COPY_ECS,
	readSource,
	requireCopyable,
} from "../../../emulator/operations/object/copy-object.ts";
import { decodeWireBytes } from "../../../emulator/oss/encoding.ts";
import { kindOf, thrownBy } from "../../auth/request.ts";
import { type Answer, refusal, textsOf } from "../../client.ts";
import { startWithBucket, type TestEmulator } from "../../emulator.ts";

const TOO_LARGE = "Source object Length exceeds the maximum allowed size.";

const copy = (
	{ oss }: TestEmulator,
	source: string,
	target: string,
	headers: Record<string, string> = {},
): Promise<Answer> =>
	oss.put(target, "", { "x-oss-copy-source": source, ...headers });

suite("CopyObject", () => {
	test("copies content and metadata, and returns both digests", async (t) => {
		const emulator = await startWithBucket(t);
		const { oss } = emulator;
		await oss.put("/album");
		const put = await oss.put("/photos/cat", "hello world", {
			"content-type": "text/plain",
			"cache-control": "no-cache",
			"x-oss-meta-a": "猫",
			"x-oss-tagging": "k=v",
		});
		const copied = await copy(emulator, "/photos/cat", "/album/dog");

		assert.equal(copied.status, 200);
		assert.equal(copied.headers["content-type"], "application/xml");
		assert.equal(copied.headers["x-oss-hash-crc64ecma"], "5981764153023615706");
		const [modified] = textsOf(copied, "LastModified");
		assert.match(modified ?? "", /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z$/);
		assert.equal(
			copied.text,
			`<?xml version="1.0" encoding="UTF-8"?>
<CopyObjectResult>
  <ETag>${put.headers.etag}</ETag>
  <LastModified>${modified}</LastModified>
</CopyObjectResult>
`,
		);
		const { text, headers } = await oss.get("/album/dog");
		assert.equal(text, "hello world");
		assert.equal(headers["content-type"], "text/plain");
		assert.equal(headers["cache-control"], "no-cache");
		assert.equal(headers["x-oss-meta-a"], "猫");
		assert.equal(headers["x-oss-tagging-count"], "1");
		assert.equal(headers.etag, put.headers.etag);
	});

	test("creates a copy that is independent of later changes to the source", async (t) => {
		const emulator = await startWithBucket(t);
		const { oss } = emulator;
		const body = Buffer.alloc(200_000, "x");
		await oss.put("/photos/cat", body);
		await copy(emulator, "/photos/cat", "/photos/dog");
		await oss.put("/photos/cat", "meow");
		await oss.delete("/photos/cat");
		assert.ok((await oss.get("/photos/dog")).body.equals(body));
		await oss.delete("/photos/dog");
		assert.equal((await oss.get("/photos/dog")).status, 404);
	});

	test("accepts every encoding of its source: + is a space, %2B is a plus", async (t) => {
		const emulator = await startWithBucket(t);
		await emulator.oss.put("/photos/a%20b/c%2Bd%3F%E7%8C%AB", "meow");
		for (const source of [
			"/photos/a%20b/c%2Bd%3F%E7%8C%AB",
			"/photos/a+b/c%2Bd%3F%E7%8C%AB",
			"/photos/a%20b%2Fc%2Bd%3F%E7%8C%AB",
			"/photos/a b/c%2Bd%3F猫",
		]) {
			const copied = await copy(emulator, source, "/photos/copy");
			assert.equal(copied.status, 200, `${source} ${copied.text}`);
		}
	});

	test("uses the metadata of the request with REPLACE, and its tags with Replace", async (t) => {
		const emulator = await startWithBucket(t);
		const { oss } = emulator;
		await oss.put("/photos/cat", "meow", {
			"content-type": "text/plain",
			"x-oss-meta-a": "b",
			"x-oss-tagging": "k=v&l=w",
		});
		const given = {
			"content-type": "image/png",
			"x-oss-meta-c": "d",
			"x-oss-tagging": "m=n",
		};
		const headers = async (more = {}): Promise<Answer["headers"]> => {
			await copy(emulator, "/photos/cat", "/photos/dog", { ...given, ...more });
			return (await oss.head("/photos/dog")).headers;
		};

		for (const more of [{}, { "x-oss-metadata-directive": "COPY" }]) {
			const copied = await headers(more);
			assert.equal(copied["content-type"], "text/plain");
			assert.equal(copied["x-oss-meta-a"], "b");
			assert.equal(copied["x-oss-meta-c"], undefined);
			assert.equal(copied["x-oss-tagging-count"], "2");
		}
		const replaced = await headers({ "x-oss-metadata-directive": "REPLACE" });
		assert.equal(replaced["content-type"], "image/png");
		assert.equal(replaced["x-oss-meta-a"], undefined);
		assert.equal(replaced["x-oss-meta-c"], "d");
		assert.equal(replaced["x-oss-tagging-count"], "2");
		const retagged = await headers({ "x-oss-tagging-directive": "Replace" });
		assert.equal(retagged["x-oss-meta-a"], "b");
		assert.equal(retagged["x-oss-tagging-count"], "1");
	});

	test("preserves the Content-Type with REPLACE if the request has no Content-Type", async (t) => {
		const emulator = await startWithBucket(t);
		const { oss } = emulator;
		await oss.put("/photos/cat", "meow", {
			"content-type": "text/plain",
			"cache-control": "no-cache",
		});
		for (const target of ["/photos/dog", "/photos/cat"]) {
			await copy(emulator, "/photos/cat", target, {
				"x-oss-metadata-directive": "REPLACE",
			});
			const { headers } = await oss.head(target);
			assert.equal(headers["content-type"], "text/plain", target);
			assert.equal(headers["cache-control"], undefined, target);
		}
	});

	test("preserves the metadata that is needed for decryption, even with REPLACE (A-670)", async (t) => {
		const emulator = await startWithBucket(t);
		const { oss } = emulator;
		const meta = "x-oss-meta-client-side-encryption-";
		await oss.put("/photos/cat", "meow", {
			[`${meta}key`]: "old",
			[`${meta}start`]: "start",
			[`${meta}cek-alg`]: "AES/CTR/NoPadding",
			[`${meta}wrap-alg`]: "RSA/NONE/PKCS1Padding",
			[`${meta}matdesc`]: "{}",
			"x-oss-meta-a": "b",
		});
		await copy(emulator, "/photos/cat", "/photos/dog", {
			"x-oss-metadata-directive": "REPLACE",
			[`${meta}key`]: "new",
		});
		const { headers } = await oss.head("/photos/dog");
		assert.equal(headers[`${meta}key`], "new");
		assert.equal(headers[`${meta}start`], "start");
		assert.equal(headers[`${meta}matdesc`], "{}");
		assert.equal(headers["x-oss-meta-a"], undefined);
	});

	test("refuses an invalid directive", async (t) => {
		const emulator = await startWithBucket(t);
		await emulator.oss.put("/photos/cat", "meow");
		for (const name of [
			"x-oss-metadata-directive",
			"x-oss-tagging-directive",
		]) {
			const answer = await copy(emulator, "/photos/cat", "/photos/dog", {
				[name]: "MEOW",
			});
			assert.match(refusal(answer), /^400 InvalidArgument/);
			assert.deepEqual(textsOf(answer, "ArgumentName"), [name]);
		}
	});

	test("of an object to itself replaces the metadata, regardless of the directive", async (t) => {
		const emulator = await startWithBucket(t);
		const { oss } = emulator;
		await oss.put("/photos/cat", "meow", { "x-oss-meta-a": "b" });
		const copied = await copy(emulator, "/photos/cat", "/photos/cat", {
			"x-oss-meta-c": "d",
		});
		assert.equal(copied.status, 200);
		const { text, headers } = await oss.get("/photos/cat");
		assert.equal(text, "meow");
		assert.equal(headers["x-oss-meta-a"], undefined);
		assert.equal(headers["x-oss-meta-c"], "d");
	});

	test("of an appendable object to itself leaves it appendable", async (t) => {
		const emulator = await startWithBucket(t);
		const { oss } = emulator;
		await oss.post("/photos/log?append&position=0", "one");
		const headers = { "content-type": "text/plain" };
		await copy(emulator, "/photos/log", "/photos/log", headers);
		const appended = await oss.post("/photos/log?append&position=3", "two");
		assert.equal(appended.status, 200, appended.text);
		const get = await oss.get("/photos/log");
		assert.equal(get.text, "onetwo");
		assert.equal(get.headers["content-type"], "text/plain");
	});

	test("does not copy the ACL, and sets that of the request", async (t) => {
		const emulator = await startWithBucket(t);
		const { oss } = emulator;
		const acl = { "x-oss-object-acl": "public-read" };
		await oss.put("/photos/cat", "meow", acl);
		await copy(emulator, "/photos/cat", "/photos/dog");
		await copy(emulator, "/photos/cat", "/photos/fish", acl);
		const grants = ["dog", "fish"].map(async (key) =>
			textsOf(await oss.get(`/photos/${key}?acl`), "Grant"),
		);
		assert.deepEqual(await Promise.all(grants), [["default"], ["public-read"]]);
	});

	for (const [what, put] of [
		["a plain object", "PUT /photos/cat"],
		["an appendable object", "POST /photos/cat?append&position=0"],
	] as const)
		test(`of ${what} to itself preserves its ACL, unless the request sets one: ossutil's suite`, async (t) => {
			const emulator = await startWithBucket(t);
			const { oss } = emulator;
			const [method = "", target = ""] = put.split(" ");
			const headers = { "x-oss-object-acl": "public-read" };
			await oss.send(method, target, { body: "meow", headers });
			const grantAfter = async (sent: Record<string, string>) => {
				await copy(emulator, "/photos/cat", "/photos/cat", {
					"x-oss-metadata-directive": "REPLACE",
					"x-oss-meta-a": "b",
					...sent,
				});
				return textsOf(await oss.get("/photos/cat?acl"), "Grant");
			};
			assert.deepEqual(await grantAfter({}), ["public-read"]);
			const acl = { "x-oss-object-acl": "private" };
			assert.deepEqual(await grantAfter(acl), ["private"]);
		});

	test("of an appendable object has the same type and ETag, and can be appended to independently (A-614)", async (t) => {
		const emulator = await startWithBucket(t);
		const { oss } = emulator;
		await oss.post("/photos/log?append&position=0", "one");
		await oss.post("/photos/log?append&position=3", "two");
		const log = await oss.head("/photos/log");
		await copy(emulator, "/photos/log", "/photos/copy");
		const copied = await oss.head("/photos/copy");
		assert.equal(copied.headers.etag, log.headers.etag);
		assert.equal(copied.headers["x-oss-object-type"], "Appendable");
		await oss.post("/photos/log?append&position=6", "three");
		assert.equal((await oss.get("/photos/copy")).text, "onetwo");
	});
});

suite("The size of an object that CopyObject copies (A-615)", () => {
	const GIB = 1024 ** 3;
	const cases = [
		["has no limit within a bucket", 6 * GIB, "photos", "Standard", true],
		["is 5 GB to another bucket", 5 * GIB, "album", undefined, true],
		[
			"is not more than 5 GB to another bucket",
			5 * GIB + 1,
			"album",
			undefined,
			false,
		],
		["is 1 GB with another storage class", GIB, "photos", "IA", true],
		[
			"is not more than 1 GB with another storage class",
			GIB + 1,
			"photos",
			"IA",
			false,
		],
	] as const;
	for (const [what, size, bucket, storageClass, isAllowed] of cases)
		test(what, () => {
			const source = {
				bucket: "photos",
				size,
				storageClass: "Standard",
			} as const;
			const headers = { "x-oss-storage-class": storageClass };
			const check = () => requireCopyable(source, { bucket, headers });
			if (isAllowed) check();
			else assert.throws(check, { code: "EntityTooLarge", message: TOO_LARGE });
		});
});

suite("The source of a copy", () => {
	const MENTION =
		"Copy Source must mention the source bucket and key: /sourcebucket/sourcekey.";
	const MALFORMED = `400 InvalidArgument 0016-00000304: ${MENTION}`;
	const cases = [
		["photos/cat", MALFORMED],
		["/photos", MALFORMED],
		["/photos/", MALFORMED],
		["/photos/%", MALFORMED],
		["/photos/cat?unknown=x", MALFORMED],
		["", MALFORMED],
		[
			"/missing/cat",
			"404 NoSuchBucket 0015-00000101: The specified bucket does not exist.",
		],
		[
			"/photos/none",
			"404 NoSuchKey 0026-00000001: The specified key does not exist.",
		],
		[
			"/photos/cat?versionId=",
			"400 InvalidArgument 0016-00000305: Version id can not be the empty string.",
		],
	] as const;
	for (const [source, expected] of cases) {
		test(`cannot be ${JSON.stringify(source)} (A-605)`, async (t) => {
			const emulator = await startWithBucket(t);
			await emulator.oss.put("/photos/cat", "meow");
			const answer = await copy(emulator, source, "/photos/dog");
			assert.equal(refusal(answer), expected);
			assert.equal((await emulator.oss.get("/photos/dog")).status, 404);
		});
	}

	test("cannot be bytes that are not UTF-8 (A-605)", () => {
		const gbk = decodeWireBytes(Buffer.from("/photos/\xc4\xe3", "latin1"));
		const refused = thrownBy(() => readSource(gbk, COPY_ECS));
		assert.equal(kindOf(refused), "400 InvalidArgument 0016-00000304");
	});

	test("can be an old version, but not an unknown version or a delete marker (A-605)", async (t) => {
		const emulator = await startWithBucket(t);
		const { oss } = emulator;
		await oss.put(
			"/photos?versioning",
			"<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>",
		);
		const old = await oss.put("/photos/cat", "old");
		await oss.put("/photos/cat", "new");
		const marker = await oss.delete("/photos/cat");
		const from = (id: string | undefined): Promise<Answer> =>
			copy(emulator, `/photos/cat?versionId=${id}`, "/photos/dog");

		assert.match(
			refusal(await copy(emulator, "/photos/cat", "/photos/dog")),
			/^404 NoSuchKey 0026-00000001/,
		);
		assert.match(
			refusal(await from("0".repeat(64))),
			/^404 NoSuchVersion 0012-00000203/,
		);
		assert.match(
			refusal(await from(marker.headers["x-oss-version-id"])),
			/^400 InvalidArgument 0016-00000307/,
		);
		const copied = await from(old.headers["x-oss-version-id"]);
		assert.equal(copied.status, 200);
		assert.equal((await oss.get("/photos/dog")).text, "old");
	});
});

suite("Conditions of a copy", () => {
	test("fail with 412 or 304, as ali-oss's suite asserts; S3 returns only 412", async (t) => {
		const emulator = await startWithBucket(t);
		const put = await emulator.oss.put("/photos/cat", "meow");
		const { etag = "", date = "" } = put.headers;
		const shifted = (ms: number): string =>
			new Date(Date.parse(date) + ms).toUTCString();
		const FAILED =
			"412 PreconditionFailed 0017-00001001: At least one of the pre-conditions you specified did not hold.";
		const cases = [
			["if-match", etag, "200  : "],
			["if-match", '"x"', FAILED],
			["if-none-match", '"x"', "200  : "],
			["if-none-match", etag, "304  : "],
			["if-modified-since", shifted(-60_000), "200  : "],
			["if-modified-since", shifted(60_000), "304  : "],
			["if-unmodified-since", shifted(60_000), "200  : "],
			["if-unmodified-since", shifted(-60_000), FAILED],
		] as const;
		for (const [name, value, expected] of cases) {
			await emulator.oss.delete("/photos/dog");
			const answer = await copy(emulator, "/photos/cat", "/photos/dog", {
				[`x-oss-copy-source-${name}`]: value,
			});
			assert.equal(refusal(answer), expected, `${name}: ${value}`);
			const { status } = await emulator.oss.head("/photos/dog");
			assert.equal(status, expected.startsWith("200") ? 200 : 404);
		}
	});

	test("are only the headers with the prefix: ali-oss sends every header twice", async (t) => {
		const emulator = await startWithBucket(t);
		await emulator.oss.put("/photos/cat", "meow");
		const answer = await copy(emulator, "/photos/cat", "/photos/dog", {
			"x-oss-copy-source-content-type": "text/plain",
			"x-oss-copy-source-x-oss-meta-a": "b",
		});
		assert.equal(answer.status, 200);
	});
});
