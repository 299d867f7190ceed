import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { XMLParser } from "fast-xml-parser";
import { writeXml } from "../../emulator/xml/write.ts";

suite("An XML document", () => {
	test("has OSS's layout: a declaration, two spaces per level, a newline at the end", () => {
		assert.equal(
			writeXml("ListBucketResult", {
				Name: "photos",
				MaxKeys: 100,
				IsTruncated: false,
				Contents: [{ Key: "a" }, { Key: "b", Owner: { ID: "1" } }],
			}),
			[
				'<?xml version="1.0" encoding="UTF-8"?>',
				"<ListBucketResult>",
				"  <Name>photos</Name>",
				"  <MaxKeys>100</MaxKeys>",
				"  <IsTruncated>false</IsTruncated>",
				"  <Contents>",
				"    <Key>a</Key>",
				"  </Contents>",
				"  <Contents>",
				"    <Key>b</Key>",
				"    <Owner>",
				"      <ID>1</ID>",
				"    </Owner>",
				"  </Contents>",
				"</ListBucketResult>",
				"",
			].join("\n"),
		);
	});

	test("omits undefined, and writes empty texts, elements and lists", () => {
		assert.equal(
			writeXml("R", {
				Left: undefined,
				Text: "",
				Element: {},
				Nothing: { Left: undefined },
				List: [],
			}),
			'<?xml version="1.0" encoding="UTF-8"?>\n<R>\n  <Text></Text>\n  <Element></Element>\n  <Nothing></Nothing>\n</R>\n',
		);
		assert.ok(writeXml("R", {}).endsWith("\n<R></R>\n"));
	});

	test("has elements with different names in order, next to others", () => {
		assert.equal(
			writeXml("R", {
				Name: "photos",
				"": [
					{ Version: "a" },
					{ DeleteMarker: { Key: "b" } },
					{ Version: "c" },
				],
				Last: "z",
			}),
			[
				'<?xml version="1.0" encoding="UTF-8"?>',
				"<R>",
				"  <Name>photos</Name>",
				"  <Version>a</Version>",
				"  <DeleteMarker>",
				"    <Key>b</Key>",
				"  </DeleteMarker>",
				"  <Version>c</Version>",
				"  <Last>z</Last>",
				"</R>",
				"",
			].join("\n"),
		);
	});

	test("preserves the order of a mixed list", () => {
		const document = writeXml("R", [
			{ Version: { Key: "a" } },
			{ DeleteMarker: { Key: "b" } },
			{ Version: { Key: "c" } },
		]);

		assert.deepEqual(
			[...document.matchAll(/<Key>(.)<\/Key>/g)].map(([, key]) => key),
			["a", "b", "c"],
		);
	});

	for (const text of [
		"a&b<c>d",
		"]]>",
		"&amp;",
		"\"'",
		"猫\u{1F600}",
		" a ",
		"a\nb\tc",
	]) {
		test(`writes ${JSON.stringify(text)} so that a parser reads it`, () => {
			const parser = new XMLParser({
				trimValues: false,
				parseTagValue: false,
			});

			assert.equal(parser.parse(writeXml("R", text)).R, text);
		});
	}
});
