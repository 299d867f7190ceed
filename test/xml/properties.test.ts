import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { OssError } from "../../emulator/oss/errors.ts";
import { readXml, type XmlNode } from "../../emulator/xml/read.ts";
import { writeXml, type XmlValue } from "../../emulator/xml/write.ts";
import { bytes, fc, forAll, orRefused, text, textOf } from "../properties.ts";

type Tree = {
	readonly name: string;
	readonly content: string | readonly Tree[];
};

const name = fc.constantFrom("Delete", "Key", "a", "valueOf", "x-1");

const tree = fc.letrec<{ tree: Tree }>((tie) => ({
	tree: fc.record(
		{
			name,
			content: fc.oneof(
				{ maxDepth: 5, depthSize: "small" },
				text(30),
				fc.array(tie("tree"), { minLength: 1, maxLength: 4 }),
			),
		},
		{ noNullPrototype: true },
	),
})).tree;

const toValue = ({ content }: Tree): XmlValue =>
	typeof content === "string"
		? content
		: { "": content.map((child) => ({ [child.name]: toValue(child) })) };

/** Texts without CR, because parsers read CR LF and CR as LF. Nothing in OSS's documents depends on it. */
const shapeOf = ({ name, text, children }: XmlNode): Tree => ({
	name,
	content: children.length > 0 ? children.map(shapeOf) : text,
});

suite("For any XML", () => {
	test("elements and texts are read as they were written", () =>
		forAll([tree], async (one) => {
			const written = writeXml(one.name, toValue(one));
			const read = await readXml(Buffer.from(written), one.name);
			assert.deepEqual(shapeOf(read), one);
		}));

	test("a text has the same value as references and in a CDATA section", () =>
		forAll([text(30).filter((one) => !one.includes("\0"))], async (one) => {
			const references = Array.from(
				one,
				(character) => `&#x${character.codePointAt(0)?.toString(16)};`,
			);
			for (const written of [
				references.join(""),
				`<![CDATA[${one.replaceAll("]]>", "]]]]><![CDATA[>")}]]>`,
			])
				assert.equal(
					(await readXml(Buffer.from(`<a>${written}</a>`), "a")).text,
					one,
				);
		}));

	test("any other text is refused with OSS's error", () =>
		forAll(
			[
				fc.oneof(
					bytes(),
					textOf(
						[
							"<a>",
							"</a>",
							"<",
							">",
							"&",
							";",
							"&#",
							"]]>",
							"<![CDATA[",
							"<!--",
							"-->",
							"<?",
							"?>",
							"a",
							" ",
							"='",
							'"',
							"/",
							":",
						],
						20,
					).map((one) => Buffer.from(one)),
				),
			],
			async (one) => {
				await orRefused(() => readXml(one, "a"), OssError);
			},
		));
});
