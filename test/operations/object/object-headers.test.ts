import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { refusal, textsOf } from "../../client.ts";
import { startWithBucket } from "../../emulator.ts";

suite("Headers of an upload that are returned with the object", () => {
	const CONTENT_HEADERS = {
		"content-type": "text/html; charset=utf-8",
		"cache-control": "max-age=60, public",
		"content-disposition": "attachment; filename=cat.txt",
		"content-encoding": "identity",
		"content-language": "zh-CN",
		expires: "Fri, 28 Feb 2031 05:38:42 GMT",
		"x-oss-storage-class": "IA",
		"x-oss-server-side-encryption": "AES256",
	};

	for (const [operation, target] of [
		["PutObject", "/photos/cat"],
		["AppendObject", "/photos/cat?append&position=0"],
	] as const) {
		test(`include those of the content: ${operation}`, async (t) => {
			const { oss } = await startWithBucket(t);
			const method = target.includes("append") ? "POST" : "PUT";
			await oss.send(method, target, {
				body: "meow",
				headers: CONTENT_HEADERS,
			});
			for (const read of ["GET", "HEAD"]) {
				const { headers } = await oss.send(read, "/photos/cat");
				const given = Object.keys(CONTENT_HEADERS).map((name) => [
					name,
					headers[name],
				]);
				assert.deepEqual(Object.fromEntries(given), CONTENT_HEADERS);
			}
		});
	}

	test("include the type application/octet-stream by default, whatever the key (A-606)", async (t) => {
		const { oss } = await startWithBucket(t);
		await oss.put("/photos/cat.jpg", "meow");
		const { headers } = await oss.head("/photos/cat.jpg");
		assert.equal(headers["content-type"], "application/octet-stream");
	});

	test("include user metadata with any characters", async (t) => {
		const { oss } = await startWithBucket(t);
		const metadata = {
			"x-oss-meta-plain": "a=b; c",
			"x-oss-meta-unicode": "中文 😀 ñ",
			"x-oss-meta-latin": "é",
			"x-oss-meta-a_b.c~d": "1",
			"x-oss-meta-__proto__": "2",
			"x-oss-meta-constructor": "3",
			"x-oss-meta-empty": "",
		};
		const put = await oss.put("/photos/cat", "meow", metadata);
		assert.equal(put.status, 200, put.text);
		const { headers } = await oss.head("/photos/cat");
		for (const [name, value] of Object.entries(metadata))
			assert.equal(headers[name], value, name);
		const own = Object.keys(headers).filter((name) =>
			name.startsWith("x-oss-meta-"),
		);
		assert.deepEqual(own.sort(), Object.keys(metadata).sort());
	});

	test("include user metadata, with names in lower case", async (t) => {
		const { oss } = await startWithBucket(t);
		await oss.put("/photos/cat", "meow", { "X-Oss-Meta-Author": "Tom" });
		const { headers, headerNames } = await oss.head("/photos/cat");
		assert.equal(headers["x-oss-meta-author"], "Tom");
		assert.ok(headerNames.includes("x-oss-meta-author"));
	});

	test("include user metadata of up to 8 KB (A-04)", async (t) => {
		const { oss } = await startWithBucket(t);
		const put = (size: number) =>
			oss.put("/photos/cat", "meow", { "x-oss-meta-a": "x".repeat(size) });
		assert.equal((await put(8 * 1024 - 1)).status, 200);
		const tooMuch = await put(8 * 1024);
		assert.equal(
			refusal(tooMuch),
			"400 InvalidArgument : The user metadata exceeds 8 KB.",
		);
		assert.deepEqual(textsOf(tooMuch, "ArgumentName"), ["x-oss-meta"]);
	});
});

suite("x-oss-tagging", () => {
	test("is counted when the object is read", async (t) => {
		const { oss } = await startWithBucket(t);
		const headers = { "x-oss-tagging": "a=b&%E7%8C%AB=1%2B1&empty=&bare" };
		const put = await oss.put("/photos/cat", "meow", headers);
		assert.equal(put.status, 200, put.text);
		const head = await oss.head("/photos/cat");
		assert.equal(head.headers["x-oss-tagging-count"], "4");
		await oss.put("/photos/cat", "meow");
		const untagged = await oss.head("/photos/cat");
		assert.equal(untagged.headers["x-oss-tagging-count"], undefined);
	});

	const ten = Array.from({ length: 10 }, (_, i) => `k${i}=v`).join("&");
	const MALFORMED =
		"400 InvalidArgument 0010-00000219: The header 'x-oss-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters without tag name duplicates.";
	const TAG_KEY = "The TagKey you have provided is invalid.";
	const TAG_VALUE = "The TagValue you have provided is invalid.";
	const bad = [
		["aa=bb=cc", "two values", MALFORMED],
		["a=1&a=2", "a key twice", MALFORMED],
		["=1", "no key", MALFORMED],
		["a=%", "a broken escape", MALFORMED],
		[
			`${"k".repeat(129)}=1`,
			"a key of 129 bytes",
			`400 InvalidTag 0010-00000209: ${TAG_KEY}`,
		],
		[
			`a=${"v".repeat(257)}`,
			"a value of 257 bytes",
			`400 InvalidTag 0010-00000217: ${TAG_VALUE}`,
		],
		[
			"a=b@c",
			"a character that is not allowed in tags",
			`400 InvalidTag 0010-00000217: ${TAG_VALUE}`,
		],
		[
			`${ten}&more=1`,
			"eleven tags",
			"400 BadRequest 0010-00000218: Object tags cannot be greater than 10",
		],
	] as const;
	for (const [tagging, what, refused] of bad) {
		test(`is refused with ${what}`, async (t) => {
			const { oss } = await startWithBucket(t);
			const headers = { "x-oss-tagging": tagging };
			assert.equal(
				refusal(await oss.put("/photos/cat", "meow", headers)),
				refused,
			);
			assert.equal((await oss.get("/photos/cat")).status, 404);
		});
	}

	test("accepts ten tags, and keys that are members of Object's prototype", async (t) => {
		const { oss } = await startWithBucket(t);
		for (const tagging of [ten, "constructor=1&__proto__=2&toString=3"]) {
			const headers = { "x-oss-tagging": tagging };
			const put = await oss.put("/photos/cat", "meow", headers);
			assert.equal(put.status, 200, put.text);
			const head = await oss.head("/photos/cat");
			assert.equal(
				head.headers["x-oss-tagging-count"],
				String(tagging.split("&").length),
			);
		}
	});
});
