import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { type Client, refusal, textsOf } from "../../client.ts";
import { startEmulator, startWithBucket } from "../../emulator.ts";
import { getDocument, putDocument } from "../configurations/document.ts";

const TARGET = "/photos?tagging";

type Tags = Readonly<Record<string, string>>;

const tagging = (tags: Tags): string =>
	`<Tagging><TagSet>${Object.entries(tags)
		.map(([key, value]) => tag(key, value))
		.join("")}</TagSet></Tagging>`;

const tag = (key: string, value: string): string =>
	`<Tag><Key>${key}</Key><Value>${value}</Value></Tag>`;

const numbered = (count: number): Tags =>
	Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, "v"]));

suite("A bucket's tags", () => {
	test("are replaced by each PutBucketTags (A-407)", async (t) => {
		const { oss } = await startWithBucket(t);
		await putDocument(oss, TARGET, tagging({ a: "1", b: "2" }));
		await putDocument(oss, TARGET, tagging({ b: "3", c: "4" }));
		assert.equal(await getDocument(oss, TARGET), tagging({ b: "3", c: "4" }));
	});

	test("can be deleted by their keys, one or more at a time", async (t) => {
		const { oss } = await startWithBucket(t);
		await putDocument(oss, TARGET, tagging({ a: "1", b: "2", "c d": "3" }));
		const remove = (keys: string) => oss.delete(`${TARGET}=${keys}`);
		assert.equal((await remove("a,none")).status, 204);
		assert.equal(
			await getDocument(oss, TARGET),
			tagging({ b: "2", "c d": "3" }),
		);
		assert.equal((await remove("b%2Cc%20d")).status, 204);
		assert.equal(await getDocument(oss, TARGET), tagging({}));
	});

	test("can have the maximum number and length", async (t) => {
		const { oss } = await startWithBucket(t);
		await putDocument(oss, TARGET, tagging(numbered(20)));
		const longest = tagging({ ["k".repeat(64)]: "v".repeat(128) });
		await putDocument(oss, TARGET, longest);
		assert.equal(await getDocument(oss, TARGET), longest);
	});

	const KEY = "400 InvalidTag : The TagKey you have provided is invalid.";
	const VALUE = "400 InvalidTag : The TagValue you have provided is invalid.";
	for (const [what, document, refused] of [
		[
			"twenty-one",
			tagging(numbered(21)),
			"400 TooManyTags : The bucket tags num is beyond limit.",
		],
		[
			"two tags with the same key",
			`<Tagging><TagSet>${tag("a", "1")}${tag("a", "2")}</TagSet></Tagging>`,
			"400 RepeatedTags : Tag keys must be unique.",
		],
		["an empty key", tagging({ "": "v" }), KEY],
		["a key of 65 bytes", tagging({ ["k".repeat(65)]: "v" }), KEY],
		[
			"a key of 66 bytes in 22 characters",
			tagging({ ["猫".repeat(22)]: "v" }),
			KEY,
		],
		["a key that begins with http://", tagging({ "http://a": "v" }), KEY],
		["a key that begins with HTTPS://", tagging({ "HTTPS://a": "v" }), KEY],
		["a key that begins with Aliyun", tagging({ "Aliyun:a": "v" }), KEY],
		[
			"a key that is reserved for the system",
			tagging({ "acs:a": "v" }),
			"400 InvalidTag 0010-00000002: The TagKey you have provided is invalid.",
		],
		["a value of 129 bytes", tagging({ a: "v".repeat(129) }), VALUE],
	] as const)
		test(`are refused: ${what}`, async (t) => {
			const { oss } = await startWithBucket(t);
			assert.equal(refusal(await oss.put(TARGET, document)), refused);
			assert.equal(await getDocument(oss, TARGET), tagging({}));
		});
});

suite("ListBuckets by tag", () => {
	/** Makes three buckets: `apes` with a=1, `photos` with a=2 and b=1, `zebras` without tags. */
	async function makeBuckets(oss: Client): Promise<void> {
		for (const name of ["apes", "photos", "zebras"]) await oss.put(`/${name}`);
		await putDocument(oss, "/apes?tagging", tagging({ a: "1" }));
		await putDocument(oss, TARGET, tagging({ a: "2", b: "1" }));
	}

	for (const [query, names] of [
		["tag-key=a", ["apes", "photos"]],
		["tag-key=a&tag-value=2", ["photos"]],
		["tag-key=c", []],
		["tag-key=a&prefix=p", ["photos"]],
		["tagging=%22a%22:%221%22", ["apes"]],
		["tagging=%22a%22:%222%22,%22b%22:%221%22", ["photos"]],
		["tagging=%22a%22:%221%22,%22b%22:%221%22", []],
		["tagging=a:1", ["apes"]],
		["tagging=a:2,b:1", ["photos"]],
	] as const)
		test(`returns for ${query}: ${names.join(", ") || "no bucket"}`, async (t) => {
			const { oss } = await startEmulator(t);
			await makeBuckets(oss);
			const list = await oss.get(`/?${query}`);
			assert.equal(list.status, 200, list.text);
			assert.deepEqual(textsOf(list, "Name"), names);
		});

	test("fills its pages with matching buckets", async (t) => {
		const { oss } = await startEmulator(t);
		await makeBuckets(oss);
		const first = await oss.get("/?tag-key=a&max-keys=1");
		assert.deepEqual(textsOf(first, "Name"), ["apes"]);
		assert.deepEqual(textsOf(first, "NextMarker"), ["apes"]);
		const second = await oss.get("/?tag-key=a&max-keys=1&marker=apes");
		assert.deepEqual(textsOf(second, "Name"), ["photos"]);
		assert.deepEqual(textsOf(second, "IsTruncated"), ["false"]);
	});

	test("returns the tags that `tagging` requests", async (t) => {
		const { oss } = await startEmulator(t);
		await makeBuckets(oss);
		const list = await oss.get("/?tagging=%22a%22:%222%22");
		assert.deepEqual(textsOf(list, "Key"), ["a", "b"]);
		assert.deepEqual(textsOf(list, "Value"), ["2", "1"]);
		assert.deepEqual(textsOf(await oss.get("/?tag-key=a"), "Key"), []);
	});

	for (const query of ["tag-value=1", "tagging=a", "tagging=%22a%22:%221"])
		test(`refuses ${query} (A-422)`, async (t) => {
			const { oss } = await startEmulator(t);
			assert.match(
				refusal(await oss.get(`/?${query}`)),
				/^400 InvalidArgument /,
			);
		});
});
