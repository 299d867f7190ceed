import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { refusal, textsOf } from "../../client.ts";
import { DAY, httpTimeAfter, SECOND, startAtStandstill } from "../../clock.ts";
import { startWithBucket } from "../../emulator.ts";
import { getDocument, putDocument } from "../configurations/document.ts";

const at = (name: string, more = ""): string =>
	`/photos?style&styleName=${name}${more}`;
const style = (content: string): string =>
	`<Style><Content>${content}</Content></Style>`;

suite("Image styles", () => {
	test("can be put, read, listed and deleted", async (t) => {
		const { oss } = await startAtStandstill(t);
		const content = "image/resize,p_50";
		await putDocument(oss, at("small"), style(content));
		await putDocument(oss, at("other", "&category=video"), style("video/a"));
		const now = httpTimeAfter(0);
		const document = `<Style><Name>small</Name><Content>${content}</Content><Category>image</Category><CreateTime>${now}</CreateTime><LastModifyTime>${now}</LastModifyTime></Style>`;
		assert.equal(await getDocument(oss, at("small")), document);
		const list = await oss.get("/photos?style");
		assert.deepEqual(textsOf(list, "Name"), ["other", "small"]);
		assert.deepEqual(textsOf(list, "Category"), ["video", "image"]);

		for (const _ of [1, 2])
			assert.equal((await oss.delete(at("small"))).status, 204);
		assert.equal(
			refusal(await oss.get(at("small"))),
			"404 NoSuchStyle : No Such Image Style.",
		);
		assert.deepEqual(textsOf(await oss.get("/photos?style"), "Name"), [
			"other",
		]);
	});

	test("keep their creation time when they are put again", async (t) => {
		const { oss, pass } = await startAtStandstill(t);
		await putDocument(oss, at("small"), style("image/resize,p_50"));
		await pass(DAY);
		await putDocument(oss, at("small"), style("image/resize,p_60"));
		const get = await oss.get(at("small"));
		assert.deepEqual(textsOf(get, "Content"), ["image/resize,p_60"]);
		assert.deepEqual(textsOf(get, "CreateTime"), [httpTimeAfter(0)]);
		assert.deepEqual(textsOf(get, "LastModifyTime"), [httpTimeAfter(DAY)]);
	});

	test("are listed in the order of their creation", async (t) => {
		const { oss, pass } = await startAtStandstill(t);
		for (const name of ["b", "c", "a"]) {
			await putDocument(oss, at(name), style("image/resize,p_50"));
			await pass(SECOND);
		}
		await putDocument(oss, at("b"), style("image/resize,p_60"));
		const list = await oss.get("/photos?style");
		assert.deepEqual(textsOf(list, "Name"), ["b", "c", "a"]);
	});

	for (const [what, name, content] of [
		["no content", "small", ""],
		["no name", "", "image/resize,p_50"],
		["a name with a slash", "a%2Fb", "image/resize,p_50"],
		["a name of 64 characters", "s".repeat(64), "image/resize,p_50"],
	] as const)
		test(`are refused with ${what}`, async (t) => {
			const { oss } = await startWithBucket(t);
			assert.match(
				refusal(await oss.put(at(name), style(content))),
				/^400 InvalidArgument /,
			);
		});
});
