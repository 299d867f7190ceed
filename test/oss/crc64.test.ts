import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { createCRC64 } from "hash-wasm";
import { combineCrc64 } from "../../emulator/oss/crc64.ts";
import { bytes, dice } from "../storage/stores.ts";

const hasher = await createCRC64();
const crc64 = (content: Buffer | string): bigint =>
	BigInt(`0x${hasher.init().update(content).digest()}`);

suite("A CRC-64 that is combined from those of the parts", () => {
	test("is the published one for two texts", () => {
		// From the SDKs' tests of `combine`.
		const digits = 0x995dc9bbdf1939fan;
		const text = 0x27db187fc15bbc72n;

		assert.equal(combineCrc64(digits, text, 49), 0x6a7aa19fcbf48688n);
		assert.equal(crc64("123456789"), digits);
	});

	test("equals that of the whole text, for every split into two parts", () => {
		const roll = dice(7);
		for (let i = 0; i < 100; i++) {
			const content = bytes(roll(5000), i);
			const at = roll(content.length + 1);
			const second = content.subarray(at);

			assert.equal(
				combineCrc64(
					crc64(content.subarray(0, at)),
					crc64(second),
					second.length,
				),
				crc64(content),
			);
		}
	});

	test("equals that of the whole text, for any number of parts", () => {
		const content = bytes(1_000_000);
		for (const part of [1_000_000, 333_333, 100_000, 4096, 4095]) {
			let combined = 0n;
			for (let at = 0; at < content.length; at += part) {
				const piece = content.subarray(at, at + part);
				combined = combineCrc64(combined, crc64(piece), piece.length);
			}
			assert.equal(combined, crc64(content));
		}
	});

	test("is correct for lengths above 4 GiB, which can be combined from halves", () => {
		const half = 3 * 2 ** 31;
		const one = combineCrc64(5n, 0n, half);

		assert.equal(combineCrc64(one, 0n, half), combineCrc64(5n, 0n, 2 * half));
		assert.notEqual(one, 5n);
	});

	test("of an empty part and another part equals that of the other part", () => {
		const hello = crc64("hello");

		assert.equal(hello, 11177612005948864433n);
		assert.equal(combineCrc64(0n, hello, 5), hello);
		assert.equal(combineCrc64(hello, 0n, 0), hello);
	});
});
