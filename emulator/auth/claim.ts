/**
 * The claim of a request's signature, in any scheme, and its verification: the signature itself, and its time, which
 * must be near its date in a header and before its expiration in a URL.
 *
 * SDKs differ in the text they sign, so there may be several strings to sign. Any of them is accepted; the first is
 * OSS's own, which the error shows.
 *
 * Pure. Source: docs «Error responses», captured 403s of V1 and V4; EC 0002-00000040, 069, 070, 201, 235,
 * 236, 502…504; a captured «Request has expired.»; java1 ErrorTest.
 */
import { timingSafeEqual } from "node:crypto";
import { readDecimal } from "../oss/decimal.ts";
import { encodeWireText } from "../oss/encoding.ts";
import { invalidArgument, OssError } from "../oss/errors.ts";
import type { Reading, Target } from "../oss/request.ts";
import {
	isoTime,
	readCompactTime,
	readTime,
	wholeSeconds,
} from "../oss/times.ts";

export type Candidate = {
	readonly stringToSign: string;
	/** The canonical request of V4; the string to sign contains its hash. */
	readonly canonicalRequest?: string;
};

export type Claim = {
	readonly accessKeyId: string;
	/** The security token of STS, or ''. */
	readonly securityToken: string;
	/** As in the request: base64, or lower-case hex for V4. */
	readonly signature: string;
	/** The EC for a wrong signature. */
	readonly mismatchEc: string;
	/** @throws OssError when the signature is not, or no longer, valid at `now` */
	readonly requireTime: (now: Date) => void;
	/** Whether the signature contains its own expiration, as signatures of URLs do. */
	readonly expires?: true;
	/** @param target a reading of the request; S3's signature depends on where the bucket is named */
	readonly candidates: (
		target: Target & Partial<Reading>,
	) => Iterable<Candidate>;
	readonly sign: (accessKeySecret: string, stringToSign: string) => string;
};

/** Whether the holder of `accessKeySecret` signed this request to `target`. */
export function isSigned(
	claim: Claim,
	accessKeySecret: string,
	target: Target,
): boolean {
	for (const { stringToSign } of claim.candidates(target)) {
		const expected = claim.sign(accessKeySecret, stringToSign);
		if (sameText(expected, claim.signature)) return true;
	}
	return false;
}

/** Compares in constant time, so that a signature cannot be guessed digit by digit. */
export function sameText(expected: string, actual: string): boolean {
	const [a, b] = [Buffer.from(expected), Buffer.from(actual)];
	return a.length === b.length && timingSafeEqual(a, b);
}

/** Maximum length of a string to sign in an answer: a policy may have megabytes. */
const SHOWN_CHARACTERS_MAX = 16_384;

/** The answer contains the string to sign, byte by byte, because users find their mistake by comparing it. */
export function mismatch(claim: Claim, target: Target): OssError {
	const [candidate] = claim.candidates(target);
	const shown = candidate?.stringToSign.slice(0, SHOWN_CHARACTERS_MAX) ?? "";
	const canonicalRequest = candidate?.canonicalRequest;
	return new OssError("SignatureDoesNotMatch", {
		ec: claim.mismatchEc,
		details: {
			OSSAccessKeyId: claim.accessKeyId,
			SignatureProvided: claim.signature,
			StringToSign: shown,
			StringToSignBytes: hexBytes(shown),
			...(canonicalRequest === undefined
				? {}
				: { CanonicalRequest: canonicalRequest }),
		},
	});
}

/** Bytes in OSS's format, `47 45 54 0A `, including the trailing blank. */
const hexBytes = (text: string): string =>
	encodeWireText(text).toString("hex").toUpperCase().replaceAll(/../g, "$& ");

const CLOCK_SKEW_MS_MAX = 900_000;

/** Seven days; a session of STS expires earlier. */
export const EXPIRES_SECONDS_MAX = 604_800;

/** `x-oss-date` and `Date` before V4: RFC 1123, or the form of V4 (the example of EC 0002-00000503). */
export const readAnyTime = (text: string): Date | undefined =>
	readCompactTime(text) ?? readTime(text);

/**
 * @param text the request's date
 * @param read the forms it may have
 * @returns the time it denotes
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

/** The last second that a `Date` can represent. */
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
 * @throws OssError AccessDenied; the text for a URL that is not valid yet is a guess
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
