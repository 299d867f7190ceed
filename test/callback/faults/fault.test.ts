import assert from "node:assert/strict";
import { suite, test } from "node:test";
import {
	FAULT_KINDS,
	readFault,
} from "../../../emulator/callback/faults/fault.ts";
import { forgedKeyUrl } from "../../../emulator/callback/sign.ts";
import { errorOf } from "../request-callback.ts";

suite("A fault is read", () => {
	for (const kind of FAULT_KINDS)
		test(`from ${kind}`, () => {
			const { text, delayMs } = readFault(kind);

			assert.equal(text, kind);
			assert.equal(delayMs, 0);
		});

	test("with a delay, and with any spaces", () => {
		const { text, delayMs } = readFault(" time-out ;delay = 1500 ");

		assert.equal(text, "time-out ;delay = 1500");
		assert.equal(delayMs, 1500);
	});

	test("with any status except 200", () => {
		const { outcome } = readFault("status-503");

		assert.ok(outcome && "answer" in outcome);
		assert.equal(outcome.answer.status, 503);
	});
});

suite("A text that is not a fault is refused:", () => {
	for (const text of [
		"",
		"timeout",
		"TIME-OUT",
		"status-200",
		"status-600",
		"status-50",
		"constructor",
		"time-out; delay",
		"time-out; delay=-1",
		"time-out; delay=60001",
		"time-out; delay=1; delay=2",
		"time-out, refused",
	])
		test(`«${text}», and the message lists the known faults`, async () => {
			const error = await errorOf(() => readFault(text));

			assert.equal(error?.code, "InvalidArgument");
			assert.equal(error.name, "x-emulator-callback-fault");
			assert.equal(error.value, text);
			assert.match(error.message, /never-sent, refused, .*status-NNN/);
		});
});

suite("The key URL of another host", () => {
	for (const [own, other] of [
		[
			"https://gosspublic.alicdn.com/callback_pub_key_v1.pem",
			"https://gosspublic.alicdn.com.forged.localhost/callback_pub_key_v1.pem",
		],
		[
			"http://127.0.0.1:6770/callback_pub_key_v1.pem",
			"http://127.0.0.1.forged.localhost:6770/callback_pub_key_v1.pem",
		],
		[
			"http://[::1]:6770/callback_pub_key_v1.pem",
			"http://--1.forged.localhost:6770/callback_pub_key_v1.pem",
		],
	] as const)
		test(`begins like ${own}`, () => assert.equal(forgedKeyUrl(own), other));
});
