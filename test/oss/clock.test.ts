import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { MovableClock } from "../../emulator/oss/clock.ts";

const START = Date.parse("2024-05-06T07:08:09.500Z");

/** A clock based on a time that the test advances. */
function openClock() {
	let real = START;
	const clock = new MovableClock(() => real);
	return {
		clock,
		pass: (ms: number) => {
			real += ms;
		},
		now: () => clock.now().toISOString(),
	};
}

suite("The clock", () => {
	test("follows the real time", () => {
		const { pass, now } = openClock();
		assert.equal(now(), "2024-05-06T07:08:09.500Z");
		pass(1500);
		assert.equal(now(), "2024-05-06T07:08:11.000Z");
	});

	test("continues from the time to which it was set", () => {
		const { clock, pass, now } = openClock();
		clock.move({ now: new Date("2030-01-01T00:00:00Z") });
		pass(1000);
		assert.equal(now(), "2030-01-01T00:00:01.000Z");
		clock.move({ advance: 86_400 });
		pass(1000);
		assert.equal(now(), "2030-01-02T00:00:02.000Z");
		clock.move({ advance: -2.5 });
		assert.equal(now(), "2030-01-01T23:59:59.500Z");
	});

	test("stops while it is frozen, can be moved while it is frozen, and continues from there", () => {
		const { clock, pass, now } = openClock();
		clock.move({ frozen: true });
		pass(5000);
		assert.equal(now(), "2024-05-06T07:08:09.500Z");
		clock.move({ advance: 60 });
		pass(5000);
		assert.equal(now(), "2024-05-06T07:09:09.500Z");
		assert.equal(clock.isFrozen, true);
		clock.move({ frozen: false });
		pass(1000);
		assert.equal(now(), "2024-05-06T07:09:10.500Z");
	});

	test("reports its offset, and can be reset", () => {
		const { clock, pass, now } = openClock();
		clock.move({ now: new Date(START - 1000), advance: 61, frozen: true });
		assert.equal(clock.aheadMs, 60_000);
		pass(60_000);
		assert.equal(clock.aheadMs, 0);
		clock.reset();
		assert.equal(clock.isFrozen, false);
		assert.equal(now(), "2024-05-06T07:09:09.500Z");
	});

	test("accepts only times that OSS can write, and is not changed by other times", () => {
		const { clock, now } = openClock();
		for (const change of [
			{ now: new Date("1969-12-31T23:59:59Z") },
			{ advance: 1e12 },
			{ advance: Number.NaN },
			{ now: new Date(Number.NaN) },
		])
			assert.throws(() => clock.move(change), RangeError);
		assert.equal(now(), "2024-05-06T07:08:09.500Z");
	});
});
