import assert from "node:assert/strict";
import { once } from "node:events";
import { Readable } from "node:stream";
import { test } from "node:test";
import {
	assertBytes,
	BUCKET,
	blobFiles,
	bytes,
	chunked,
	drain,
	isOssError,
	md5,
	md5Base64,
	NOW,
	newObject,
	put,
	read,
	suiteOverBoth,
} from "./stores.ts";

/** Content up to this size is in its row, larger content in a blob. */
const INLINE_BYTES_MAX = 65_536;

const SIZES = [
	0,
	1,
	INLINE_BYTES_MAX - 1,
	INLINE_BYTES_MAX,
	INLINE_BYTES_MAX + 1,
	1_000_000,
];

suiteOverBoth("Objects", (open) => {
	for (const size of SIZES) {
		test(`an object of ${size} bytes is returned completely, with its digests`, async (t) => {
			const opened = await open(t);
			const { store } = opened;
			const content = bytes(size);

			const stored = await put(store, "a", content);

			assert.equal(stored.size, size);
			assert.equal(stored.etag, md5(content));
			assert.equal(stored.contentMd5, md5Base64(content));
			assertBytes(await read(store, "a"), content);
			if (opened.folder)
				assert.equal(
					(await blobFiles(opened)).length,
					size > INLINE_BYTES_MAX ? 1 : 0,
				);
		});
	}

	test("an object's metadata can be read again", async (t) => {
		const { store } = await open(t);
		const properties = {
			contentType: "image/png",
			headers: { "Cache-Control": "no-cache" },
			userMetadata: { author: "猫" },
			tags: { a: "b" },
			encryption: { "x-oss-server-side-encryption": "AES256" },
		};

		const stored = await put(store, "a", "meow", {
			properties,
			acl: "public-read",
			storageClass: "IA",
		});

		assert.deepEqual(await store.objects.find(BUCKET, "a"), stored);
		assert.partialDeepStrictEqual(stored, {
			bucket: BUCKET,
			key: "a",
			versionId: "null",
			isLatest: true,
			type: "Normal",
			size: 4,
			modified: NOW,
			storageClass: "IA",
			acl: "public-read",
			properties,
		});
	});

	test("the CRC-64 of «123456789» is the published one, and that of an empty object is 0", async (t) => {
		const { store } = await open(t);

		assert.equal(
			(await put(store, "a", "123456789")).crc64,
			"11051210869376104954",
		);
		assert.equal((await put(store, "b", "")).crc64, "0");
	});

	for (const [first, second] of [
		[10, 20],
		[10, 100_000],
		[100_000, 10],
		[100_000, 200_000],
	] as const) {
		test(`${second} bytes replace ${first}`, async (t) => {
			const opened = await open(t);
			await put(opened.store, "a", bytes(first, 1));

			await put(opened.store, "a", bytes(second, 2));

			assertBytes(await read(opened.store, "a"), bytes(second, 2));
			if (opened.folder)
				assert.equal(
					(await blobFiles(opened)).length,
					second > INLINE_BYTES_MAX ? 1 : 0,
				);
		});
	}

	test("a deleted object is removed with its blob; deleting it again is not an error", async (t) => {
		const opened = await open(t);
		const { store } = opened;
		await put(store, "a", bytes(100_000));

		const deleted = await store.objects.delete(BUCKET, "a", undefined, NOW);
		await store.objects.delete(BUCKET, "a", undefined, NOW);

		assert.deepEqual(deleted, { versionId: "", deleteMarker: false });
		assert.equal(await read(store, "a"), undefined);
		assert.deepEqual(await blobFiles(opened), []);
	});

	test("any legal key can be used, and similar keys are different objects", async (t) => {
		const { store } = await open(t);
		const keys = [
			"a",
			"a/",
			"a//",
			"a//b",
			"a/b",
			"A",
			"..",
			"../..",
			".",
			"a\0",
			"a\0b",
			"\n",
			"%2F",
			"a+b",
			"é",
			"e\u0301",
			"猫",
			"\u{1F600}",
			"\uFFFF",
			"k".repeat(1023),
		];

		for (const key of keys) await put(store, key, `content of ${key}`);

		for (const key of keys)
			assertBytes(await read(store, key), `content of ${key}`);
		const page = await store.objects.list(BUCKET, {
			prefix: "",
			delimiter: "",
			after: "",
			max: 1000,
		});
		assert.deepEqual(
			page.entries.map(({ key }) => key),
			keys.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
		);
	});

	test("forbidOverwrite accepts one of two simultaneous uploads, and the other stores no bytes", async (t) => {
		const opened = await open(t);
		const contents = [bytes(200_000, 1), bytes(300_000, 2)];

		const results = await Promise.allSettled(
			contents.map((content) =>
				put(opened.store, "a", content, { forbidOverwrite: true }),
			),
		);

		const won = results.findIndex(({ status }) => status === "fulfilled");
		const lost = results[1 - won];
		assert.ok(lost?.status === "rejected");
		isOssError("FileAlreadyExists", { status: 409 })(lost.reason);
		assertBytes(
			await read(opened.store, "a"),
			contents[won] ?? assert.fail("neither upload was stored"),
		);
		if (opened.folder) assert.equal((await blobFiles(opened)).length, 1);
	});

	test("an upload whose bucket is deleted meanwhile stores no bytes", async (t) => {
		const opened = await open(t);
		const { store } = opened;
		async function* body(): AsyncGenerator<Buffer> {
			yield bytes(100_000);
			await store.buckets.delete(BUCKET);
			yield bytes(100_000);
		}

		await assert.rejects(
			store.objects.put(newObject("a"), body()),
			isOssError("NoSuchBucket"),
		);

		assert.deepEqual(await blobFiles(opened), []);
	});

	test("a client that is reading receives all old bytes although they are overwritten; then the blob is removed", async (t) => {
		const opened = await open(t);
		const { store } = opened;
		await put(store, "a", bytes(3_000_000, 1));
		const found = await store.objects.open(BUCKET, "a");
		const stream = found?.content.read();
		assert.ok(stream instanceof Readable);
		const [start] = await once(
			stream.once("data", () => stream.pause()),
			"data",
		);

		await put(store, "a", bytes(100_000, 2));
		const during = await blobFiles(opened);
		const rest = await drain(stream);

		assertBytes(Buffer.concat([start, rest]), bytes(3_000_000, 1));
		assertBytes(await read(store, "a"), bytes(100_000, 2));
		if (opened.folder)
			assert.deepEqual(
				[during.length, (await blobFiles(opened)).length],
				[2, 1],
			);
	});

	for (const [how, end] of [
		["that is aborted", (stream: Readable) => stream.destroy()],
		["that was not started", (stream: Readable) => stream.destroy()],
		[
			"that fails",
			(stream: Readable) => stream.destroy(new Error("connection reset")),
		],
	] as const) {
		test(`a read ${how} releases the blob`, async (t) => {
			const opened = await open(t);
			const { store } = opened;
			await put(store, "a", bytes(3_000_000));
			const found = await store.objects.open(BUCKET, "a");
			const stream = found?.content.read();
			assert.ok(stream instanceof Readable);
			if (how !== "that was not started") await once(stream, "readable");
			const closed = new Promise((settle) => stream.once("close", settle));
			stream.once("error", () => {});

			await store.objects.delete(BUCKET, "a", undefined, NOW);
			end(stream);
			await closed;

			assert.deepEqual(await blobFiles(opened), []);
		});
	}

	test("content that is opened and released unread releases the blob", async (t) => {
		const opened = await open(t);
		await put(opened.store, "a", bytes(100_000));
		const found = await opened.store.objects.open(BUCKET, "a");
		await opened.store.objects.delete(BUCKET, "a", undefined, NOW);

		found?.content.release();
		found?.content.release();

		assert.deepEqual(await blobFiles(opened), []);
	});

	test("every range of a small and of a large object equals the slice of a buffer", async (t) => {
		const { store } = await open(t);
		for (const size of [10, 200_000]) {
			const content = bytes(size);
			await put(store, "a", content);
			for (const [first, last] of [
				[0, 0],
				[0, size - 1],
				[size - 1, size - 1],
				[3, 7],
				[size - 5, size - 2],
			] as const) {
				assertBytes(
					await read(store, "a", { first, last }),
					content.subarray(first, last + 1),
				);
			}
		}
	});

	for (const size of [10, 200_000]) {
		test(`a copy of ${size} bytes shares the content and remains when the source is deleted`, async (t) => {
			const opened = await open(t);
			const { store } = opened;
			const source = await put(store, "a", bytes(size));

			const copy = await store.objects.copy(
				source,
				newObject("b", { acl: "private" }),
			);
			const files = (await blobFiles(opened)).length;
			await store.objects.delete(BUCKET, "a", undefined, NOW);

			assert.deepEqual(copy, { ...source, key: "b", acl: "private" });
			assertBytes(await read(store, "b"), bytes(size));
			if (opened.folder) assert.equal(files, size > INLINE_BYTES_MAX ? 1 : 0);
			await store.objects.delete(BUCKET, "b", undefined, NOW);
			assert.deepEqual(await blobFiles(opened), []);
		});

		test(`a copy of ${size} bytes to itself preserves the content and changes the properties`, async (t) => {
			const { store } = await open(t);
			const source = await put(store, "a", bytes(size));
			const properties = { ...source.properties, contentType: "image/png" };

			await store.objects.copy(source, newObject("a", { properties }));

			const found = await store.objects.find(BUCKET, "a");
			assert.deepEqual(found, { ...source, properties });
			assertBytes(await read(store, "a"), bytes(size));
		});
	}

	test("a copy of a deleted object is NoSuchKey", async (t) => {
		const { store } = await open(t);
		const source = await put(store, "a", "meow");
		await store.objects.delete(BUCKET, "a", undefined, NOW);

		await assert.rejects(
			store.objects.copy(source, newObject("b")),
			isOssError("NoSuchKey", { details: { Key: "a" } }),
		);
	});

	test("change sets new properties and preserves the content", async (t) => {
		const { store } = await open(t);
		for (const size of [10, 100_000]) {
			const stored = await put(store, "a", bytes(size));

			const changed = await store.objects.change(
				BUCKET,
				"a",
				undefined,
				({ properties }) => ({
					acl: "public-read",
					properties: { ...properties, tags: { a: "b" } },
				}),
			);

			assert.deepEqual(changed, {
				...stored,
				acl: "public-read",
				properties: { ...stored.properties, tags: { a: "b" } },
			});
			assert.deepEqual(await store.objects.find(BUCKET, "a"), changed);
			assertBytes(await read(store, "a"), bytes(size));
		}
		await assert.rejects(
			store.objects.change(BUCKET, "nothing", undefined, () => ({})),
			isOssError("NoSuchKey"),
		);
	});

	test("a symlink is stored with its target and without bytes", async (t) => {
		const { store } = await open(t);
		const { properties } = newObject("link");

		const link = await store.objects.putSymlink(
			newObject("link", { properties: { ...properties, symlinkTarget: "a" } }),
			"0123",
		);

		assert.equal(link.type, "Symlink");
		assert.equal(link.etag, "0123");
		assert.deepEqual(await store.objects.find(BUCKET, "link"), link);
		assert.equal(link.properties.symlinkTarget, "a");
		assertBytes(await read(store, "link"), "");
	});

	test("a body in many small chunks is stored like one in a single chunk", async (t) => {
		const { store } = await open(t);
		const content = bytes(300_000);
		async function* crumbs(): AsyncGenerator<Buffer> {
			for (let at = 0; at < content.length; at += 777)
				yield content.subarray(at, at + 777);
		}

		const stored = await store.objects.put(newObject("a"), crumbs());
		const same = await store.objects.put(newObject("b"), chunked(content));

		assert.equal(stored.etag, md5(content));
		assert.equal(stored.crc64, same.crc64);
		assertBytes(await read(store, "a"), content);
	});
});
