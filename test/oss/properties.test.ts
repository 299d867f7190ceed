import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { createCRC64 } from "hash-wasm";
import { requireConditions } from "../../emulator/oss/conditions.ts";
import { combineCrc64 } from "../../emulator/oss/crc64.ts";
import { readDecimal } from "../../emulator/oss/decimal.ts";
import {
	decodeBase64,
	decodeWireBytes,
	encodeKey,
	encodeWireText,
	formDecode,
	percentDecode,
	percentEncode,
} from "../../emulator/oss/encoding.ts";
import { OssError } from "../../emulator/oss/errors.ts";
import { findNearest } from "../../emulator/oss/nearest.ts";
import { readCopyRange, readRange } from "../../emulator/oss/range.ts";
import {
	compactTime,
	httpTime,
	isoTime,
	readCompactTime,
	readTime,
} from "../../emulator/oss/times.ts";
import { afterPrefix, laterOf } from "../../emulator/oss/utf8.ts";
import { matchesPattern, readPattern } from "../../emulator/oss/wildcard.ts";
import {
	bytes,
	fc,
	forAll,
	key,
	orRefused,
	text,
	textOf,
} from "../properties.ts";

const byBytes = (a: string, b: string): number =>
	Buffer.compare(Buffer.from(a), Buffer.from(b));

suite("For any text", () => {
	test("percent-decoding reverses percent-encoding, whose output has only RFC 3986's unreserved characters and escapes", () =>
		forAll([text()], (one) => {
			const encoded = percentEncode(one);
			assert.match(encoded, /^(?:[\w.~-]|%[0-9A-F]{2})*$/);
			assert.equal(percentDecode(encoded), one);
			assert.equal(formDecode(encoded), one);
			assert.equal(decodeURIComponent(encoded), one);
		}));

	test("an encoded key preserves only its slashes", () =>
		forAll([key], (one) => {
			assert.equal(percentDecode(encodeKey(one)), one);
			assert.equal(encodeKey(one), one.split("/").map(percentEncode).join("/"));
		}));

	test("decoding never throws, and equals that of URLSearchParams for valid escapes", () =>
		forAll([textOf(["%", "2", "0", "+", "a", "%e9", "%C3%A9", "é"])], (one) => {
			const decoded = formDecode(one);
			if (decoded === undefined) return;
			assert.equal(
				decoded,
				new URLSearchParams(`a=${one.replaceAll("&", "")}`).get("a"),
			);
		}));

	test("the nearest word to a word in the list is this word", () =>
		forAll([fc.array(text(8), { minLength: 1 }), fc.nat()], (words, at) => {
			const word = words[at % words.length] ?? "";
			assert.equal(findNearest(word, words)?.toLowerCase(), word.toLowerCase());
		}));

	test("the first text after a prefix follows all texts with the prefix, without any text in between", () =>
		forAll([text(6), text(6)], (prefix, rest) => {
			const after = afterPrefix(prefix);
			if (after !== "") assert.ok(byBytes(prefix + rest, after) < 0);
			if (after !== "" && byBytes(rest, after) < 0 && byBytes(rest, prefix) > 0)
				assert.ok(rest.startsWith(prefix));
			assert.equal(
				laterOf(prefix, rest),
				byBytes(prefix, rest) < 0 ? rest : prefix,
			);
		}));
});

suite("For any bytes", () => {
	test("wire text is converted back to them, even after a conversion to JSON", () =>
		forAll([bytes()], (one) => {
			const decoded = decodeWireBytes(one);
			assert.deepEqual(encodeWireText(decoded), one);
			assert.deepEqual(
				encodeWireText(JSON.parse(JSON.stringify(decoded))),
				one,
			);
		}));

	test("base64 is decoded to them, and other text is refused", () =>
		forAll(
			[bytes(40), textOf(["A", "b", "+", "/", "=", "-", " "])],
			(one, other) => {
				assert.deepEqual(decodeBase64(one.toString("base64")), one);
				const read = decodeBase64(other);
				if (read) assert.equal(read.toString("base64").length, other.length);
			},
		));

	test("the CRC-64 can be combined from any number of parts", async () => {
		const hasher = await createCRC64();
		const crc = (one: Buffer): bigint =>
			BigInt(`0x${hasher.init().update(one).digest()}`);
		await forAll([fc.array(bytes(60), { maxLength: 6 })], (parts) => {
			const combined = parts.reduce(
				(sum, part) => combineCrc64(sum, crc(part), part.length),
				0n,
			);
			assert.equal(combined, crc(Buffer.concat(parts)));
		});
	});
});

/** A slow reference implementation of docs «Range download»: the positions in a range. */
function naiveRange(
	header: string,
	size: number,
): { first: number; last: number } | undefined {
	const [, from = "", to = ""] = /^bytes=(\d*)-(\d*)$/.exec(header) ?? [];
	if (from === "" && to === "") return undefined;
	const positions = Array.from({ length: size }, (_, i) => i);
	const named =
		from === ""
			? positions.slice(-Number(to) || size)
			: positions.filter(
					(i) => i >= Number(from) && (to === "" || i <= Number(to)),
				);
	const requested =
		from === "" ? Number(to) : Number(to || size - 1) - Number(from) + 1;
	const [first = -1, last = -1] = [named[0], named.at(-1)];
	return named.length > 0 && named.length === requested
		? { first, last }
		: undefined;
}

suite("For any range", () => {
	const digits = fc.oneof(
		fc.constant(""),
		fc.nat(12).map(String),
		fc.constant("99999999999999999999"),
	);

	test("the requested bytes are returned if the object has all of them, otherwise the whole object", () =>
		forAll([digits, digits, fc.nat(12)], async (from, to, size) => {
			const header = `bytes=${from}-${to}`;
			if (from === "" && Number(to) === 0) return; // an error, or not a range
			assert.deepEqual(
				readRange(header, size, false),
				naiveRange(header, size),
			);
			if (from !== "")
				assert.deepEqual(readCopyRange(header, size), naiveRange(header, size));
		}));

	test("the returned bytes are within the object", () =>
		forAll(
			[
				textOf(["bytes=", "1", "9", "-", ",", " ", "0"]),
				fc.nat(12),
				fc.boolean(),
			],
			async (header, size, standard) => {
				const range = await orRefused(
					() => readRange(header, size, standard),
					OssError,
				);
				if (range)
					assert.ok(
						range.first >= 0 && range.first <= range.last && range.last < size,
					);
			},
		));
});

suite("For any time", () => {
	const moment = fc.date({
		min: new Date("1000-01-01"),
		max: new Date("9999-12-31"),
		noInvalidDate: true,
	});

	test("each format is read as the second that was written", () =>
		forAll([moment], (one) => {
			const second = Math.floor(one.getTime() / 1000) * 1000;
			for (const read of [
				readTime(isoTime(one)),
				readTime(httpTime(one)),
				readCompactTime(compactTime(one)),
			])
				assert.equal(read?.getTime(), second);
		}));

	test("a compact time with other digits is refused, and the reader never throws", () =>
		forAll(
			[
				fc.oneof(
					text(),
					fc
						.nat(99_999_999)
						.map((n) => `${String(n).padStart(8, "0")}T010203Z`),
				),
			],
			(one) => {
				const read = readCompactTime(one);
				// A day that does not exist in the month is a day of the next month, as for `Date`.
				if (read) assert.match(one, /^\d{8}T\d{6}Z$/);
				readTime(one);
			},
		));

	test("conditions with this text pass, or fail with OSS's errors", () =>
		forAll(
			[
				fc.dictionary(
					fc.constantFrom(
						"if-match",
						"if-none-match",
						"if-modified-since",
						"if-unmodified-since",
					),
					text(),
				),
			],
			async (headers) => {
				const object = { etag: "E", modified: new Date(0) };
				await orRefused(() => requireConditions(headers, object), OssError);
			},
		));
});

suite("For any number", () => {
	test("its digits are accepted within the bounds, and other texts are refused", () =>
		forAll(
			[
				fc.maxSafeNat(),
				fc.maxSafeNat(),
				textOf(["-", "1", "0", "+", ".", "e", " ", "٣"]),
			],
			(one, max, other) => {
				assert.equal(
					readDecimal(String(one), 0, max),
					one <= max ? one : undefined,
				);
				const read = readDecimal(other);
				if (read !== undefined) assert.match(other, /^[0-9]+$/);
			},
		));
});

suite("For any pattern with wildcards", () => {
	const SMALL = ["a", "b", "*", "?", "😀", "."];

	test("a text matches if the equivalent regular expression does", () =>
		forAll(
			[textOf(SMALL, 10), textOf(["a", "b", "😀", ".", "*"], 14)],
			(pattern, one) => {
				const source = pattern
					.replaceAll(/[.]/g, "\\.")
					.replaceAll("*", "[^]*")
					.replaceAll("?", "[^]");
				const expected = new RegExp(`^${source}$`, "u").test(one);
				assert.equal(matchesPattern(readPattern(pattern), one), expected);
			},
		));

	test("a text matches the pattern in which some of its parts are replaced by wildcards", () =>
		forAll(
			[fc.array(fc.tuple(text(40), fc.boolean()), { maxLength: 8 })],
			(parts) => {
				const one = parts
					.map(([part]) => part.replaceAll(/[*?]/g, ""))
					.join("");
				const pattern = parts
					.map(([part, lost]) => (lost ? "*" : part.replaceAll(/[*?]/g, "")))
					.join("");
				assert.ok(matchesPattern(readPattern(pattern), one));
			},
		));
});
