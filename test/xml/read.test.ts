import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { OssError } from "../../emulator/oss/errors.ts";
import { childrenNamed, childText, readXml } from "../../emulator/xml/read.ts";

const read = (text: string) => readXml(Buffer.from(text), "Delete");

/** @returns the text of `Key` */
const keyOf = async (inner: string): Promise<string | undefined> =>
	childrenNamed(await read(`<Delete><Key>${inner}</Key></Delete>`), "Key")[0]
		?.text;

suite("XML", () => {
	test("is read as elements and their text, in order", async () => {
		const root = await read(
			'<?xml version="1.0" encoding="UTF-8"?>\n<Delete>\n  <A>1</A>\n  <B><C>2</C></B>\n  <A> 3 </A>\n  <D/>\n</Delete>\n',
		);
		assert.equal(root.name, "Delete");
		assert.deepEqual(
			root.children.map(({ name }) => name),
			["A", "B", "A", "D"],
		);
		assert.deepEqual(
			childrenNamed(root, "A").map(({ text }) => text),
			["1", " 3 "],
		);
		assert.throws(() => childText(root, "A"), {
			code: "MalformedXML",
			details: { ErrorDetail: "Delete can have only one A." },
		});
		assert.equal(childText(root, "D"), "");
		assert.equal(childText(root, "E"), undefined);
		assert.deepEqual(root.children[1]?.children, [
			{ name: "C", text: "2", children: [] },
		]);
	});

	test("can have references in a long text, at every position where the reader splits it", async () => {
		for (const [reference, character] of [
			["&amp;", "&"],
			["&#x4e2d;", "中"],
			["a&b ", "a&b "],
		] as const)
			for (const before of ["", "x", "xx", "xxx"])
				assert.equal(
					await keyOf(before + reference.repeat(10_000)),
					before + character.repeat(10_000),
				);
	});

	test("is read after the other large documents, and before them if it is small", async () => {
		const large = `<Delete>${"<A/>".repeat(20_000)}</Delete>`;
		const ended: string[] = [];
		const note = (name: string) => () => ended.push(name);
		await Promise.all([
			read(large).then(note("first")),
			read(`${large}<`).catch(note("malformed")),
			read(large).then(note("last")),
			read("<Delete/>").then(note("small")),
		]);
		assert.deepEqual(ended, ["small", "first", "malformed", "last"]);
	});

	test("can have attributes, a namespace and comments, which are ignored", async () => {
		const root = await read(
			'<!-- a --><x:Delete xmlns:x="http://a" b="c"><x:Key d="&quot;">a<!-- b -->c</x:Key></x:Delete><!-- d -->',
		);
		assert.equal(root.name, "Delete");
		assert.equal(childText(root, "Key"), "ac");
	});

	test("can begin with a byte order mark", async () => {
		assert.equal((await read("\ufeff<Delete></Delete>")).name, "Delete");
	});

	/** Section 4 of XML 1.0. OSS also accepts control characters, which cpp's and py2's suites send. */
	const texts = [
		["&lt;&gt;&amp;&quot;&apos;", "<>&\"'"],
		["&amp;lt;", "&lt;"],
		["&#34;&#x22;", '""'],
		["&#x1F600;", "😀"],
		["a&#x1c;b&#26;c&#13;d", "a\u001cb\u001ac\rd"],
		["a\u0001b\u001f", "a\u0001b\u001f"],
		["<![CDATA[a&amp;<b>]]>", "a&amp;<b>"],
		["a & b && c&d&amp;", "a & b && c&d&"],
		["  a  b  ", "  a  b  "],
		["1e3", "1e3"],
		["0x10", "0x10"],
		["true", "true"],
		["猫", "猫"],
		["&#x10000;𐀀 &amp; 𐏿", "𐀀𐀀 & 𐏿"],
		["<![CDATA[𐀀 & 𐏿]]>", "𐀀 & 𐏿"],
		["", ""],
	] as const;
	for (const [written, expected] of texts) {
		test(`reads ${JSON.stringify(written)} as ${JSON.stringify(expected)}`, async () => {
			assert.equal(await keyOf(written), expected);
		});
	}

	test("can begin with white space", async () => {
		const body = ` \n<?xml version="1.0"?><Delete><Key>a</Key></Delete>`;
		assert.equal(childText(await read(body), "Key"), "a");
	});

	test("can have elements named like members of Object's prototype", async () => {
		for (const name of ["valueOf", "toString", "hasOwnProperty"]) {
			const root = await read(
				`<Delete><${name}>a</${name}><Key>b</Key></Delete>`,
			);
			assert.equal(childText(root, "Key"), "b");
		}
	});
});

suite("MalformedXML is", () => {
	const cases = [
		["nothing", ""],
		["blanks", "  "],
		["text", "meow"],
		["JSON", '{"Delete":{}}'],
		["an unclosed element", "<Delete>"],
		["overlapping elements", "<Delete><a><b></a></b></Delete>"],
		["an undefined entity", "<Delete>&nbsp;</Delete>"],
		[
			"an element that would change Object's prototype",
			"<Delete><__proto__></__proto__></Delete>",
		],
		[
			"an entity named like a member of Object's prototype",
			"<Delete>&constructor;</Delete>",
		],
		["no character", "<Delete>&#0;</Delete>"],
		["half of a surrogate pair", "<Delete>&#xD800;</Delete>"],
		[
			"a number above the last Unicode character",
			"<Delete>&#x110000;</Delete>",
		],
		["two roots", "<Delete></Delete><Delete></Delete>"],
		["another root", "<Remove></Remove>"],
		["a document type", "<!DOCTYPE Delete><Delete></Delete>"],
		[
			"an entity that the client declares",
			'<!DOCTYPE D [<!ENTITY a SYSTEM "file:///etc/passwd">]><Delete>&a;</Delete>',
		],
		[
			"a billion laughs attack",
			'<!doctype D [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><Delete>&b;</Delete>',
		],
		["a malformed attribute", "<Delete hasOwnProperty='a' b='c'></Delete>"],
		[
			"more attributes than a document needs",
			`<Delete ${Array.from({ length: 1001 }, (_, i) => `a${i}=""`).join(" ")}/>`,
		],
		[
			"more elements than the largest document has",
			`<Delete>${"<a/>".repeat(100_000)}</Delete>`,
		],
		[
			"elements that are nested too deeply",
			`<Delete>${"<a>".repeat(50_000)}${"</a>".repeat(50_000)}</Delete>`,
		],
	] as const;
	for (const [what, text] of cases) {
		test(what, async () => {
			await assert.rejects(
				read(text),
				(error) => error instanceof OssError && error.code === "MalformedXML",
			);
		});
	}
});

suite("A document of 2 MB", () => {
	const SIZE = 2 * 1024 * 1024;
	const fill = (piece: string): string =>
		piece.repeat(Math.floor((SIZE - 17) / piece.length));

	for (const [what, text] of [
		["elements", `<Delete>${"<Key>0123456789</Key>".repeat(99_000)}</Delete>`],
		["ampersands", `<Delete>${fill("&")}</Delete>`],
		["references", `<Delete>${fill("&#x1c;")}</Delete>`],
		["half references", `<Delete>${fill("&a ")}</Delete>`],
		["text", `<Delete>${fill("x")}</Delete>`],
		["comments", `<Delete>${fill("<!---->")}</Delete>`],
		["sections", `<Delete>${fill("<![CDATA[&]]>")}</Delete>`],
	] as const)
		test(`of ${what} does not block other work while it is read`, async () => {
			let turns = 0;
			let isReading = true;
			const turn = (): void => {
				turns += 1;
				if (isReading) setImmediate(turn);
			};
			setImmediate(turn);
			const began = performance.now();
			assert.equal((await read(text)).name, "Delete");
			const tookMs = performance.now() - began;
			isReading = false;
			// On a fast machine there may be no pause.
			assert.ok(turns > 1 || tookMs < 20, `${turns} turns in ${tookMs} ms`);
		});

	test("can have a reference at every position where it is split", async () => {
		const root = await read(
			`<Delete><Key>${"&#x4e00;&amp;".repeat(9000)}</Key></Delete>`,
		);
		assert.equal(childText(root, "Key"), "一&".repeat(9000));
	});
});
