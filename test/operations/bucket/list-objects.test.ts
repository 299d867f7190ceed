import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { suite, test } from "node:test";
import { type Answer, refusal, textsOf } from "../../client.ts";
import { startWithBucket, type TestEmulator } from "../../emulator.ts";

async function startWith(
	t: TestContext,
	...keys: readonly string[]
): Promise<TestEmulator> {
	const emulator = await startWithBucket(t);
	for (const key of keys) {
		const put = await emulator.oss.put(
			`/photos/${encodeURIComponent(key)}`,
			"x",
		);
		assert.equal(put.status, 200, key);
	}
	return emulator;
}

/** @returns the keys, then the common prefixes */
function listed(answer: Answer): readonly [keys: string[], prefixes: string[]] {
	assert.equal(answer.status, 200, answer.text);
	const prefixes = Array.from(
		answer.text.matchAll(
			/<CommonPrefixes>\s*<Prefix>([^<]*)<\/Prefix>\s*<\/CommonPrefixes>/g,
		),
		([, prefix = ""]) => prefix,
	);
	return [textsOf(answer, "Key"), prefixes];
}

const TREE = ["a", "a/", "a/1", "a/2", "a/b/3", "a0", "b", "c/1", "c/2", "d"];

suite("ListObjects", () => {
	test("prints every element that the SDKs require", async (t) => {
		const { oss } = await startWithBucket(t);
		const put = await oss.put("/photos/cat", "meow");
		const list = await oss.get("/photos?prefix=c&delimiter=/&max-keys=5");
		const [modified] = textsOf(list, "LastModified");
		assert.match(modified ?? "", /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z$/);
		assert.equal(list.headers["content-type"], "application/xml");
		assert.equal(
			list.text,
			`<?xml version="1.0" encoding="UTF-8"?>
<ListBucketResult>
  <Name>photos</Name>
  <Prefix>c</Prefix>
  <Marker></Marker>
  <MaxKeys>5</MaxKeys>
  <Delimiter>/</Delimiter>
  <IsTruncated>false</IsTruncated>
  <Contents>
    <Key>cat</Key>
    <LastModified>${modified}</LastModified>
    <ETag>${put.headers.etag}</ETag>
    <Type>Normal</Type>
    <Size>4</Size>
    <StorageClass>Standard</StorageClass>
    <Owner>
      <ID>1000000000000001</ID>
      <DisplayName>1000000000000001</DisplayName>
    </Owner>
  </Contents>
</ListBucketResult>
`,
		);
	});

	test("prints empty elements for an empty bucket, as go2 requires", async (t) => {
		const { oss } = await startWithBucket(t);
		assert.equal(
			(await oss.get("/photos")).text,
			`<?xml version="1.0" encoding="UTF-8"?>
<ListBucketResult>
  <Name>photos</Name>
  <Prefix></Prefix>
  <Marker></Marker>
  <MaxKeys>100</MaxKeys>
  <Delimiter></Delimiter>
  <IsTruncated>false</IsTruncated>
</ListBucketResult>
`,
		);
	});

	test("sorts keys by their bytes, not by UTF-16 code units", async (t) => {
		const keys = ["a", "Z", "é", "猫", "\uffee", "😀", "~", "a b", "a!b", "aa"];
		const { oss } = await startWith(t, ...keys);
		const byBytes = keys.toSorted((a, b) =>
			Buffer.compare(Buffer.from(a), Buffer.from(b)),
		);
		assert.notDeepEqual(byBytes, keys.toSorted());
		assert.deepEqual(listed(await oss.get("/photos")), [byBytes, []]);
	});

	test("groups keys with the delimiter after the prefix", async (t) => {
		const { oss } = await startWith(t, ...TREE);
		const cases = [
			["delimiter=/", ["a", "a0", "b", "d"], ["a/", "c/"]],
			["delimiter=/&prefix=a", ["a", "a0"], ["a/"]],
			["delimiter=/&prefix=a/", ["a/", "a/1", "a/2"], ["a/b/"]],
			["delimiter=/&prefix=c", [], ["c/"]],
			["delimiter=/&prefix=none", [], []],
			["prefix=a/", ["a/", "a/1", "a/2", "a/b/3"], []],
			[
				"delimiter=b",
				["a", "a/", "a/1", "a/2", "a0", "c/1", "c/2", "d"],
				["a/b", "b"],
			],
		] as const;
		for (const [query, keys, prefixes] of cases)
			assert.deepEqual(
				listed(await oss.get(`/photos?${query}`)),
				[keys, prefixes],
				query,
			);
	});

	test("accepts a delimiter of more than one character (A-15)", async (t) => {
		const { oss } = await startWith(t, "a--1", "a--2", "a-3");
		assert.deepEqual(listed(await oss.get("/photos?delimiter=--")), [
			["a-3"],
			["a--"],
		]);
	});

	for (const delimiter of ["", "/"]) {
		for (const max of [1, 2, 3, 100]) {
			test(`returns every key once, ${max} at a time, delimited by '${delimiter}'`, async (t) => {
				const { oss } = await startWith(t, ...TREE);
				const all: string[] = [];
				let marker = "";
				for (let pages = 0; ; pages++) {
					assert.ok(pages < 20);
					const page = await oss.get(
						`/photos?max-keys=${max}&delimiter=${delimiter}&marker=${encodeURIComponent(marker)}`,
					);
					const [keys, prefixes] = listed(page);
					all.push(...keys, ...prefixes);
					assert.ok(keys.length + prefixes.length <= max);
					const [isTruncated] = textsOf(page, "IsTruncated");
					const [next] = textsOf(page, "NextMarker");
					assert.equal(isTruncated, String(next !== undefined));
					if (next === undefined) break;
					assert.equal(keys.length + prefixes.length, max);
					assert.ok([keys.at(-1), prefixes.at(-1)].includes(next));
					marker = next;
				}
				const expected = delimiter ? ["a", "a/", "a0", "b", "c/", "d"] : TREE;
				assert.deepEqual(all.sort(), expected.toSorted());
			});
		}
	}

	test("begins after the marker, whether it is an existing key or not", async (t) => {
		const { oss } = await startWith(t, ...TREE);
		const cases = [
			["marker=a/2", ["a/b/3", "a0", "b", "c/1", "c/2", "d"], []],
			["marker=a/3", ["a/b/3", "a0", "b", "c/1", "c/2", "d"], []],
			["marker=zzz", [], []],
			["marker=a/&delimiter=/", ["a0", "b", "d"], ["c/"]],
			["marker=a/1&prefix=a/", ["a/2", "a/b/3"], []],
			["marker=0&prefix=c", ["c/1", "c/2"], []],
			["marker=z&prefix=a", [], []],
		] as const;
		for (const [query, keys, prefixes] of cases)
			assert.deepEqual(
				listed(await oss.get(`/photos?${query}`)),
				[keys, prefixes],
				query,
			);
	});

	test("encodes names with encoding-type=url, a space as %20 and a plus as %2B", async (t) => {
		const { oss } = await startWith(t, "猫 +/a", "猫 +/b", "猫 +0\u0001");
		const list = await oss.get(
			`/photos?encoding-type=url&max-keys=1&delimiter=%2F&prefix=${encodeURIComponent("猫 ")}&marker=${encodeURIComponent("猫 +")}`,
		);
		const encoded = "%E7%8C%AB%20%2B%2F";
		assert.deepEqual(textsOf(list, "EncodingType"), ["url"]);
		assert.deepEqual(textsOf(list, "Prefix"), ["%E7%8C%AB%20", encoded]);
		assert.deepEqual(textsOf(list, "Marker"), ["%E7%8C%AB%20%2B"]);
		assert.deepEqual(textsOf(list, "NextMarker"), [encoded]);
		assert.deepEqual(textsOf(list, "Delimiter"), ["%2F"]);
		const rest = await oss.get(
			`/photos?encoding-type=URL&marker=${encodeURIComponent("猫 +/b")}`,
		);
		assert.deepEqual(textsOf(rest, "Key"), ["%E7%8C%AB%20%2B0%01"]);
	});

	test("does not encode names without encoding-type", async (t) => {
		const { oss } = await startWith(t, "a&b<c>\"d'", "猫 +%41");
		const list = await oss.get("/photos");
		assert.match(list.text, /<Key>a&amp;b&lt;c&gt;"d'<\/Key>/);
		assert.deepEqual(textsOf(list, "EncodingType"), []);
		assert.deepEqual(textsOf(list, "Key"), ["a&b<c>\"d'", "猫 +%41"]);
	});

	test("returns 100 keys by default and 1,000 at most", async (t) => {
		const keys = Array.from({ length: 101 }, (_, i) => `k${1000 + i}`);
		const { oss } = await startWith(t, ...keys);
		const byDefault = await oss.get("/photos");
		assert.equal(textsOf(byDefault, "Key").length, 100);
		assert.deepEqual(textsOf(byDefault, "NextMarker"), ["k1099"]);
		const most = await oss.get("/photos?max-keys=1000");
		assert.equal(textsOf(most, "Key").length, 101);
		assert.deepEqual(textsOf(most, "IsTruncated"), ["false"]);
	});

	/** The parameters of one page. */
	const ECS: ReadonlyMap<string, string> = new Map([
		["max-keys", "0015-00000402"],
		["prefix", "0015-00000403"],
		["marker", "0015-00000405"],
	]);
	for (const version of ["", "list-type=2&"]) {
		test(`refuses invalid parameters: ${version || "list-type=1"}`, async (t) => {
			const { oss } = await startWithBucket(t);
			const long = "k".repeat(1024);
			for (const [name, value] of [
				["max-keys", "-1"],
				["max-keys", "1001"],
				["max-keys", "x"],
				["max-keys", "1.5"],
				["max-keys", "1e2"],
				["encoding-type", "base64"],
				["prefix", long],
				["delimiter", long],
				[version ? "start-after" : "marker", long],
			] as const) {
				const answer = await oss.get(`/photos?${version}${name}=${value}`);
				const ec = ECS.get(name) ?? "";
				assert.ok(refusal(answer).startsWith(`400 InvalidArgument ${ec}: `));
				assert.deepEqual(textsOf(answer, "ArgumentName"), [name]);
				assert.deepEqual(textsOf(answer, "ArgumentValue"), [value]);
			}
		});
	}

	test("refuses max-keys=0 (A-16)", async (t) => {
		const { oss } = await startWithBucket(t);
		for (const target of [
			"/photos?max-keys=0",
			"/photos?list-type=2&max-keys=0",
		])
			assert.match(refusal(await oss.get(target)), /^400 InvalidArgument/);
	});

	test("of a missing bucket is NoSuchBucket", async (t) => {
		const { oss } = await startWithBucket(t);
		assert.match(
			refusal(await oss.get("/missing")),
			/^404 NoSuchBucket 0015-00000101/,
		);
	});
});

suite("ListObjectsV2", () => {
	test("returns the number of keys, and the owners with fetch-owner", async (t) => {
		const { oss } = await startWith(t, "a/1", "b");
		const list = await oss.get("/photos?list-type=2&delimiter=/");
		const [modified] = textsOf(list, "LastModified");
		assert.equal(
			list.text,
			`<?xml version="1.0" encoding="UTF-8"?>
<ListBucketResult>
  <Name>photos</Name>
  <Prefix></Prefix>
  <MaxKeys>100</MaxKeys>
  <Delimiter>/</Delimiter>
  <IsTruncated>false</IsTruncated>
  <KeyCount>2</KeyCount>
  <Contents>
    <Key>b</Key>
    <LastModified>${modified}</LastModified>
    <ETag>"9DD4E461268C8034F5C8564E155C67A6"</ETag>
    <Type>Normal</Type>
    <Size>1</Size>
    <StorageClass>Standard</StorageClass>
  </Contents>
  <CommonPrefixes>
    <Prefix>a/</Prefix>
  </CommonPrefixes>
</ListBucketResult>
`,
		);
		const owned = await oss.get("/photos?list-type=2&fetch-owner=true");
		assert.deepEqual(textsOf(owned, "ID"), [
			"1000000000000001",
			"1000000000000001",
		]);
	});

	for (const delimiter of ["", "/"]) {
		test(`continues from its own tokens, delimited by '${delimiter}'`, async (t) => {
			const { oss } = await startWith(t, ...TREE, "猫", "é +");
			const all: string[] = [];
			let token = "";
			for (let pages = 0; ; pages++) {
				assert.ok(pages < 20);
				const page = await oss.get(
					`/photos?list-type=2&max-keys=2&delimiter=${delimiter}&continuation-token=${encodeURIComponent(token)}`,
				);
				all.push(...listed(page).flat());
				const [next] = textsOf(page, "NextContinuationToken");
				if (next === undefined) break;
				assert.deepEqual(textsOf(page, "KeyCount"), ["2"]);
				assert.deepEqual(textsOf(page, "IsTruncated"), ["true"]);
				token = next;
			}
			const expected = delimiter ? ["a", "a/", "a0", "b", "c/", "d"] : TREE;
			assert.deepEqual(all.sort(), [...expected, "猫", "é +"].sort());
		});
	}

	test("starts after a key, unless the request has a continuation token", async (t) => {
		const { oss } = await startWith(t, "a", "b", "c", "d");
		const first = await oss.get("/photos?list-type=2&start-after=a&max-keys=1");
		assert.deepEqual(textsOf(first, "Key"), ["b"]);
		assert.deepEqual(textsOf(first, "StartAfter"), ["a"]);
		const [token = ""] = textsOf(first, "NextContinuationToken");
		const second = await oss.get(
			`/photos?list-type=2&start-after=c&continuation-token=${token}`,
		);
		assert.deepEqual(textsOf(second, "Key"), ["c", "d"]);
		assert.deepEqual(textsOf(second, "ContinuationToken"), [token]);
	});

	test("refuses tokens that it did not issue", async (t) => {
		const { oss } = await startWith(t, "a", "b");
		for (const token of ["a", "Cg", "CgJvcw--%%%", "CgJvcw--*", "__proto__"]) {
			const answer = await oss.get(
				`/photos?list-type=2&continuation-token=${encodeURIComponent(token)}`,
			);
			assert.match(refusal(answer), /^400 InvalidArgument/, token);
		}
	});

	test("encodes names with encoding-type=url, including StartAfter", async (t) => {
		const { oss } = await startWith(t, "猫 1", "猫 2");
		const list = await oss.get(
			`/photos?list-type=2&encoding-type=url&start-after=${encodeURIComponent("猫 1")}`,
		);
		assert.deepEqual(textsOf(list, "StartAfter"), ["%E7%8C%AB%201"]);
		assert.deepEqual(textsOf(list, "Key"), ["%E7%8C%AB%202"]);
	});
});
