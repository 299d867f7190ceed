import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { detach } from "../../emulator/oss/detach.ts";

suite("Detached bytes", () => {
	test("are released, together with their memory", () => {
		const bytes = Buffer.alloc(65_536, "x");
		const { buffer } = bytes;

		detach(bytes);

		assert.deepEqual([bytes.length, buffer.byteLength], [0, 0]);
	});

	test("are not released if they are part of a larger buffer", () => {
		const whole = Buffer.alloc(65_536, "x");
		const pooled = Buffer.from("meow");

		detach(whole.subarray(0, 1000));
		detach(pooled);

		assert.equal(whole.length, 65_536);
		assert.equal(pooled.toString(), "meow");
	});
});
