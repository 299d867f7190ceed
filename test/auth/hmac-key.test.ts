import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { suite, test } from "node:test";
import { HmacKey } from "../../emulator/auth/hmac-key.ts";

suite("A key of HMAC-SHA256", () => {
	test("signs texts of any length and any characters as Node's own function does", () => {
		for (const keyBytes of [0, 1, 32, 63, 64]) {
			const bytes = Buffer.alloc(keyBytes, "key");
			const key = new HmacKey(bytes);
			for (const characters of [0, 1, 55, 150, 511, 512, 513, 5000])
				for (const character of ["a", "é", "中", "\ud83d", "\n"]) {
					const text = character.repeat(characters);
					assert.equal(
						key.sign(text),
						createHmac("sha256", bytes).update(text).digest("hex"),
						`${keyBytes} bytes, ${characters} times ${character}`,
					);
				}
		}
	});

	test("signs the vectors of RFC 4231", () => {
		assert.equal(
			new HmacKey(Buffer.alloc(20, 0x0b)).sign("Hi There"),
			"b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
		);
		assert.equal(
			new HmacKey(Buffer.from("Jefe")).sign("what do ya want for nothing?"),
			"5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
		);
	});

	test("is at most as long as a block of the hash", () => {
		assert.throws(() => new HmacKey(Buffer.alloc(65)), RangeError);
	});
});
