import assert from "node:assert/strict";
import { once } from "node:events";
import { suite, test } from "node:test";
import type { Worker } from "node:worker_threads";
import sharp from "sharp";
import { startWithBucket } from "../emulator.ts";

const PNG = await sharp({
	create: { width: 40, height: 30, channels: 3, background: "#FF0000" },
})
	.png()
	.toBuffer();

suite("Images", () => {
	test("are processed in a worker, which is replaced if it exits during its work", async (t) => {
		const { oss } = await startWithBucket(t);
		await oss.put("/photos/cat.png", PNG);
		const resize = () =>
			oss.get("/photos/cat.png?x-oss-process=image/resize,w_20");

		const started = once(process, "worker");
		const first = resize();
		const [worker]: Worker[] = await started;
		await worker?.terminate();
		assert.equal((await first).status, 500);

		const restarted = once(process, "worker");
		const second = await resize();
		await restarted;
		const { width } = await sharp(second.body).metadata();
		assert.deepEqual([second.status, width], [200, 20]);
	});
});
