/** Values of headers: ranges, times, conditions, tags, copy sources, text in bytes. */
import {
	COPY_ECS,
	readSource,
} from "../../emulator/operations/object/copy-object.ts";
import { readTags } from "../../emulator/operations/tagging/tags.ts";
import { requireConditions } from "../../emulator/oss/conditions.ts";
import {
	decodeWireBytes,
	encodeWireText,
	percentEncode,
} from "../../emulator/oss/encoding.ts";
import { readCopyRange, readRange } from "../../emulator/oss/range.ts";
import {
	compactTime,
	httpTime,
	isoTime,
	readCompactTime,
	readTime,
} from "../../emulator/oss/times.ts";
import { agree, Disagreement, reading, type Target } from "./engine/target.ts";

const SIZES = [0, 1, 10, 2 ** 40];
const OBJECT = {
	etag: "5D41402ABC4B2A76B9719D911017C592",
	modified: new Date(1e12),
};
const CONDITIONS = [
	"if-match",
	"if-none-match",
	"if-modified-since",
	"if-unmodified-since",
];

export default {
	about: "ranges, times, conditions, tags, copy sources, wire text",
	seeds: [
		"bytes=0-1,a-c",
		"bytes=-5",
		"bytes=5-",
		"bytes=9007199254740993-",
		"Wed, 28 Dec 2022 10:27:41 GMT",
		"20221228T102741Z",
		"2022-12-28T10:27:41.000Z",
		'"5D41402ABC4B2A76B9719D911017C592", *',
		"a=b&c=%20+d&e",
		"/photos/a+b%2Fc?versionId=CAEQ",
		Buffer.from("gbk \xc4\xe3 \u00e9", "latin1"),
	],
	run: async (input) => {
		const text = decodeWireBytes(input);
		agree("bytes", encodeWireText(text), input);
		for (const size of SIZES) {
			const ranges = [
				await reading(input, () => readRange(text, size, true)),
				await reading(input, () => readRange(text, size, false)),
				await reading(input, () => readCopyRange(text, size)),
			];
			for (const range of ranges)
				if (
					range &&
					!(range.first >= 0 && range.first <= range.last && range.last < size)
				)
					throw new Disagreement(
						`${text} of ${size}: ${range.first}-${range.last}`,
					);
		}
		for (const moment of [readTime(text), readCompactTime(text)]) {
			if (!moment) continue;
			isoTime(moment);
			const year = moment.getUTCFullYear();
			if (year < 1000 || year > 9999) continue;
			const second = Math.floor(moment.getTime() / 1000) * 1000;
			agree("HTTP time", readTime(httpTime(moment))?.getTime(), second);
			agree(
				"compact time",
				readCompactTime(compactTime(moment))?.getTime(),
				second,
			);
		}
		for (const name of CONDITIONS)
			await reading(input, () => requireConditions({ [name]: text }, OBJECT));
		const tags = await reading(input, () => readTags(text));
		if (tags) {
			const written = Object.entries(tags)
				.map((pair) => pair.map(percentEncode).join("="))
				.join("&");
			agree("tags", readTags(written), tags);
		}
		const source = await reading(input, () => readSource(text, COPY_ECS));
		// Bytes that are not UTF-8 cannot be a key.
		if (source && `${source.bucket}${source.key}`.isWellFormed()) {
			const { bucket, key } = source;
			const again = readSource(
				`/${percentEncode(bucket)}/${percentEncode(key)}`,
				COPY_ECS,
			);
			agree("a copy source", [again.bucket, again.key], [bucket, key]);
		}
	},
} satisfies Target;
