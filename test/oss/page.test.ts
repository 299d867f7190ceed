import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { firstPage, lastOf, PageBuilder } from "../../emulator/oss/page.ts";

const builderOf = (delimiter: string, after: string, max: number) =>
	new PageBuilder<string, string>(
		{ prefix: "", delimiter, after, max },
		(key) => key,
		(key) => key,
	);

suite("A page of a listing", () => {
	const keys = ["a", "b/1", "b/2", "b/3", "c", "d/1"];
	const reads: string[] = [];
	const rows = {
		from: (start: string) => keys.filter((key) => key >= start),
		firstKey: (start: string) => {
			reads.push(start);
			return keys.find((key) => key >= start);
		},
	};

	test("has keys and common prefixes up to its maximum, and continues after a common prefix", () => {
		const builder = builderOf("/", "", 3);
		builder.take("", rows);
		assert.deepEqual(builder.page(), {
			entries: ["a", "c"],
			prefixes: ["b/"],
			isTruncated: true,
		});
		assert.deepEqual(reads.splice(0), ["b0", "d0"]);
	});

	test("omits the common prefix after which it begins", () => {
		const builder = builderOf("/", "b/1", 3);
		builder.take("b/1\0", rows);
		assert.deepEqual(builder.page(), {
			entries: ["c"],
			prefixes: ["d/"],
			isTruncated: false,
		});
	});

	test("is not truncated if the list ends with it", () => {
		assert.deepEqual(firstPage([1, 2], 2), {
			entries: [1, 2],
			prefixes: [],
			isTruncated: false,
		});
		const { entries, isTruncated } = firstPage([1, 2, 3], 2);
		assert.deepEqual(
			{ entries, isTruncated },
			{ entries: [1, 2], isTruncated: true },
		);
	});

	test("ends with the later of its last key and its last common prefix, by their bytes", () => {
		const end = (key: string, prefix: string) =>
			lastOf({ entries: [{ key }], prefixes: [prefix], isTruncated: true });
		assert.equal(end("c", "b/"), "c");
		assert.equal(end("a", "b/"), "b/");
		assert.equal(end("\uffff", "\u{10000}/"), "\u{10000}/");
		assert.equal(lastOf({ entries: [], prefixes: [], isTruncated: false }), "");
	});
});
