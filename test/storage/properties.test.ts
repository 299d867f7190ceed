import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { suite, test } from "node:test";
import { createCRC64 } from "hash-wasm";
import {
	plainName,
	plainNames,
} from "../../emulator/storage/plain-files/plain-names.ts";
import { bytes, cut, fc, forAll, key, places, textOf } from "../properties.ts";
import { BUCKET, makeBucket, newObject, openStore } from "./stores.ts";

const byBytes = (a: string, b: string): number =>
	Buffer.compare(Buffer.from(a), Buffer.from(b));

suite("For any keys", () => {
	const near = textOf(
		["a", "b", "/", "//", "é", "\uffff", "\u{10000}", "\0"],
		5,
	);

	test("a page of a listing equals a search of all keys, and pages have each key once", async (t) => {
		const store = await openStore(t, {});
		let count = 0;
		await forAll(
			[
				fc.uniqueArray(
					near.filter((one) => one !== ""),
					{ maxLength: 12 },
				),
				near,
				fc.constantFrom("", "/", "a", "//"),
				near,
				fc.integer({ min: 1, max: 5 }),
			],
			async (keys, prefix, delimiter, after, max) => {
				const bucket = `photos-${count++}`;
				await makeBucket(store, bucket);
				for (const one of keys)
					await store.objects.put(
						{ ...newObject(one), bucket },
						Readable.from([]),
					);
				const nameOf = (one: string): string => {
					const at =
						delimiter === "" ? -1 : one.indexOf(delimiter, prefix.length);
					return at < 0 ? one : one.slice(0, at + delimiter.length);
				};
				const expected = [
					...new Set(keys.filter((one) => one.startsWith(prefix)).map(nameOf)),
				]
					.filter((one) => after === "" || byBytes(one, after) > 0)
					.sort(byBytes);
				const found: string[] = [];
				let from = after;
				for (let page = 0; page <= keys.length; page++) {
					const { entries, prefixes, isTruncated } = await store.objects.list(
						bucket,
						{ prefix, delimiter, after: from, max },
					);
					const names = [
						...entries.map((entry) => entry.key),
						...prefixes,
					].sort(byBytes);
					assert.ok(names.length <= max);
					found.push(...names);
					from = names.at(-1) ?? "";
					if (!isTruncated) break;
				}
				assert.deepEqual(found, expected);
			},
			0.5,
		);
	});

	test("the names of plain files are valid on every system, and different for different keys", () =>
		forAll(
			[key, fc.oneof(key, textOf(["%", "2E", ".", "a", " ", "~", "con", "/"]))],
			(one, other) => {
				for (const name of plainNames(one)) {
					assert.ok(
						Buffer.byteLength(name) <= 255 &&
							name !== "" &&
							name !== "." &&
							name !== "..",
					);
					assert.doesNotMatch(
						name,
						/\p{Cc}|[/\\:*?"<>|]|[. ]$|^(?:con|nul|aux|prn|com\d|lpt\d)(?:\.|$)/iu,
					);
				}
				if (one !== other)
					assert.notEqual(
						plainNames(one).join("/"),
						plainNames(other).join("/"),
					);
				assert.notEqual(
					plainName(one.repeat(200)),
					plainName(`${one.repeat(200)}x`),
				);
			},
		));
});

suite("For any content", () => {
	test("an object has the sent bytes, MD5 and CRC-64, for all pieces and ranges", async (t) => {
		const store = await openStore(t, {});
		await makeBucket(store, BUCKET);
		const hasher = await createCRC64();
		await forAll(
			[bytes(300), places, fc.nat(400), fc.nat(400), fc.boolean()],
			async (content, cuts, a, b, isLarge) => {
				// Content of more than 64 KiB is not stored in the row.
				const whole = isLarge
					? Buffer.concat(
							Array(300).fill(Buffer.concat([content, Buffer.alloc(300)])),
						)
					: content;
				const stored = await store.objects.put(
					newObject("k"),
					Readable.from(
						cut(
							whole,
							cuts.map((cut) => cut * 97),
						),
					),
				);
				assert.equal(stored.size, whole.length);
				assert.equal(
					stored.etag,
					createHash("md5").update(whole).digest("hex").toUpperCase(),
				);
				assert.equal(
					BigInt(stored.crc64),
					BigInt(`0x${hasher.init().update(whole).digest()}`),
				);
				if (whole.length === 0) return;
				const [first = 0, last = 0] = [a % whole.length, b % whole.length].sort(
					(x, y) => x - y,
				);
				const opened = await store.objects.open(BUCKET, "k");
				assert.deepEqual(
					await opened?.content.readWhole(first, last),
					whole.subarray(first, last + 1),
				);
			},
			0.5,
		);
	});
});
