import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { requireBucketName, requireKey } from "../../emulator/oss/names.ts";

suite("A bucket's name", () => {
	for (const name of ["abc", "a-b", "0-9", "examplebucket-1", "a".repeat(63)]) {
		test(`can be «${name}»`, () => requireBucketName(name));
	}

	for (const name of [
		"",
		"ab",
		"a".repeat(64),
		"-abc",
		"abc-",
		"Abc",
		"a_b",
		"a.b",
		"abc\n",
	]) {
		test(`cannot be ${JSON.stringify(name)}`, () => {
			assert.throws(() => requireBucketName(name), {
				code: "InvalidBucketName",
				status: 400,
				details: { BucketName: name },
			});
		});
	}
});

test("Names of old buckets can contain underscores", () => {
	requireBucketName("a_b", false);
	for (const name of ["_ab", "ab_", "A_b", "a_b".repeat(22)])
		assert.throws(() => requireBucketName(name, false), {
			code: "InvalidBucketName",
		});
});

suite("A key", () => {
	for (const key of [
		"a",
		"a/b",
		"a//b",
		"a/",
		"..",
		"\r\n",
		"\0",
		"猫",
		"k".repeat(1023),
		"猫".repeat(341),
	]) {
		test(`can be ${JSON.stringify(key.slice(0, 20))} of ${Buffer.byteLength(key)} bytes`, () =>
			requireKey(key));
	}

	for (const key of [
		"",
		"/a",
		"\\a",
		"k".repeat(1024),
		`${"猫".repeat(341)}k`,
		"\u{1F600}".repeat(256),
	]) {
		test(`cannot be ${JSON.stringify(key.slice(0, 20))} of ${Buffer.byteLength(key)} bytes`, () => {
			assert.throws(() => requireKey(key), {
				code: "InvalidObjectName",
				status: 400,
				details: { ObjectName: key },
			});
		});
	}
});
