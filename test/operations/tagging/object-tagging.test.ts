import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { refusal, textsOf } from "../../client.ts";
import { startWithBucket } from "../../emulator.ts";

const tagging = (...tags: readonly (readonly [string, string])[]): string =>
	`<Tagging><TagSet>${tags.map(([key, value]) => `<Tag><Key>${key}</Key><Value>${value}</Value></Tag>`).join("")}</TagSet></Tagging>`;

const numbered = (count: number): string =>
	tagging(...Array.from({ length: count }, (_, i) => [`k${i}`, "v"] as const));

suite("Object tagging", () => {
	test("stores, returns and deletes tags, and does not change Last-Modified", async (t) => {
		const { oss } = await startWithBucket(t);
		await oss.put("/photos/cat", "meow", { "x-oss-tagging": "old=1" });
		const before = await oss.head("/photos/cat");

		const put = await oss.put(
			"/photos/cat?tagging",
			tagging(["a b", "1+-=._:/"], ["empty", ""]),
		);
		assert.equal(`${put.status} ${put.text}`, "200 ");
		const get = await oss.get("/photos/cat?tagging");
		assert.equal(get.headers["content-type"], "application/xml");
		assert.deepEqual(textsOf(get, "Key"), ["a b", "empty"]);
		assert.deepEqual(textsOf(get, "Value"), ["1+-=._:/", ""]);
		const after = await oss.head("/photos/cat");
		assert.equal(after.headers["x-oss-tagging-count"], "2");
		assert.equal(
			after.headers["last-modified"],
			before.headers["last-modified"],
		);

		assert.equal((await oss.delete("/photos/cat?tagging")).status, 204);
		const none = await oss.get("/photos/cat?tagging");
		assert.equal(none.status, 200);
		assert.match(none.text, /<Tagging>\s*<TagSet><\/TagSet>\s*<\/Tagging>/);
		assert.equal(
			(await oss.head("/photos/cat")).headers["x-oss-tagging-count"],
			undefined,
		);
	});

	test("accepts a tag's elements in any order, and a tag without a value", async (t) => {
		const { oss } = await startWithBucket(t);
		await oss.put("/photos/cat", "meow");
		const body =
			"<Tagging><TagSet><Tag><Value>1</Value><Key>a</Key></Tag><Tag><Key>b</Key></Tag></TagSet></Tagging>";
		assert.equal((await oss.put("/photos/cat?tagging", body)).status, 200);
		const get = await oss.get("/photos/cat?tagging");
		assert.deepEqual(textsOf(get, "Value"), ["1", ""]);
	});

	const TAG_KEY = "The TagKey you have provided is invalid.";
	const TAG_VALUE = "The TagValue you have provided is invalid.";
	const XML =
		"The XML you provided was not well-formed or did not validate against our published schema.";
	for (const [what, body, refused] of [
		// Codes and messages from cpp's ObjectTaggingTest, ECs from OSS's pages.
		[
			"a key twice",
			tagging(["a", "1"], ["a", "2"]),
			"400 InvalidTag 0010-00000217: Cannot provide multiple Tags with the same key",
		],
		[
			"a character of a key that is not allowed in tags",
			tagging(["key1&amp;", "1"]),
			`400 InvalidTag 0010-00000217: ${TAG_KEY}`,
		],
		[
			"a character of a value that is not allowed in tags",
			tagging(["a", "%abc"]),
			`400 InvalidTag 0010-00000217: ${TAG_VALUE}`,
		],
		[
			"an empty key",
			tagging(["", "1"]),
			`400 InvalidTag 0010-00000217: ${TAG_KEY}`,
		],
		[
			"a key of 129 bytes",
			tagging(["k".repeat(129), "1"]),
			`400 InvalidTag 0010-00000209: ${TAG_KEY}`,
		],
		[
			"a value of 257 bytes",
			tagging(["a", "v".repeat(257)]),
			`400 InvalidTag 0010-00000217: ${TAG_VALUE}`,
		],
		[
			"eleven tags",
			numbered(11),
			"400 BadRequest 0010-00000218: Object tags cannot be greater than 10",
		],
		[
			"a body that is not XML",
			"<Tagging><TagSet>",
			`400 MalformedXML 0010-00000101: ${XML}`,
		],
		["another document", "<Tags/>", `400 MalformedXML 0010-00000101: ${XML}`],
		["no TagSet", "<Tagging/>", `400 MalformedXML 0010-00000101: ${XML}`],
		[
			"no key",
			"<Tagging><TagSet><Tag><Value>1</Value></Tag></TagSet></Tagging>",
			`400 MalformedXML 0010-00000101: ${XML}`,
		],
		["an empty body", "", `400 MalformedXML 0010-00000101: ${XML}`],
	] as const) {
		test(`refuses ${what}`, async (t) => {
			const { oss } = await startWithBucket(t);
			await oss.put("/photos/cat", "meow", { "x-oss-tagging": "a=1" });
			assert.equal(
				refusal(await oss.put("/photos/cat?tagging", body)),
				refused,
			);
			const get = await oss.get("/photos/cat?tagging");
			assert.deepEqual(textsOf(get, "Key"), ["a"]);
		});
	}

	test("accepts ten tags, keys of 128 bytes and values of 256 bytes", async (t) => {
		const { oss } = await startWithBucket(t);
		await oss.put("/photos/cat", "meow");
		for (const body of [
			numbered(10),
			tagging(["k".repeat(128), "v".repeat(256)]),
		])
			assert.equal((await oss.put("/photos/cat?tagging", body)).status, 200);
	});

	test("of a missing object is NoSuchKey", async (t) => {
		const { oss } = await startWithBucket(t);
		for (const answer of [
			await oss.put("/photos/none?tagging", numbered(1)),
			await oss.get("/photos/none?tagging"),
			await oss.delete("/photos/none?tagging"),
		])
			assert.match(refusal(answer), /^404 NoSuchKey 0026-00000001/);
	});

	test("is copied with the object, unless it is replaced", async (t) => {
		const { oss } = await startWithBucket(t);
		await oss.put("/photos/cat", "meow");
		await oss.put("/photos/cat?tagging", tagging(["a", "1"]));
		const source = { "x-oss-copy-source": "/photos/cat" };
		await oss.put("/photos/copy", "", source);
		await oss.put("/photos/other", "", {
			...source,
			"x-oss-tagging-directive": "Replace",
			"x-oss-tagging": "b=2",
		});
		const keys = async (key: string) =>
			textsOf(await oss.get(`/photos/${key}?tagging`), "Key");
		assert.deepEqual(await keys("copy"), ["a"]);
		assert.deepEqual(await keys("other"), ["b"]);
	});
});
