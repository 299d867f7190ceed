import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { letGo } from "../../emulator/oss/detach.ts";

suite("Bytes that are let go", () => {
	test("are gone, and their memory with them", () => {
		const bytes = Buffer.alloc(65_536, "x");
		const { buffer } = bytes;

		letGo(bytes);

		assert.deepEqual([bytes.length, buffer.byteLength], [0, 0]);
	});

	test("stay where they are a part of others", () => {
		const whole = Buffer.alloc(65_536, "x");
		const pooled = Buffer.from("meow");

		letGo(whole.subarray(0, 1000));
		letGo(pooled);

		assert.equal(whole.length, 65_536);
		assert.equal(pooled.toString(), "meow");
	});
});
