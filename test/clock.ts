/**
 * Starts an emulator with a frozen clock, which only the test moves. Authentication is off, because the clients' clock
 * differs.
 */
import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { startWithBucket, type TestEmulator } from "./emulator.ts";

export const SECOND = 1;
export const HOUR = 3600;
export const DAY = 24 * HOUR;

/** The initial time of these emulators. */
export const START = "2024-05-06T07:08:09.000Z";

export type Timed = TestEmulator & {
	/** Moves the clock forward. */
	pass(seconds: number): Promise<void>;
};

/** Starts an emulator with the bucket `photos`, and freezes its clock at `START`. */
export async function startAtStandstill(
	t: Pick<TestContext, "after">,
	...flags: readonly string[]
): Promise<Timed> {
	const emulator = await startWithBucket(
		t,
		"private",
		"--auth",
		"off",
		...flags,
	);
	const move = async (change: object): Promise<void> => {
		const { status } = await fetch(`${emulator.adminUrl}/api/clock`, {
			method: "PUT",
			headers: { "Content-Type": "application/json" },
			body: JSON.stringify(change),
		});
		assert.equal(status, 200);
	};
	await move({ now: START, frozen: true });
	return { ...emulator, pass: (seconds) => move({ advance: seconds }) };
}

/** @returns the HTTP date some seconds after `START` */
export const httpTimeAfter = (seconds: number): string =>
	new Date(Date.parse(START) + seconds * 1000).toUTCString();
