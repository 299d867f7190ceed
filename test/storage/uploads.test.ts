import assert from "node:assert/strict";
import { once } from "node:events";
import { Readable } from "node:stream";
import { test } from "node:test";
import {
	joinParts,
	PART_BYTES_MIN,
} from "../../emulator/operations/multipart/completion.ts";
import type { Store } from "../../emulator/storage/store.ts";
import type {
	NewObject,
	StoredPart,
	StoredUpload,
} from "../../emulator/storage/types.ts";
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

const PART = 150_000;
const LATER = new Date("2025-01-01T00:00:00Z");

suiteOverBoth("A multipart upload", (open) => {
	test("creates one object from its parts, which are not copied", async (t) => {
		const opened = await open(t);
		const { store } = opened;
		const contents = [bytes(PART, 1), bytes(PART, 2), bytes(10, 3)];
		const { upload, parts } = await uploadParts(store, "a", contents);
		const files = await blobFiles(opened);

		const object = await store.uploads.complete(
			upload,
			joinParts(parts),
			LATER,
			false,
		);

		const whole = Buffer.concat(contents);
		const alone = await put(store, "b", whole);
		assert.equal(object.type, "Multipart");
		assert.equal(object.size, whole.length);
		assert.equal(object.crc64, alone.crc64);
		assert.equal(
			object.etag,
			`${md5(contents.map((content) => md5(content)).join(""))}-3`,
		);
		assert.equal(object.contentMd5, "");
		assert.deepEqual(object.modified, LATER);
		assert.deepEqual(await store.objects.find(BUCKET, "a"), object);
		assertBytes(await read(store, "a"), whole);
		for (const [first, last] of [
			[0, 9],
			[PART - 5, PART + 5],
			[PART + 1, 2 * PART + 8],
			[2 * PART, 2 * PART + 9],
			[10, 2 * PART + 5],
		] as const) {
			assertBytes(
				await read(store, "a", { first, last }),
				whole.subarray(first, last + 1),
			);
		}
		await store.objects.delete(BUCKET, "b", undefined, NOW);
		assert.deepEqual(await blobFiles(opened), files);
		await store.objects.delete(BUCKET, "a", undefined, NOW);
		assert.deepEqual(await blobFiles(opened), []);
	});

	test("with one small part stores the object in the row", async (t) => {
		const opened = await open(t);
		const { store } = opened;
		const { upload, parts } = await uploadParts(store, "a", [bytes(10)]);

		const object = await store.uploads.complete(
			upload,
			joinParts(parts),
			NOW,
			false,
		);

		assert.equal(object.etag, `${md5(md5(bytes(10)))}-1`);
		assertBytes(await read(store, "a"), bytes(10));
		assert.deepEqual(await blobFiles(opened), []);
	});

	test("is removed when it is completed, with the parts that are not listed", async (t) => {
		const opened = await open(t);
		const { store } = opened;
		const contents = [bytes(PART, 1), bytes(PART, 2), bytes(PART, 3)];
		const { upload, parts } = await uploadParts(store, "a", contents);

		await store.uploads.complete(
			upload,
			joinParts(parts.filter(({ number }) => number !== 2)),
			NOW,
			false,
		);

		assertBytes(
			await read(store, "a"),
			Buffer.concat([bytes(PART, 1), bytes(PART, 3)]),
		);
		if (opened.folder) assert.equal((await blobFiles(opened)).length, 2);
		assert.equal(await store.uploads.find(BUCKET, "a", upload.id), undefined);
		await assert.rejects(
			store.uploads.complete(upload, joinParts(parts), NOW, false),
			isOssError("NoSuchUpload", {
				status: 404,
				details: { UploadId: upload.id },
			}),
		);
		await assert.rejects(
			store.uploads.putPart(upload, 1, NOW, chunked(bytes(PART))),
			isOssError("NoSuchUpload"),
		);
		if (opened.folder) assert.equal((await blobFiles(opened)).length, 2);
	});

	test("uses all parts, in order, if none are listed", async (t) => {
		const { store } = await open(t);
		const upload = await store.uploads.initiate(newObject("a"), false);
		for (const number of [7, 2, 5])
			await putPart(store, upload, number, bytes(PART, number));

		await store.uploads.complete(upload, joinParts(null), NOW, false);

		assertBytes(
			await read(store, "a"),
			Buffer.concat([2, 5, 7].map((seed) => bytes(PART, seed))),
		);
	});

	test("replaces a part that is sent again, and removes its blob", async (t) => {
		const opened = await open(t);
		const { store } = opened;
		const upload = await store.uploads.initiate(newObject("a"), false);
		await putPart(store, upload, 1, bytes(PART, 1));

		const part = await putPart(store, upload, 1, bytes(PART, 2));

		if (opened.folder) assert.equal((await blobFiles(opened)).length, 1);
		const { contentMd5, ...stored } = part;
		assert.equal(contentMd5, md5Base64(bytes(PART, 2)));
		assert.deepEqual(await store.uploads.parts(upload), [stored]);
		await store.uploads.complete(upload, joinParts([part]), NOW, false);
		assertBytes(await read(store, "a"), bytes(PART, 2));
	});

	test("that is aborted is removed with its files", async (t) => {
		const opened = await open(t);
		const { store } = opened;
		const { upload } = await uploadParts(store, "a", [bytes(PART), bytes(10)]);

		await store.uploads.abort(BUCKET, "a", upload.id);

		assert.deepEqual(await blobFiles(opened), []);
		await assert.rejects(
			store.uploads.abort(BUCKET, "a", upload.id),
			isOssError("NoSuchUpload"),
		);
	});

	test("can only be used with its key", async (t) => {
		const { store } = await open(t);
		const { upload } = await uploadParts(store, "a", [bytes(10)]);

		assert.deepEqual(await store.uploads.find(BUCKET, "a", upload.id), upload);
		assert.equal(await store.uploads.find(BUCKET, "b", upload.id), undefined);
	});

	test("returns the metadata of its initiation, which becomes the object's", async (t) => {
		const { store } = await open(t);
		const { properties } = newObject("a");
		const given: NewObject = newObject("a", {
			acl: "public-read",
			storageClass: "IA",
			properties: { ...properties, userMetadata: { a: "b" } },
			state: { legalHold: "ON" },
		});

		const upload = await store.uploads.initiate(given, false);
		await putPart(store, upload, 1, bytes(10));
		const object = await store.uploads.complete(
			upload,
			joinParts(null),
			LATER,
			false,
		);

		assert.match(upload.id, /^[0-9A-F]{32}$/);
		assert.deepEqual(upload, {
			id: upload.id,
			bucket: BUCKET,
			key: "a",
			initiated: NOW,
			storageClass: "IA",
			acl: "public-read",
			sequential: false,
			properties: given.properties,
			state: { legalHold: "ON" },
		});
		assert.deepEqual(object.state, { legalHold: "ON" });
		assert.equal(object.acl, "public-read");
		assert.equal(object.storageClass, "IA");
		assert.deepEqual(object.properties, given.properties);
	});

	const part = (number: number, content: Buffer) => ({
		number,
		etag: md5(content),
	});
	const [one, two, small] = [bytes(PART, 1), bytes(PART, 2), bytes(10, 3)];
	for (const [what, named, code] of [
		["an unknown part", [part(1, one), part(9, two)], "InvalidPart"],
		["a wrong ETag", [part(1, two)], "InvalidPart"],
		["parts out of order", [part(2, two), part(1, one)], "InvalidPartOrder"],
		["a part twice", [part(1, one), part(1, one)], "InvalidPartOrder"],
		[
			"a small part that is not the last",
			[part(3, small), part(4, one)],
			"EntityTooSmall",
		],
	] as const) {
		test(`is not completed with ${what}, and remains`, async (t) => {
			const opened = await open(t);
			const { store } = opened;
			const { upload } = await uploadParts(store, "a", [one, two, small, one]);
			const before = await blobFiles(opened);

			await assert.rejects(
				store.uploads.complete(upload, joinParts(named), NOW, false),
				isOssError(code, { status: 400 }),
			);

			assert.equal(await read(store, "a"), undefined);
			assert.equal((await store.uploads.parts(upload)).length, 4);
			assert.deepEqual(await blobFiles(opened), before);
		});
	}

	test("requires 100 KiB in every part except the last", async (t) => {
		const { store } = await open(t);
		for (const [size, fits] of [
			[PART_BYTES_MIN - 1, false],
			[PART_BYTES_MIN, true],
		] as const) {
			const { upload, parts } = await uploadParts(store, "a", [
				bytes(size),
				bytes(1),
			]);

			const completed = store.uploads.complete(
				upload,
				joinParts(parts),
				NOW,
				false,
			);

			if (fits) assert.equal((await completed).size, 102_401);
			else
				await assert.rejects(
					completed,
					isOssError("EntityTooSmall", {
						details: {
							ProposedSize: "102399",
							MinSizeAllowed: "102400",
							PartNumber: "1",
							ETag: `"${md5(bytes(size))}"`,
						},
					}),
				);
		}
	});

	test("accepts ETags in quotes and in lower case", async (t) => {
		const { store } = await open(t);
		const { upload } = await uploadParts(store, "a", [small]);

		const object = await store.uploads.complete(
			upload,
			joinParts([{ number: 1, etag: `"${md5(small).toLowerCase()}"` }]),
			NOW,
			false,
		);

		assert.equal(object.size, 10);
	});

	test("does not change an existing object before it is completed, nor afterwards with forbidOverwrite", async (t) => {
		const { store } = await open(t);
		await put(store, "a", "before");
		const { upload, parts } = await uploadParts(store, "a", [bytes(PART)]);

		await assert.rejects(
			store.uploads.complete(upload, joinParts(parts), NOW, true),
			isOssError("FileAlreadyExists"),
		);

		assertBytes(await read(store, "a"), "before");
		await store.uploads.complete(upload, joinParts(parts), NOW, false);
		assertBytes(await read(store, "a"), bytes(PART));
	});

	test("refuses a part with another MD5 and preserves the previous one", async (t) => {
		const opened = await open(t);
		const { store } = opened;
		const { upload } = await uploadParts(store, "a", [bytes(PART, 1)]);
		const before = await blobFiles(opened);

		await assert.rejects(
			store.uploads.putPart(upload, 1, NOW, chunked(bytes(PART, 2)), {
				md5: md5Base64("x"),
			}),
			isOssError("InvalidDigest"),
		);

		assert.equal((await store.uploads.parts(upload))[0]?.etag, md5(one));
		assert.deepEqual(await blobFiles(opened), before);
	});

	test("lists parts by number, after a given number, up to a maximum", async (t) => {
		const { store } = await open(t);
		const upload = await store.uploads.initiate(newObject("a"), false);
		for (const number of [10, 2, 9_999, 3])
			await putPart(store, upload, number, bytes(number));

		const numbers = (parts: readonly StoredPart[]) =>
			parts.map((each) => each.number);
		assert.deepEqual(
			numbers(await store.uploads.parts(upload)),
			[2, 3, 10, 9_999],
		);
		assert.deepEqual(numbers(await store.uploads.parts(upload, 2, 2)), [3, 10]);
		const [first] = await store.uploads.parts(upload);
		const { crc64 } = await put(store, "b", bytes(2));
		assert.deepEqual(first, {
			number: 2,
			size: 2,
			etag: md5(bytes(2)),
			crc64,
			modified: NOW,
		});
	});

	test("can have parts that are ranges of objects, without copying their bytes", async (t) => {
		const opened = await open(t);
		const { store } = opened;
		const source = await put(store, "source", bytes(2 * PART));
		const tiny = await put(store, "tiny", "0123456789");
		const files = await blobFiles(opened);
		const upload = await store.uploads.initiate(newObject("a"), false);

		const parts = [];
		for (const [number, object, first, last] of [
			[1, source, 100, 100 + PART],
			[2, tiny, 2, 4],
		] as const) {
			const range = { first, last };
			parts.push(
				await store.uploads.copyPart(upload, number, NOW, object, range),
			);
		}
		for (const key of ["source", "tiny"])
			await store.objects.delete(BUCKET, key, undefined, NOW);
		const object = await store.uploads.complete(
			upload,
			joinParts(parts),
			NOW,
			false,
		);

		const whole = Buffer.concat([
			bytes(2 * PART).subarray(100, 101 + PART),
			Buffer.from("234"),
		]);
		assertBytes(await read(store, "a"), whole);
		assert.deepEqual(
			parts.map(({ etag }) => etag),
			[md5(whole.subarray(0, PART + 1)), md5("234")],
		);
		assert.equal(object.crc64, (await put(store, "b", whole)).crc64);
		await store.objects.delete(BUCKET, "b", undefined, NOW);
		assert.deepEqual(await blobFiles(opened), files);
	});

	test("does not copy a part from an object that has changed in the meantime", async (t) => {
		const { store } = await open(t);
		const source = await put(store, "source", "meow");
		const upload = await store.uploads.initiate(newObject("a"), false);
		await put(store, "source", "woof");

		await assert.rejects(
			store.uploads.copyPart(upload, 1, NOW, source, { first: 0, last: 3 }),
			isOssError("NoSuchKey"),
		);
	});

	test("accepts parts only in order if it is sequential, and the object has a Content-MD5", async (t) => {
		const { store } = await open(t);
		const upload = await store.uploads.initiate(newObject("a"), true);
		await assert.rejects(
			putPart(store, upload, 2, two),
			isOssError("PartNotSequential", { status: 400 }),
		);
		const parts = [
			await putPart(store, upload, 1, one),
			await putPart(store, upload, 2, two),
			await putPart(store, upload, 3, small),
		];

		const object = await store.uploads.complete(
			upload,
			joinParts(parts),
			NOW,
			false,
		);

		assert.equal(
			object.contentMd5,
			md5Base64(Buffer.concat([one, two, small])),
		);
		assertBytes(await read(store, "a"), Buffer.concat([one, two, small]));
	});

	test("does not affect a client that is reading the replaced object", async (t) => {
		const opened = await open(t);
		const { store } = opened;
		const contents = [bytes(1_000_000, 1), bytes(1_000_000, 2), small];
		for (const round of [0, 1]) {
			const { upload, parts } = await uploadParts(store, "a", contents);
			const found = await store.objects.open(BUCKET, "a");
			const stream = found?.content.read();

			await store.uploads.complete(upload, joinParts(parts), NOW, false);

			if (round === 0) assert.equal(found, undefined);
			else {
				assert.ok(stream instanceof Readable);
				assertBytes(await drain(stream), Buffer.concat(contents));
				if (!stream.closed) await once(stream, "close");
			}
		}
		if (opened.folder) assert.equal((await blobFiles(opened)).length, 2);
	});

	test("creates an empty object if there are no parts", async (t) => {
		const opened = await open(t);
		const { store } = opened;
		const { upload } = await uploadParts(store, "a", [one, small]);
		const object = await store.uploads.complete(
			upload,
			joinParts([]),
			NOW,
			false,
		);
		assert.equal(object.size, 0);
		assert.equal(object.crc64, "0");
		assert.equal(object.etag, "D41D8CD98F00B204E9800998ECF8427E-0");
		assert.deepEqual(await read(store, "a"), Buffer.alloc(0));
		assert.deepEqual(await blobFiles(opened), []);
	});

	test("prevents the deletion of its bucket", async (t) => {
		const { store } = await open(t);
		const upload = await store.uploads.initiate(newObject("a"), false);

		await assert.rejects(
			store.buckets.delete(BUCKET),
			isOssError("BucketNotEmpty"),
		);

		await store.uploads.abort(BUCKET, "a", upload.id);
		await store.buckets.delete(BUCKET);
	});
});

suiteOverBoth("Uploads of a bucket", (open) => {
	const keys = ["b", "a/2", "a/1", "a/1", "\u{1F600}", "\uFFFF", "a"];

	test("are listed by key in byte order, then by id", async (t) => {
		const { store } = await open(t);
		const expected = await initiateAll(store, keys);

		assert.deepEqual(await list(store), expected);
	});

	test("are listed by prefix and after the markers", async (t) => {
		const { store } = await open(t);
		const all = await initiateAll(store, keys);
		for (const prefix of ["", "a", "a/", "a/1", "b", "c", "\u{1F600}"]) {
			for (const keyMarker of ["", "a", "a/", "a/1", "a/2", "b", "\uFFFF"]) {
				for (const uploadIdMarker of ["", ...all.map(({ id }) => id)]) {
					assert.deepEqual(
						await list(store, { prefix, keyMarker, uploadIdMarker }),
						all.filter(
							({ key, id }) =>
								key.startsWith(prefix) &&
								(keyMarker === "" ||
									compare(key, keyMarker) > 0 ||
									(key === keyMarker &&
										uploadIdMarker !== "" &&
										id > uploadIdMarker)),
						),
						JSON.stringify({ prefix, keyMarker, uploadIdMarker }),
					);
				}
			}
		}
	});

	test("are all listed if there are thousands", async (t) => {
		const { store } = await open(t);
		const many = Array.from({ length: 2500 }, (_, i) => `k${i % 700}`);
		const expected = await initiateAll(store, many);

		assert.deepEqual(await list(store), expected);
	});

	async function initiateAll(store: Store, names: readonly string[]) {
		const uploads: StoredUpload[] = [];
		for (const key of names)
			uploads.push(await store.uploads.initiate(newObject(key), false));
		return uploads
			.map(({ key, id }) => ({ key, id }))
			.sort((a, b) => compare(a.key, b.key) || (a.id < b.id ? -1 : 1));
	}

	async function list(
		store: Store,
		query = { prefix: "", keyMarker: "", uploadIdMarker: "" },
	) {
		const found = [];
		for await (const { key, id } of store.uploads.list(BUCKET, query))
			found.push({ key, id });
		return found;
	}

	const compare = (a: string, b: string): number =>
		Buffer.compare(Buffer.from(a), Buffer.from(b));
});

const putPart = (
	store: Store,
	upload: StoredUpload,
	number: number,
	content: Buffer,
) => store.uploads.putPart(upload, number, NOW, chunked(content));

async function uploadParts(
	store: Store,
	key: string,
	contents: readonly Buffer[],
): Promise<{ upload: StoredUpload; parts: StoredPart[] }> {
	const upload = await store.uploads.initiate(newObject(key), false);
	const parts = [];
	for (const [i, content] of contents.entries())
		parts.push(await putPart(store, upload, i + 1, content));
	return { upload, parts };
}
