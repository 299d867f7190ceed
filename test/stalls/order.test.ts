/**
 * Tests that other requests are answered while a heavy request is in progress. `npm run stalls` measures how long they
 * wait, with the largest requests that the limits allow.
 */
import assert from "node:assert/strict";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { suite, type TestContext, test } from "node:test";
import type { Client } from "../client.ts";
import { startWithBucket } from "../emulator.ts";

/** @returns the number of other requests that were answered before the heavy request */
async function answersDuring(
	t: TestContext,
	oss: Client,
	heavy: () => Promise<unknown>,
): Promise<number> {
	const delay = monitorEventLoopDelay({ resolution: 1 });
	delay.enable();
	let [answers, isDone] = [0, false];
	const done = heavy().finally(() => {
		isDone = true;
	});
	while (!isDone) {
		await oss.head("/photos/other");
		if (!isDone) answers += 1;
	}
	await done;
	delay.disable();
	const waitMs = (delay.max / 1e6).toFixed(0);
	t.diagnostic(`${answers} answers; the longest wait was ${waitMs} ms`);
	return answers;
}

const base64 = (text: string): string => Buffer.from(text).toString("base64");

const RECORDS = Array.from(
	{ length: 30_000 },
	(_, i) => `{"id":${i},"name":"person ${i}"}`,
);

const selection = (statement: string): string =>
	`<SelectRequest><Expression>${base64(statement)}</Expression><InputSerialization><JSON><Type>DOCUMENT</Type></JSON></InputSerialization></SelectRequest>`;

const select = (oss: Client, statement: string): Promise<unknown> =>
	oss.post("/photos/a?x-oss-process=json%2Fselect", selection(statement));

suite("Other requests are answered during", () => {
	test("SelectObject of a JSON document, row by row or as one row", async (t) => {
		const { oss } = await startWithBucket(t);
		await oss.put("/photos/a", `[${RECORDS.join(",")}]`);
		for (const statement of [
			"select * from ossobject[*] where id > 29990",
			"select * from ossobject",
		])
			assert.ok(
				(await answersDuring(t, oss, () => select(oss, statement))) > 1,
			);
	});

	test("several simultaneous SelectObject requests", async (t) => {
		const { oss } = await startWithBucket(t);
		await oss.put("/photos/a", `[${RECORDS.slice(0, 10_000).join(",")}]`);
		const many = () =>
			Promise.all(
				[1, 2, 3, 4].map(() =>
					select(oss, "select * from ossobject[*] where id < 0"),
				),
			);
		assert.ok((await answersDuring(t, oss, many)) > 1);
	});

	test("SelectObject, also if they delete many objects", async (t) => {
		const { oss } = await startWithBucket(t);
		await oss.put("/photos/a", "a,b\n".repeat(800_000));
		const statement = base64("select count(*) from ossobject");
		let isSelected = false;
		const selected = oss
			.post(
				"/photos/a?x-oss-process=csv%2Fselect",
				`<SelectRequest><Expression>${statement}</Expression><InputSerialization><CSV/></InputSerialization></SelectRequest>`,
			)
			.finally(() => {
				isSelected = true;
			});
		const keys = Array.from(
			{ length: 1000 },
			(_, i) => `<Object><Key>${i}</Key></Object>`,
		);

		const { status } = await oss.post(
			"/photos?delete",
			`<Delete>${keys.join("")}</Delete>`,
		);

		assert.equal(status, 200);
		assert.ok(!isSelected, "the deletion took longer than the query");
		assert.equal((await selected).status, 206);
	});

	test("CreateSelectObjectMeta", async (t) => {
		const { oss } = await startWithBucket(t);
		await oss.put("/photos/a", "a,b,c\n".repeat(150_000));
		const count = () =>
			oss.post("/photos/a?x-oss-process=csv%2Fmeta", "<CsvMetaRequest/>");
		assert.ok((await answersDuring(t, oss, count)) > 1);
	});

	test("a lifecycle run of 1,000 rules over 300 versions of one key", async (t) => {
		const { oss, adminUrl } = await startWithBucket(t);
		await oss.put(
			"/photos?versioning",
			"<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>",
		);
		const puts = Array.from({ length: 300 }, () => oss.put("/photos/a", ""));
		await Promise.all(puts);
		const exceptions = "<Not><Prefix>ab</Prefix></Not>".repeat(10);
		const rules = Array.from(
			{ length: 1000 },
			(_, i) =>
				`<Rule><ID>r${i}</ID><Prefix/><Status>Enabled</Status><Filter>${exceptions}</Filter><Expiration><Days>9999</Days></Expiration></Rule>`,
		);
		const { status } = await oss.put(
			"/photos?lifecycle",
			`<LifecycleConfiguration>${rules.join("")}</LifecycleConfiguration>`,
			{ "x-oss-allow-same-action-overlap": "true" },
		);
		assert.equal(status, 200);
		const run = () =>
			fetch(`${adminUrl}/api/lifecycle/run`, { method: "POST" });
		assert.ok((await answersDuring(t, oss, run)) > 1);
	});

	test("the diagnosis of a wrong signature", async (t) => {
		const { oss } = await startWithBucket(t);
		const parameters = Array.from({ length: 4000 }, (_, i) => `p${i}`);
		const wrong = () =>
			oss.get(`/photos/a?${parameters.join("&")}`, {
				as: { id: "oss-emulator", secret: "wrong" },
			});
		assert.ok((await answersDuring(t, oss, wrong)) > 1);
	});
});

test("A connection serves the next request after a form that was refused in the middle", async (t) => {
	const { oss } = await startWithBucket(t, "public-read-write");
	const part = (name: string, value: string): string =>
		`--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
	const body =
		part("key", "cat") +
		part("file", "a".repeat(300_000)) +
		part("file", "a".repeat(3_000_000));
	for (let i = 0; i < 4; i++) {
		const { status } = await oss.post("/photos", body, {
			"content-type": "multipart/form-data; boundary=b",
		});
		assert.equal(status, 400);
		assert.equal((await oss.head("/photos/other")).status, 404);
	}
});
