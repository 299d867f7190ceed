import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { type Answer, type Client, refusal, textsOf } from "../../client.ts";
import { startWithBucket } from "../../emulator.ts";
import { getDocument, putDocument } from "../configurations/document.ts";

const configuration = (content: string): string =>
	`<VersioningConfiguration>${content}</VersioningConfiguration>`;

const version = (oss: Client, status = "Enabled"): Promise<void> =>
	putDocument(
		oss,
		"/photos?versioning",
		configuration(`<Status>${status}</Status>`),
	);

suite("A bucket's versioning", () => {
	test("is an empty document at first, and then the document that was put", async (t) => {
		const { oss } = await startWithBucket(t);
		assert.equal(
			await getDocument(oss, "/photos?versioning"),
			configuration(""),
		);
		for (const status of ["Enabled", "Suspended", "Enabled"]) {
			await version(oss, status);
			assert.equal(
				await getDocument(oss, "/photos?versioning"),
				configuration(`<Status>${status}</Status>`),
			);
			const info = await oss.get("/photos?bucketInfo");
			assert.deepEqual(textsOf(info, "Versioning"), [status]);
		}
	});

	for (const content of ["", "<Status></Status>", "<Status>Disabled</Status>"])
		test(`is malformed: '${content}' (A-420)`, async (t) => {
			const { oss } = await startWithBucket(t);
			assert.match(
				refusal(await oss.put("/photos?versioning", configuration(content))),
				/^400 MalformedXML /,
			);
		});

	test("creates a version for every upload", async (t) => {
		const { oss } = await startWithBucket(t);
		await version(oss);
		const put = await oss.put("/photos/cat", "meow");
		const id = put.headers["x-oss-version-id"] ?? "";
		await oss.put("/photos/cat", "purr");
		const old = await oss.get(`/photos/cat?versionId=${id}`);
		assert.equal(old.text, "meow");
	});
});

/** Makes two versions and a delete marker of `cat`, and one version each of `dir/a` and `dir/b`. */
async function fill(oss: Client): Promise<void> {
	await version(oss);
	for (const text of ["meow", "purr"]) await oss.put("/photos/cat", text);
	await oss.delete("/photos/cat");
	for (const key of ["dir/a", "dir/b"]) await oss.put(`/photos/${key}`, "x");
}

/** `Version cat true`, in the order of the document. */
const listed = ({ text }: Answer): string[] =>
	Array.from(
		text.matchAll(
			/<(Version|DeleteMarker)>\s*<Key>([^<]*)<\/Key>.*?<IsLatest>([^<]*)</gs,
		),
		([, ...parts]) => parts.join(" "),
	);

suite("ListObjectVersions", () => {
	test("returns versions and delete markers, newest first within a key", async (t) => {
		const { oss } = await startWithBucket(t);
		await fill(oss);
		const list = await oss.get("/photos?versions");
		assert.deepEqual(listed(list), [
			"DeleteMarker cat true",
			"Version cat false",
			"Version cat false",
			"Version dir/a true",
			"Version dir/b true",
		]);
		assert.deepEqual(textsOf(list, "Size"), ["4", "4", "1", "1"]);
		assert.equal(new Set(textsOf(list, "VersionId")).size, 5);
		assert.equal(textsOf(list, "DisplayName").length, 5);
		assert.deepEqual(textsOf(list, "MaxKeys"), ["100"]);
		assert.deepEqual(textsOf(list, "NextKeyMarker"), []);
	});

	test("returns the version id null for buckets without versioning", async (t) => {
		const { oss } = await startWithBucket(t);
		await oss.put("/photos/cat", "meow");
		const list = await oss.get("/photos?versions");
		assert.deepEqual(listed(list), ["Version cat true"]);
		assert.deepEqual(textsOf(list, "VersionId"), ["null"]);
	});

	for (const size of [1, 2, 3])
		test(`continues after the markers, ${size} at a time`, async (t) => {
			const { oss } = await startWithBucket(t);
			await fill(oss);
			const all = listed(await oss.get("/photos?versions"));
			const found: string[] = [];
			let markers = "";
			for (let page = 0; page < 6; page++) {
				const list = await oss.get(
					`/photos?versions&max-keys=${size}${markers}`,
				);
				found.push(...listed(list));
				if (textsOf(list, "IsTruncated")[0] === "false") break;
				const [key] = textsOf(list, "NextKeyMarker");
				const [id] = textsOf(list, "NextVersionIdMarker");
				markers = `&key-marker=${key}&version-id-marker=${id}`;
			}
			assert.deepEqual(found, all);
		});

	test("returns folders as common prefixes", async (t) => {
		const { oss } = await startWithBucket(t);
		await fill(oss);
		const list = await oss.get("/photos?versions&delimiter=/&max-keys=4");
		assert.equal(listed(list).length, 3);
		assert.deepEqual(textsOf(list, "Prefix"), ["", "dir/"]);
		const folder = await oss.get("/photos?versions&prefix=dir/");
		assert.deepEqual(listed(folder), [
			"Version dir/a true",
			"Version dir/b true",
		]);
	});

	test("continues after a common prefix", async (t) => {
		const { oss } = await startWithBucket(t);
		await fill(oss);
		await oss.put("/photos/eel", "x");
		const first = await oss.get("/photos?versions&delimiter=/&max-keys=4");
		assert.deepEqual(textsOf(first, "NextKeyMarker"), ["dir/"]);
		assert.deepEqual(textsOf(first, "NextVersionIdMarker"), [""]);
		const second = await oss.get(
			"/photos?versions&delimiter=/&key-marker=dir/&version-id-marker=",
		);
		assert.deepEqual(listed(second), ["Version eel true"]);
	});

	test("encodes keys if requested", async (t) => {
		const { oss } = await startWithBucket(t);
		await oss.put("/photos/a%01b", "x");
		const list = await oss.get("/photos?versions&encoding-type=url");
		assert.deepEqual(textsOf(list, "Key"), ["a%01b"]);
		assert.deepEqual(textsOf(list, "EncodingType"), ["url"]);
	});

	for (const [query, ec] of [
		["max-keys=1001", "0012-00000102"],
		["max-keys=-1", "0012-00000102"],
		[`prefix=${"p".repeat(1024)}`, "0012-00000103"],
		["version-id-marker=null", ""],
		["encoding-type=base64", ""],
	] as const)
		test(`refuses ${query.slice(0, 30)}`, async (t) => {
			const { oss } = await startWithBucket(t);
			const answer = await oss.get(`/photos?versions&${query}`);
			assert.ok(refusal(answer).startsWith(`400 InvalidArgument ${ec}: `));
		});
});
