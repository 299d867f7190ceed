import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { Pace } from "../../../emulator/operations/object/body-limits.ts";

const KIB = 1024;
/** The lowest rate that OSS allows: 100 KiB per second. */
const LIMIT = 100 * KIB * 8;

/**
 * Sends pieces one after the other, with a simulated clock.
 *
 * @param late the number of milliseconds by which every wait ends late
 * @returns the time at which each piece was sent, in milliseconds
 */
function send(
	pieces: readonly number[],
	{ late = 0, idle = 0 }: { late?: number; idle?: number } = {},
): number[] {
	let now = 5000;
	const pace = new Pace(LIMIT, now);
	return pieces.map((bytes) => {
		now += idle;
		const wait = pace.take(bytes, now);
		if (wait > 0) now += wait + late;
		return now - 5000;
	});
}

const repeat = (count: number, bytes: number): number[] =>
	Array.from({ length: count }, () => bytes);

suite("The pace of bytes", () => {
	test("is 10.24 seconds per mebibyte at 100 KiB per second, for pieces of any size", () => {
		for (const pieces of [
			[1024 * KIB],
			repeat(16, 64 * KIB),
			repeat(1024, KIB),
		])
			assert.equal(send(pieces).at(-1)?.toFixed(6), "10240.000000");
	});

	test("never exceeds the rate", () => {
		for (const [i, ms] of send(repeat(100, 10 * KIB)).entries())
			assert.equal(ms.toFixed(6), ((i + 1) * 100).toFixed(6));
	});

	test("is not reduced by timers that fire late", () => {
		const [last = 0] = send(repeat(100, 10 * KIB), { late: 30 }).slice(-1);
		assert.ok(last >= 10_000 && last <= 10_030, `${last} ms`);
	});

	test("allows an idle sender to catch up by at most a fifth of a second", () => {
		let now = 0;
		const pace = new Pace(LIMIT, now);
		now += 60_000;
		assert.equal(pace.take(20 * KIB, now), 0);
		assert.equal(pace.take(10 * KIB, now), 100);
	});
});
