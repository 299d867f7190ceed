/**
 * Checks the time of a signature: near its date in a header, before its expiration in a URL.
 *
 * Pure. Source: EC 0002-00000069, 070, 235, 236, 502…504; a captured «Request has expired.»; java1 ErrorTest.
 */
import { readDecimal } from "../oss/decimal.ts";
import { invalidArgument, OssError } from "../oss/errors.ts";
import {
	isoTime,
	readCompactTime,
	readTime,
	wholeSeconds,
} from "../oss/times.ts";

const CLOCK_SKEW_MS_MAX = 900_000;

/** Seven days; a session of STS expires earlier. */
export const EXPIRES_SECONDS_MAX = 604_800;

/** `x-oss-date` and `Date` before V4: RFC 1123, or the form of V4 (the example of EC 0002-00000503). */
export const readAnyTime = (text: string): Date | undefined =>
	readCompactTime(text) ?? readTime(text);

/**
 * @param text the request's date
 * @param read the forms it may have
 * @returns the moment it names
 * @throws OssError AccessDenied without a date (A-100: the docs have an InvalidArgument too); InvalidArgument
 */
export function requireDate(
	text: string | undefined,
	read: (text: string) => Date | undefined,
): Date {
	if (!text) {
		throw new OssError("AccessDenied", {
			message: "OSS authentication requires a valid Date.",
			ec: "0002-00000503",
		});
	}
	const date = read(text);
	if (!date)
		throw invalidArgument("Date", text, "Bad date format.", "0002-00000502");
	return date;
}

/** @throws OssError RequestTimeTooSkewed, with both clocks: SDKs correct their clock with it and try again */
export function requireClock(date: Date, now: Date): void {
	if (Math.abs(now.getTime() - date.getTime()) <= CLOCK_SKEW_MS_MAX) return;
	throw new OssError("RequestTimeTooSkewed", {
		details: {
			MaxAllowedSkewMilliseconds: String(CLOCK_SKEW_MS_MAX),
			RequestTime: isoTime(date),
			ServerTime: isoTime(now),
		},
	});
}

/** The last second that a `Date` can hold. */
const EXPIRES_MAX = 8_640_000_000_000;

/**
 * Checks a URL signed with V1 or V2.
 *
 * @param expires seconds since 1970
 * @throws OssError AccessDenied
 */
export function requireUnexpired(expires: string, now: Date): void {
	const seconds = readDecimal(expires, 0, EXPIRES_MAX);
	if (seconds === undefined) {
		throw new OssError("AccessDenied", {
			message: "Invalid date (should be seconds since epoch).",
			ec: "0002-00000070",
		});
	}
	if (wholeSeconds(now) > seconds)
		throw expired(new Date(seconds * 1000), now, "0002-00000069");
}

/**
 * Checks a URL signed with V4.
 *
 * @throws OssError AccessDenied; the text for one from the future is a guess
 */
export function requireWindow(start: Date, seconds: number, now: Date): void {
	if (start.getTime() - now.getTime() > CLOCK_SKEW_MS_MAX) {
		throw new OssError("AccessDenied", {
			message: "Request is not valid yet.",
			ec: "0002-00000235",
			details: { RequestTime: isoTime(start), ServerTime: isoTime(now) },
		});
	}
	const end = new Date(start.getTime() + seconds * 1000);
	if (wholeSeconds(now) > wholeSeconds(end))
		throw expired(end, now, "0002-00000236");
}

const expired = (end: Date, now: Date, ec: string): OssError =>
	new OssError("AccessDenied", {
		message: "Request has expired.",
		ec,
		details: { Expires: isoTime(end), ServerTime: isoTime(now) },
	});
