import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { Gate } from "../../emulator/oss/gate.ts";

/** A task that ends on demand. */
function work(): { begun: boolean; run: () => Promise<void>; end: () => void } {
	const { promise, resolve } = Promise.withResolvers<void>();
	const one = {
		begun: false,
		run: () => {
			one.begun = true;
			return promise;
		},
		end: resolve,
	};
	return one;
}

suite("A gate", () => {
	test("runs a limited number of tasks at once and the others in order, and has a limited queue", async () => {
		const gate = new Gate(2, 1);
		const [a, b, c] = [work(), work(), work()];

		const passed = [gate.pass(a.run), gate.pass(b.run)];
		assert.equal(gate.isFull, false);
		passed.push(gate.pass(c.run));
		assert.equal(gate.isFull, true);
		assert.deepEqual([a.begun, b.begun, c.begun], [true, true, false]);

		b.end();
		await passed[1];
		assert.equal(gate.isFull, false);
		a.end();
		c.end();
		await Promise.all(passed);
		assert.equal(c.begun, true);
	});

	test("is released by tasks that fail", async () => {
		const gate = new Gate(1, 0);
		const failing = gate.pass(() => Promise.reject(new Error("no")));

		await assert.rejects(failing, /no/);
		assert.equal(gate.isFull, false);
		assert.equal(await gate.pass(async () => 1), 1);
	});
});
