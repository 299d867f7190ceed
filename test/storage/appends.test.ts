import assert from "node:assert/strict";
import { once } from "node:events";
import { Readable } from "node:stream";
import { test } from "node:test";
import { createCRC64 } from "hash-wasm";
import type { Store } from "../../emulator/storage/store.ts";
import type { StoredObject } from "../../emulator/storage/types.ts";
import {
	assertBytes,
	BUCKET,
	blobFiles,
	bytes,
	chunked,
	dice,
	drain,
	isOssError,
	NOW,
	newObject,
	put,
	read,
	suiteOverBoth,
} from "./stores.ts";

const SMALL = 1000;
const BIG = 100_000;

suiteOverBoth("AppendObject", (open) => {
	for (const [what, sizes] of [
		["small ones", [SMALL, SMALL, SMALL]],
		["small pieces, beyond the size of a row", [40_000, 40_000, 40_000, 1]],
		["big ones", [BIG, BIG, BIG]],
		["a small piece, then a big one", [SMALL, BIG]],
		["a big piece, then small ones", [BIG, SMALL, SMALL]],
		["mixed ones", [0, SMALL, BIG, SMALL, 65_000, SMALL, BIG, BIG, 0, 1]],
		["an empty piece, then a small one", [0, SMALL]],
	] as const) {
		test(`of ${what} creates one object`, async (t) => {
			const opened = await open(t);
			const contents = sizes.map((size, i) => bytes(size, i));

			const stored = await appendAll(opened.store, "a", contents);

			const whole = Buffer.concat(contents);
			assert.equal(stored.type, "Appendable");
			assert.equal(stored.size, whole.length);
			assert.equal(stored.crc64, await crc64Of(whole));
			assert.deepEqual(await opened.store.objects.find(BUCKET, "a"), stored);
			assertBytes(await read(opened.store, "a"), whole);
			await assertRanges(opened.store, "a", whole);
			await opened.store.objects.delete(BUCKET, "a", undefined, NOW);
			assert.deepEqual(await blobFiles(opened), []);
		});
	}

	test("returns 24 digits and eight zeros as ETag, which changes with every append", async (t) => {
		const { store } = await open(t);

		const etags = [];
		for (const position of [0, 4, 8])
			etags.push((await append(store, "a", position, "meow")).etag);

		for (const etag of etags) assert.match(etag, /^[0-9A-F]{24}0{8}$/);
		assert.equal(new Set(etags).size, etags.length);
	});

	test("stores the metadata of the first append, and the time and ACL of the last", async (t) => {
		const { store } = await open(t);
		const later = new Date("2025-01-01T00:00:00Z");
		const { properties } = newObject("a");

		await append(store, "a", 0, "meow");
		await store.objects.append(
			newObject("a", {
				acl: "public-read",
				modified: later,
				properties: { ...properties, contentType: "image/png" },
			}),
			4,
			chunked("meow"),
		);

		const found = await store.objects.find(BUCKET, "a");
		assert.equal(found?.acl, "public-read");
		assert.equal(found?.properties.contentType, "text/plain");
		assert.deepEqual(found?.modified, later);
	});

	test("with an empty body at the correct position changes nothing", async (t) => {
		const { store } = await open(t);
		const stored = await append(store, "a", 0, "meow");

		const again = await append(store, "a", 4, "");

		assert.deepEqual(again, stored);
		assert.deepEqual(await store.objects.find(BUCKET, "a"), stored);
	});

	for (const [position, length] of [
		[0, 4],
		[3, 4],
		[5, 4],
	] as const) {
		test(`at ${position} of ${length} bytes is refused with the next position`, async (t) => {
			const opened = await open(t);
			await append(opened.store, "a", 0, "meow");

			await assert.rejects(
				append(opened.store, "a", position, bytes(BIG)),
				isOssError("PositionNotEqualToLength", {
					status: 409,
					ec: "0026-00000016",
					headers: { "x-oss-next-append-position": String(length) },
				}),
			);

			assertBytes(await read(opened.store, "a"), "meow");
			assert.deepEqual(await blobFiles(opened), []);
		});
	}

	test("to a new key begins at 0", async (t) => {
		const { store } = await open(t);

		await assert.rejects(
			append(store, "a", 1, "meow"),
			isOssError("PositionNotEqualToLength", {
				headers: { "x-oss-next-append-position": "0" },
			}),
		);
	});

	test("to another type of object is refused", async (t) => {
		const { store } = await open(t);
		await put(store, "a", "meow");

		await assert.rejects(
			append(store, "a", 4, "meow"),
			isOssError("ObjectNotAppendable", { status: 409 }),
		);
	});

	test("accepts one of two simultaneous appends, and the other stores no bytes", async (t) => {
		const opened = await open(t);
		await append(opened.store, "a", 0, bytes(BIG));

		const results = await Promise.allSettled(
			[1, 2].map((seed) => append(opened.store, "a", BIG, bytes(BIG, seed))),
		);

		const lost = results.filter((result) => result.status === "rejected");
		assert.equal(lost.length, 1);
		isOssError("PositionNotEqualToLength", {
			headers: { "x-oss-next-append-position": String(2 * BIG) },
		})(lost[0]?.reason);
		if (opened.folder) assert.equal((await blobFiles(opened)).length, 2);
	});

	test("does not change earlier copies", async (t) => {
		const { store } = await open(t);
		for (const [key, sizes] of [
			["small", [SMALL]],
			["mixed", [BIG, SMALL]],
		] as const) {
			const contents = sizes.map((size, i) => bytes(size, i));
			const source = await appendAll(store, key, contents);
			await store.objects.copy(source, newObject(`${key} copy`));

			await append(store, key, source.size, bytes(SMALL, 9));

			const before = Buffer.concat(contents);
			assertBytes(await read(store, `${key} copy`), before);
			assertBytes(
				await read(store, key),
				Buffer.concat([before, bytes(SMALL, 9)]),
			);
		}
	});

	test("does not affect a client that is reading, nor does deleting the object", async (t) => {
		const opened = await open(t);
		const { store } = opened;
		// Big pieces prevent small ones from being merged, so there are many small pieces; a big piece is the last.
		const sizes = [1_000_000, SMALL, BIG, SMALL, BIG, SMALL];
		const contents = sizes.map((size, i) => bytes(size, i));
		const { size } = await appendAll(store, "a", contents);
		const found = await store.objects.open(BUCKET, "a");
		const stream = found?.content.read();
		assert.ok(stream instanceof Readable);
		const [start] = await once(
			stream.once("data", () => stream.pause()),
			"data",
		);

		await append(store, "a", size, bytes(SMALL, 9));
		await store.objects.delete(BUCKET, "a", undefined, NOW);
		await put(store, "a", "something else");
		const rest = await drain(stream);

		assertBytes(Buffer.concat([start, rest]), Buffer.concat(contents));
		assert.deepEqual(await blobFiles(opened), []);
	});
});

const append = (
	store: Store,
	key: string,
	position: number,
	content: Buffer | string,
): Promise<StoredObject> =>
	store.objects.append(newObject(key), position, chunked(content));

async function appendAll(
	store: Store,
	key: string,
	contents: readonly Buffer[],
): Promise<StoredObject> {
	let stored: StoredObject | undefined;
	for (const content of contents)
		stored = await append(store, key, stored?.size ?? 0, content);
	return stored ?? assert.fail("nothing to append");
}

async function assertRanges(
	store: Store,
	key: string,
	whole: Buffer,
): Promise<void> {
	const roll = dice(whole.length);
	for (let i = 0; i < 30; i++) {
		const first = roll(whole.length);
		const last = first + roll(whole.length - first);
		assertBytes(
			await read(store, key, { first, last }),
			whole.subarray(first, last + 1),
		);
	}
}

async function crc64Of(content: Buffer): Promise<string> {
	const hasher = await createCRC64();
	return String(BigInt(`0x${hasher.init().update(content).digest()}`));
}
