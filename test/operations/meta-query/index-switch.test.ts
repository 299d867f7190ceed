import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { refusal, textsOf } from "../../client.ts";
import { SECOND, START, startAtStandstill } from "../../clock.ts";
import { startWithBucket } from "../../emulator.ts";
import { getDocument } from "../configurations/document.ts";

const targetOf = (comp: string): string => `/photos?metaQuery&comp=${comp}`;

suite("Data indexing", () => {
	test("can be opened, is Ready and a few seconds later Running (A-671), and can be closed", async (t) => {
		const { oss, pass } = await startAtStandstill(t);
		const status = (state: string): string =>
			`<MetaQueryStatus>${state}<CreateTime>${START}</CreateTime><UpdateTime>${START}</UpdateTime><MetaQueryMode>basic</MetaQueryMode></MetaQueryStatus>`;
		const absent = /^404 MetaQueryNotExist /;
		assert.match(refusal(await oss.get("/photos?metaQuery")), absent);
		assert.equal((await oss.post(targetOf("add"))).status, 200);
		assert.equal(
			await getDocument(oss, "/photos?metaQuery"),
			status("<State>Ready</State><Phase>FullScanning</Phase>"),
		);
		await pass(3 * SECOND);
		assert.equal(
			await getDocument(oss, "/photos?metaQuery"),
			status("<State>Running</State><Phase>IncrementalScanning</Phase>"),
		);
		assert.match(
			refusal(await oss.post(targetOf("add"))),
			/^400 MetaQueryAlreadyExist /,
		);
		assert.equal((await oss.post(targetOf("delete"))).status, 200);
		assert.match(refusal(await oss.get("/photos?metaQuery")), absent);
	});

	test("accepts only two modes", async (t) => {
		const { oss } = await startWithBucket(t);
		assert.match(
			refusal(await oss.post(`${targetOf("add")}&mode=meow`)),
			/^400 InvalidArgument /,
		);
		await oss.post(`${targetOf("add")}&mode=semantic`);
		const status = await oss.get("/photos?metaQuery");
		assert.deepEqual(textsOf(status, "MetaQueryMode"), ["semantic"]);
	});

	test("can be closed even if it is not open (A-417)", async (t) => {
		const { oss } = await startWithBucket(t);
		assert.equal((await oss.post(targetOf("delete"))).status, 200);
	});
});
