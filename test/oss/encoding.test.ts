import assert from "node:assert/strict";
import { suite, test } from "node:test";
import {
	decodeBase64,
	encodeKey,
	formDecode,
	percentDecode,
	percentEncode,
} from "../../emulator/oss/encoding.ts";

suite("Percent-encoding", () => {
	test("leaves only RFC 3986's unreserved characters unchanged", () => {
		const printable = String.fromCharCode(
			...Array.from({ length: 95 }, (_, i) => 32 + i),
		);
		const unreserved =
			"-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz~";

		const left = Array.from(printable).filter((c) => percentEncode(c) === c);

		assert.equal(left.join(""), unreserved);
		for (const c of printable) {
			const hex = c.charCodeAt(0).toString(16).toUpperCase();
			if (!left.includes(c)) assert.equal(percentEncode(c), `%${hex}`);
		}
	});

	for (const [text, encoded] of [
		["a b/猫+.txt", "a%20b%2F%E7%8C%AB%2B.txt"],
		["\0\n", "%00%0A"],
		["\u{1F600}", "%F0%9F%98%80"],
		["\ud800", "%EF%BF%BD"],
		// The bytes C4 E3, which are not UTF-8.
		["a \udcc4\udce3", "a%20%C4%E3"],
		["\u{1F480}\udc80", "%F0%9F%92%80%80"],
	] as const) {
		test(`of ${JSON.stringify(text)} is ${encoded}`, () => {
			assert.equal(percentEncode(text), encoded);
		});
	}

	test("does not encode the slashes of a key", () => {
		assert.equal(encodeKey("a b//猫/"), "a%20b//%E7%8C%AB/");
	});
});

suite("Percent-decoding", () => {
	for (const [text, decoded, asForm] of [
		["a%20b%2F%E7%8C%AB", "a b/猫", "a b/猫"],
		["a+b", "a+b", "a b"],
		["a%2Bb", "a+b", "a+b"],
		["%2f", "/", "/"],
		["plain", "plain", "plain"],
		["%", undefined, undefined],
		["%zz", undefined, undefined],
		["%E7%8C", undefined, undefined],
		["%FF", undefined, undefined],
	] as const) {
		test(`of «${text}» is ${JSON.stringify(decoded)}`, () => {
			assert.equal(percentDecode(text), decoded);
			assert.equal(formDecode(text), asForm);
		});
	}
});

suite("Base64", () => {
	for (const text of ["", "meow", "\0\xff", "猫"]) {
		test(`of ${JSON.stringify(text)} is decoded`, () => {
			const encoded = Buffer.from(text).toString("base64");
			assert.deepEqual(decodeBase64(encoded), Buffer.from(text));
		});
	}

	for (const text of ["a", "ab=", "a===", "a b=", "_-==", "ab==\n", "====x"]) {
		test(`cannot be ${JSON.stringify(text)}`, () => {
			assert.equal(decodeBase64(text), undefined);
		});
	}
});
