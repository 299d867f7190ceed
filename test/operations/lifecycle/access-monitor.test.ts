import assert from "node:assert/strict";
import { suite, test } from "node:test";
import {
	DAY,
	httpTimeAfter,
	startAtStandstill,
	type Timed,
} from "../../clock.ts";

const MONITOR = "/photos?accessmonitor";
const document = (status: string): string =>
	`<AccessMonitorConfiguration><Status>${status}</Status></AccessMonitorConfiguration>`;

const lastAccess = async (
	{ oss }: Timed,
	target = "/photos/cat?objectMeta",
): Promise<string | undefined> =>
	(await oss.head(target)).headers["x-oss-last-access-time"];

suite("x-oss-last-access-time", () => {
	test("is in responses to GetObjectMeta and HeadObject while the access monitor is enabled", async (t) => {
		const emulator = await startAtStandstill(t);
		const { oss } = emulator;
		await oss.put("/photos/cat", "meow");
		assert.equal(await lastAccess(emulator), undefined);
		await oss.put(MONITOR, document("Enabled"));
		assert.equal(await lastAccess(emulator), httpTimeAfter(0));
		assert.equal(await lastAccess(emulator, "/photos/cat"), httpTimeAfter(0));
		await oss.put(MONITOR, document("Disabled"));
		assert.equal(await lastAccess(emulator), undefined);
	});

	for (const [what, read] of [
		["GetObject", ({ oss }: Timed) => oss.get("/photos/cat")],
		[
			"GetObject of a range",
			({ oss }: Timed) =>
				oss.get("/photos/cat", { headers: { range: "bytes=0-0" } }),
		],
		[
			"CopyObject, for its source",
			({ oss }: Timed) =>
				oss.put("/photos/dog", "", { "x-oss-copy-source": "/photos/cat" }),
		],
	] as const)
		test(`is the time of the last ${what}, or of the write (A-898)`, async (t) => {
			const emulator = await startAtStandstill(t);
			await emulator.oss.put(MONITOR, document("Enabled"));
			await emulator.oss.put("/photos/cat", "meow");
			await emulator.pass(DAY);
			assert.equal(await lastAccess(emulator), httpTimeAfter(0));
			assert.equal((await read(emulator)).status < 300, true);
			await emulator.pass(DAY);
			assert.equal(await lastAccess(emulator), httpTimeAfter(DAY));
			const { headers } = await emulator.oss.head("/photos/cat");
			assert.equal(headers["last-modified"], httpTimeAfter(0));
		});

	test("is not changed by a refused read, and is reset by another write", async (t) => {
		const emulator = await startAtStandstill(t);
		const { oss } = emulator;
		await oss.put(MONITOR, document("Enabled"));
		await oss.put("/photos/cat", "meow");
		await emulator.pass(DAY);
		const headers = { "if-match": "x" };
		assert.equal((await oss.get("/photos/cat", { headers })).status, 412);
		assert.equal(await lastAccess(emulator), httpTimeAfter(0));
		await oss.put("/photos/cat", "purr");
		assert.equal(await lastAccess(emulator), httpTimeAfter(DAY));
	});
});
