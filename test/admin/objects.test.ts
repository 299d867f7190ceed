import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { readConfig } from "../../emulator/config/config.ts";
import { start } from "../../emulator/start/start.ts";
import { openAdmin, startWithAdmin } from "./admin.ts";

const AWKWARD_KEYS = [
	"a b+c&d=e?f#g%41%",
	'<script>alert("x")</script>',
	"line\r\nbreak\u0000\u001b[31m",
	"../../etc/passwd",
	"a//b/",
	"猫/🐈",
	"'\"`$HOME",
];

suite("Objects in the admin API", () => {
	test("are listed in folders, page by page", async (t) => {
		const { oss, admin } = await startWithAdmin(t);
		for (const key of ["a/1", "a/2", "b", "c/1", "d"])
			await oss.put(`/photos/${key}`, "meow");
		const list = async (marker: string): Promise<unknown[]> => {
			const query = new URLSearchParams({ delimiter: "/", limit: "2", marker });
			const { json } = await admin.get(`/api/buckets/photos/objects?${query}`);
			const keys = json.objects.map(({ key }: { key: string }) => key);
			return [keys, json.prefixes, json.isTruncated, json.nextMarker];
		};

		assert.deepEqual(await list(""), [["b"], ["a/"], true, "b"]);
		assert.deepEqual(await list("b"), [["d"], ["c/"], false, ""]);
	});

	test("are counted as GetBucketStat counts them", async (t) => {
		const { oss, admin } = await startWithAdmin(t);
		await oss.put("/photos/a", "meow");
		await oss.put("/photos/b", "wuff!");

		const { json } = await admin.get("/api/buckets/photos/stat");

		assert.deepEqual(json, {
			...{ objects: 2, bytes: 9, deleteMarkers: 0, uploads: 0 },
		});
		assert.equal((await admin.get("/api/buckets/missing/stat")).status, 404);
	});

	test("have their stored properties", async (t) => {
		const { oss, admin } = await startWithAdmin(t);
		const put = await oss.put("/photos/cat.txt", "meow", {
			"content-type": "text/plain",
			"cache-control": "no-cache",
			"x-oss-meta-mood": "grumpy",
			"x-oss-tagging": "colour=black",
		});

		const { json } = await admin.get("/api/buckets/photos/object?key=cat.txt");

		const [object] = json.versions;
		assert.equal(json.versions.length, 1);
		assert.equal(`"${object.etag}"`, put.headers.etag);
		assert.equal(object.crc64, put.headers["x-oss-hash-crc64ecma"]);
		assert.equal(object.size, 4);
		assert.equal(object.type, "Normal");
		assert.equal(object.contentType, "text/plain");
		assert.deepEqual(object.headers, { "Cache-Control": "no-cache" });
		assert.deepEqual(object.userMetadata, { mood: "grumpy" });
		assert.deepEqual(object.tags, { colour: "black" });
	});

	for (const key of AWKWARD_KEYS)
		test(`can have the key ${JSON.stringify(key)}`, async (t) => {
			const { oss, admin } = await startWithAdmin(t);
			const put = await oss.put(`/photos/${encodeURIComponent(key)}`, "meow");
			assert.equal(put.status, 200);
			const query = new URLSearchParams({ key });

			const listed = await admin.get("/api/buckets/photos/objects");
			const known = await admin.get(`/api/buckets/photos/object?${query}`);
			const content = await admin.get(`/api/buckets/photos/content?${query}`);

			assert.equal(listed.json.objects[0].key, key);
			assert.equal(known.json.versions[0].key, key);
			assert.equal(content.text, "meow");
			const name = encodeURIComponent(key.split("/").at(-1) || "object");
			const disposition = content.headers.get("content-disposition") ?? "";
			assert.equal(
				decodeURIComponent(disposition.split("''")[1] ?? ""),
				decodeURIComponent(name),
			);
		});

	test("are listed with all versions and delete markers, page by page", async (t) => {
		const { oss, admin } = await startWithAdmin(t);
		await admin.put("/api/buckets/photos", { versioning: "Enabled" });
		for (const text of ["one", "two", "three"])
			await oss.put("/photos/cats/tom.txt", text);
		await oss.delete("/photos/cats/tom.txt");
		await oss.put("/photos/dogs/rex.txt", "wuff");
		const path = "/api/buckets/photos/versions";
		const seen: unknown[] = [];

		let marker = "";
		let versionMarker = "";
		do {
			const query = new URLSearchParams({ limit: "2", marker, versionMarker });
			const { json } = await admin.get(`${path}?${query}`);
			for (const { key, type, isLatest } of json.versions)
				seen.push([key, type, isLatest]);
			({ nextMarker: marker, nextVersionMarker: versionMarker } = json);
		} while (marker !== "");
		const folders = await admin.get(`${path}?delimiter=/`);

		assert.deepEqual(seen, [
			["cats/tom.txt", "DeleteMarker", true],
			["cats/tom.txt", "Normal", false],
			["cats/tom.txt", "Normal", false],
			["cats/tom.txt", "Normal", false],
			["dogs/rex.txt", "Normal", true],
		]);
		assert.deepEqual(folders.json.prefixes, ["cats/", "dogs/"]);
	});

	test("are returned with all versions and delete markers, the latest first", async (t) => {
		const config = readConfig(
			["--memory", "--port", "0", "--admin-port", "0"],
			{},
		);
		const { emulator, adminUrl, close } = await start(config);
		t.after(close);
		const { buckets, objects } = emulator.store;
		const now = new Date();
		await buckets.create({
			...{ name: "photos", owner: "1", created: now, acl: "private" },
			...{ storageClass: "Standard", redundancy: "LRS", location: "oss-x" },
		});
		await buckets.change("photos", { versioning: "Enabled" });
		const put = (key: string, content: string) =>
			objects.put(
				{
					...{ bucket: "photos", key, acl: "default", modified: now },
					forbidOverwrite: false,
					properties: {
						...{ contentType: "", headers: {}, userMetadata: {}, tags: {} },
					},
				},
				(async function* () {
					yield Buffer.from(content);
				})(),
			);
		const first = await put("cat", "one");
		await put("cat", "two");
		await put("cat.jpg", "another key with the same prefix");
		await objects.delete("photos", "cat", undefined, now);
		const admin = await openAdmin(adminUrl);

		const { json } = await admin.get("/api/buckets/photos/object?key=cat");
		const query = `key=cat&versionId=${first.versionId}`;
		const old = await admin.get(`/api/buckets/photos/content?${query}`);
		const current = await admin.get("/api/buckets/photos/content?key=cat");

		assert.deepEqual(
			json.versions.map((version: Record<string, unknown>) => [
				version.type,
				version.size,
				version.isLatest,
			]),
			[
				["DeleteMarker", 0, true],
				["Normal", 3, false],
				["Normal", 3, false],
			],
		);
		assert.equal(old.text, "one");
		assert.equal(current.status, 404);
	});

	test("that do not exist return 404 and one line", async (t) => {
		const { admin } = await startWithAdmin(t);

		for (const path of [
			"/api/buckets/photos/object?key=nothing",
			"/api/buckets/photos/content?key=nothing",
			"/api/buckets/missing/object?key=nothing",
			"/api/buckets/missing/content?key=nothing",
			"/api/buckets/missing/objects",
		]) {
			const { status, json, text } = await admin.get(path);
			assert.equal(status, 404);
			assert.match(json.error, /^NoSuch(Key|Bucket)$/);
			assert.ok(!text.includes("\n"));
		}
	});
});

suite("An object's content in the admin API", () => {
	test("cannot run scripts in a browser, whatever its type", async (t) => {
		const { oss, admin } = await startWithAdmin(t);
		await oss.put("/photos/evil.html", "<script>alert(1)</script>", {
			"content-type": "text/html",
		});

		const { headers } = await admin.get(
			"/api/buckets/photos/content?key=evil.html",
		);

		assert.equal(headers.get("content-type"), "text/html");
		assert.match(headers.get("content-security-policy") ?? "", /\bsandbox;/);
		assert.match(
			headers.get("content-security-policy") ?? "",
			/default-src 'none'/,
		);
		assert.equal(headers.get("x-content-type-options"), "nosniff");
		assert.match(headers.get("content-disposition") ?? "", /^inline;/);
	});

	test("is a download if the request asks for one", async (t) => {
		const { oss, admin } = await startWithAdmin(t);
		await oss.put("/photos/a/cat.txt", "meow");

		const { headers } = await admin.get(
			"/api/buckets/photos/content?key=a/cat.txt&download=true",
		);

		assert.equal(
			headers.get("content-disposition"),
			"attachment; filename*=UTF-8''cat.txt",
		);
	});

	test("can be read in ranges, and is returned completely if a range is not satisfiable", async (t) => {
		const { oss, admin } = await startWithAdmin(t);
		await oss.put("/photos/cat.txt", "0123456789");
		const get = async (Range: string): Promise<unknown[]> => {
			const { status, text, headers } = await admin.get(
				"/api/buckets/photos/content?key=cat.txt",
				{ headers: { Range } },
			);
			return [status, text, headers.get("content-range")];
		};

		assert.deepEqual(await get("bytes=2-4"), [206, "234", "bytes 2-4/10"]);
		assert.deepEqual(await get("bytes=7-"), [206, "789", "bytes 7-9/10"]);
		assert.deepEqual(await get("bytes=20-"), [200, "0123456789", null]);
		assert.deepEqual(await get("bytes=-0"), [200, "0123456789", null]);
	});

	test("is streamed completely if it is large", async (t) => {
		const { oss, admin } = await startWithAdmin(t);
		const bytes = Buffer.alloc(3 * 1024 * 1024, "0123456789");
		await oss.put("/photos/large", bytes);

		const { text } = await admin.get("/api/buckets/photos/content?key=large");

		assert.ok(Buffer.from(text).equals(bytes));
	});
});
