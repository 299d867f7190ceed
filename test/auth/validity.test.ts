import assert from "node:assert/strict";
import { suite, test } from "node:test";
import {
	readAnyTime,
	requireClock,
	requireDate,
	requireUnexpired,
	requireWindow,
} from "../../emulator/auth/claim.ts";
import { readCompactTime } from "../../emulator/oss/times.ts";
import { kindOf, thrownBy } from "./request.ts";

const now = new Date("2022-12-28T10:27:41.500Z");
const later = (seconds: number): Date =>
	new Date(now.getTime() + seconds * 1000);
const unix = (moment: Date): string =>
	String(Math.floor(moment.getTime() / 1000));

suite("The date of a signature", () => {
	test("can have the format of RFC 1123 or the compact format", () => {
		for (const text of ["Wed, 28 Dec 2022 10:27:41 GMT", "20221228T102741Z"]) {
			const date = requireDate(text, readAnyTime);
			assert.equal(date.toISOString(), "2022-12-28T10:27:41.000Z");
		}
	});

	test("that is missing is AccessDenied (A-100)", () => {
		for (const text of [undefined, ""]) {
			const error = thrownBy(() => requireDate(text, readAnyTime));
			assert.equal(kindOf(error), "403 AccessDenied 0002-00000503");
			assert.equal(error.message, "OSS authentication requires a valid Date.");
		}
	});

	test("that is not a date is refused", () => {
		const texts = ["tomorrow", "20221328T102741Z", "NaN", "9".repeat(5000)];
		for (const text of texts) {
			const error = thrownBy(() => requireDate(text, readCompactTime));
			assert.equal(kindOf(error), "400 InvalidArgument 0002-00000502");
			assert.equal(error.message, "Bad date format.");
		}
	});

	test("can differ by 15 minutes, either way", () => {
		requireClock(later(900), now);
		requireClock(later(-900), now);
		for (const seconds of [901, -901, 1e9])
			thrownBy(() => requireClock(later(seconds), now));
	});

	test("that differs by more is refused with both times, so that SDKs can correct their clock", () => {
		const error = thrownBy(() => requireClock(later(3600), now));

		assert.equal(kindOf(error), "403 RequestTimeTooSkewed 0002-00000504");
		assert.equal(
			error.message,
			"The difference between the request time and the current time is too large.",
		);
		assert.deepEqual(Object.entries(error.details), [
			["MaxAllowedSkewMilliseconds", "900000"],
			["RequestTime", "2022-12-28T11:27:41.000Z"],
			["ServerTime", "2022-12-28T10:27:41.000Z"],
		]);
	});
});

suite("Expires of a URL", () => {
	test("includes the given second", () => {
		requireUnexpired(unix(now), now);
		requireUnexpired("99999999999", now);

		const error = thrownBy(() => requireUnexpired(unix(later(-1)), now));
		assert.equal(kindOf(error), "403 AccessDenied 0002-00000069");
		assert.equal(error.message, "Request has expired.");
		assert.deepEqual(Object.entries(error.details), [
			["Expires", "2022-12-28T10:27:40.000Z"],
			["ServerTime", "2022-12-28T10:27:41.000Z"],
		]);
	});

	test("must be a number of seconds", () => {
		for (const text of ["abc", "-1", "1e9", "1.5", " 1", "9".repeat(400)]) {
			const error = thrownBy(() => requireUnexpired(text, now));
			assert.equal(kindOf(error), "403 AccessDenied 0002-00000070");
			assert.equal(
				error.message,
				"Invalid date (should be seconds since epoch).",
			);
		}
	});
});

suite("The window of a V4 URL", () => {
	test("begins 15 minutes before its date and ends x-oss-expires after it", () => {
		requireWindow(later(900), 60, now);
		requireWindow(later(-60), 60, now);
	});

	test("ends with AccessDenied and the documented EC", () => {
		const error = thrownBy(() => requireWindow(later(-61), 60, now));

		assert.equal(kindOf(error), "403 AccessDenied 0002-00000236");
		assert.equal(error.message, "Request has expired.");
		assert.deepEqual(error.details, {
			Expires: "2022-12-28T10:27:40.000Z",
			ServerTime: "2022-12-28T10:27:41.000Z",
		});
	});

	test("that begins in the future is AccessDenied (A-101)", () => {
		// The example on the page of EC 0002-00000235: 15 minutes and 2 seconds early.
		const error = thrownBy(() =>
			requireWindow(
				new Date("2023-12-20T08:30:18Z"),
				86_400,
				new Date("2023-12-20T08:15:16Z"),
			),
		);
		assert.equal(kindOf(error), "403 AccessDenied 0002-00000235");
	});
});
