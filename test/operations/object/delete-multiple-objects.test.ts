import assert from "node:assert/strict";
import { hash } from "node:crypto";
import { suite, test } from "node:test";
import { type Answer, refusal, textsOf } from "../../client.ts";
import { startWithBucket, type TestEmulator } from "../../emulator.ts";

const malformedXml = (ec: string): string =>
	`400 MalformedXML 0016-00000${ec}: The XML you provided was not well-formed or did not validate against our published schema.`;
const noKey = (ec: string): string =>
	`400 UserKeyMustBeSpecified 0016-00000${ec}: User key must be specified.`;

const object = (key: string): string => `<Object><Key>${key}</Key></Object>`;

function send(
	{ oss }: TestEmulator,
	body: string,
	query = "",
): Promise<Answer> {
	return oss.post(`/photos?delete${query}`, body, {
		"content-md5": hash("md5", body, "base64"),
	});
}

const keysIn = async ({ oss }: TestEmulator): Promise<string[]> =>
	textsOf(await oss.get("/photos"), "Key");

suite("DeleteMultipleObjects", () => {
	test("deletes the listed objects; missing objects are reported as deleted", async (t) => {
		const emulator = await startWithBucket(t);
		for (const key of ["a", "b", "c"])
			await emulator.oss.put(`/photos/${key}`, "x");
		const answer = await send(
			emulator,
			`<?xml version="1.0" encoding="UTF-8"?><Delete>${["a", "none", "c"].map(object).join("")}</Delete>`,
		);

		assert.equal(answer.status, 200);
		assert.equal(answer.headers["content-type"], "application/xml");
		assert.equal(
			answer.text,
			`<?xml version="1.0" encoding="UTF-8"?>
<DeleteResult>
  <Deleted>
    <Key>a</Key>
  </Deleted>
  <Deleted>
    <Key>none</Key>
  </Deleted>
  <Deleted>
    <Key>c</Key>
  </Deleted>
</DeleteResult>
`,
		);
		assert.deepEqual(await keysIn(emulator), ["b"]);
	});

	test("returns no list in quiet mode, at any position of Quiet in the document", async (t) => {
		const emulator = await startWithBucket(t);
		for (const body of [
			`<Delete><Quiet>true</Quiet>${object("a")}</Delete>`,
			`<Delete>${object("a")}<Quiet> true </Quiet></Delete>`,
		]) {
			await emulator.oss.put("/photos/a", "x");
			const answer = await send(emulator, body);
			assert.equal(answer.status, 200);
			assert.equal(answer.headers["content-length"], "0");
			assert.deepEqual(await keysIn(emulator), []);
		}
		const loud = await send(
			emulator,
			`<Delete><Quiet>false</Quiet>${object("a")}</Delete>`,
		);
		assert.deepEqual(textsOf(loud, "Key"), ["a"]);
	});

	test("encodes the keys with encoding-type=url", async (t) => {
		const emulator = await startWithBucket(t);
		await emulator.oss.put("/photos/a%20b%2B%E7%8C%AB%26", "x");
		const body = `<Delete>${object("a b+猫&amp;")}</Delete>`;
		const answer = await send(emulator, body, "&encoding-type=url");
		assert.deepEqual(textsOf(answer, "EncodingType"), ["url"]);
		assert.deepEqual(textsOf(answer, "Key"), ["a%20b%2B%E7%8C%AB%26"]);
		assert.deepEqual(await keysIn(emulator), []);
	});

	test("encodes the keys if a header requests it, as java1 does", async (t) => {
		const { oss } = await startWithBucket(t);
		const body = `<Delete>${object("a b")}</Delete>`;
		const headers = { "encoding-type": "url" };
		const answer = await oss.post("/photos?delete", body, headers);
		assert.deepEqual(textsOf(answer, "EncodingType"), ["url"]);
		assert.deepEqual(textsOf(answer, "Key"), ["a%20b"]);
		const nonsense = await oss.post("/photos?delete", body, {
			"encoding-type": "gzip",
		});
		assert.match(refusal(nonsense), /^400 InvalidArgument /);
	});

	test("preserves keys exactly: spaces, control characters, references", async (t) => {
		const emulator = await startWithBucket(t);
		const keys = [
			[" a ", " a "],
			["b\u001cc", "b\u001cc"],
			["d\u001ae", "d&#x1a;e"],
			["f<g>&", "f&lt;g&gt;&amp;"],
			["h\"'", "h&quot;&apos;"],
			["i\rj", "i&#13;j"],
			["k", "<![CDATA[k]]>"],
		] as const;
		for (const [key] of keys)
			await emulator.oss.put(`/photos/${encodeURIComponent(key)}`, "x");
		const objects = keys.map(([, written]) => object(written));
		const answer = await send(emulator, `<Delete>${objects.join("")}</Delete>`);
		assert.equal(answer.status, 200, answer.text);
		assert.deepEqual(await keysIn(emulator), []);
	});

	test("accepts at most 1,000 keys", async (t) => {
		const emulator = await startWithBucket(t);
		await emulator.oss.put("/photos/k1000", "x");
		const keys = Array.from({ length: 1001 }, (_, i) => object(`k${i}`));
		assert.equal(
			refusal(await send(emulator, `<Delete>${keys.join("")}</Delete>`)),
			malformedXml("609"),
		);
		assert.deepEqual(await keysIn(emulator), ["k1000"]);
		const answer = await send(
			emulator,
			`<Delete>${keys.slice(1).join("")}</Delete>`,
		);
		assert.equal(textsOf(answer, "Key").length, 1000);
		assert.deepEqual(await keysIn(emulator), []);
	});

	const malformed = [
		["an empty body", "", malformedXml("607")],
		["an empty list", "<Delete></Delete>", malformedXml("615")],
		["an empty key (A-604)", `<Delete>${object("")}</Delete>`, noKey("611")],
		[
			"an object without a key (A-604)",
			"<Delete><Object></Object></Delete>",
			noKey("613"),
		],
		["text", "meow", malformedXml("607")],
		[
			"an element that does not end",
			`<Delete>${object("a")}`,
			malformedXml("607"),
		],
		["another root", `<Remove>${object("a")}</Remove>`, malformedXml("608")],
		[
			"two roots",
			`<Delete>${object("a")}</Delete><Delete></Delete>`,
			malformedXml("607"),
		],
		[
			"a document type",
			`<!DOCTYPE Delete [<!ENTITY a "a">]><Delete>${object("&a;")}</Delete>`,
			malformedXml("607"),
		],
		[
			"a body that is too large",
			`<Delete>${object("a".repeat(2_100_000))}</Delete>`,
			malformedXml("607"),
		],
	] as const;
	for (const [what, body, expected] of malformed) {
		test(`deletes no object if it receives ${what}`, async (t) => {
			const emulator = await startWithBucket(t);
			await emulator.oss.put("/photos/a", "x");
			assert.equal(refusal(await send(emulator, body)), expected);
			assert.deepEqual(await keysIn(emulator), ["a"]);
		});
	}

	test("mentions the expected root, as on the page of EC 0016-00000608", async (t) => {
		const emulator = await startWithBucket(t);
		const answer = await send(emulator, "<Remove></Remove>");
		assert.equal(refusal(answer), malformedXml("608"));
		assert.deepEqual(textsOf(answer, "ErrorDetail"), [
			"the root node is not named Delete.",
		]);
	});

	test("deletes no object if the body does not match Content-MD5", async (t) => {
		const emulator = await startWithBucket(t);
		await emulator.oss.put("/photos/a", "x");
		const body = `<Delete>${object("a")}</Delete>`;
		const answer = await emulator.oss.post("/photos?delete", body, {
			"content-md5": hash("md5", "something else", "base64"),
		});
		assert.match(refusal(answer), /^400 InvalidDigest 0017-00000503/);
		assert.deepEqual(await keysIn(emulator), ["a"]);
	});

	test("does not require Content-MD5 (A-13)", async (t) => {
		const emulator = await startWithBucket(t);
		await emulator.oss.put("/photos/a", "x");
		const body = `<Delete>${object("a")}</Delete>`;
		assert.equal((await emulator.oss.post("/photos?delete", body)).status, 200);
		assert.deepEqual(await keysIn(emulator), []);
	});
});
