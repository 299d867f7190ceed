import assert from "node:assert/strict";
import { suite, test } from "node:test";
import {
	httpTime,
	isoTime,
	readCompactTime,
	readTime,
	wholeSeconds,
} from "../../emulator/oss/times.ts";

/** The time in the examples of docs «Common HTTP headers» and «Signature version 4». */
const MOMENT = new Date("2022-12-28T10:27:41.999Z");

suite("A time", () => {
	test("is written in three ways", () => {
		assert.equal(isoTime(MOMENT), "2022-12-28T10:27:41.000Z");
		assert.equal(httpTime(MOMENT), "Wed, 28 Dec 2022 10:27:41 GMT");
		assert.equal(wholeSeconds(MOMENT), 1672223261);
	});

	test("has a day with two digits in headers", () => {
		assert.equal(
			httpTime(new Date("2024-05-06T07:08:09Z")),
			"Mon, 06 May 2024 07:08:09 GMT",
		);
	});

	test("is read as it is written", () => {
		const seconds = new Date("2022-12-28T10:27:41Z");

		assert.deepEqual(readTime(isoTime(MOMENT)), seconds);
		assert.deepEqual(readTime(httpTime(MOMENT)), seconds);
		assert.deepEqual(readCompactTime("20221228T102741Z"), seconds);
	});

	for (const text of [
		"",
		"20221228",
		"20221228T102741",
		"2022-12-28T10:27:41Z",
		"20221328T102741Z",
		"20221228T102741Z\n",
	]) {
		test(`cannot be read from ${JSON.stringify(text)} as a compact time`, () => {
			assert.equal(readCompactTime(text), undefined);
		});
	}

	test("cannot be read from an empty text or a text that is not a date", () => {
		assert.equal(readTime(undefined), undefined);
		assert.equal(readTime("yesterday"), undefined);
	});
});
