/**
 * AWS Signature Version 4 as OSS reads it, in the Authorization header and in a URL.
 *
 * The pages of the ECs list neither status nor code: 400 InvalidArgument that names the argument is a guess,
 * and so is 403 SignatureDoesNotMatch for a header that is listed and not sent.
 *
 * Pure. Source: EC 0002-00000401…431.
 */
import type { Claim } from "../auth/claim.ts";
import { requireClock, requireDate } from "../auth/claim.ts";
import { readDecimal } from "../oss/decimal.ts";
import { invalidArgument, OssError } from "../oss/errors.ts";
import type { Arrival } from "../oss/request.ts";
import {
	isoTime,
	readCompactTime,
	readTime,
	wholeSeconds,
} from "../oss/times.ts";
import { readPayloadLine, UNSIGNED_PAYLOAD } from "./payload.ts";
import { tokenOfHeader, tokenOfV4Url } from "./security-token.ts";
import { ALGORITHM, candidates, type Signing } from "./v4-canonical.ts";
import { type Credential, readCredential, signingKey } from "./v4-key.ts";

/** A claim with the values on which the signatures of chunks are based. */
export type V4Claim = Claim & {
	readonly signing: Signing;
};

const ec = (number: string): string => `0002-00000${number}`;

/**
 * Reads `AWS4-HMAC-SHA256 Credential=…, SignedHeaders=a;b, Signature=…`, in any order.
 *
 * @throws OssError InvalidArgument, SignatureDoesNotMatch, AccessDenied without a date
 */
export function readV4Header(request: Arrival, authorization: string): V4Claim {
	const { headers } = request;
	const fail = (number: string): OssError =>
		invalidArgument("Authorization", authorization, undefined, ec(number));
	const items = readItems(authorization, fail);
	const credential = requireCredential(items.get("Credential"), fail);
	const signedHeaders = readNames(items.get("SignedHeaders"));
	if (signedHeaders.length === 0) throw fail("405");
	const signature = items.get("Signature");
	if (!signature) throw fail("407");
	if (signature.length !== SIGNATURE_CHARACTERS) throw fail("408");
	if (!signedHeaders.includes("host")) throw fail("420");
	const { moment, text } = readDate(request);
	if (!text.startsWith(credential.date)) throw fail("409");
	requireSignedHeaders(request, signedHeaders, {
		accessKeyId: credential.accessKeyId,
		signature,
	});
	const payload = readPayloadLine(headers["x-amz-content-sha256"]);
	return {
		...claimOf(request, { credential, signedHeaders, date: text, payload }),
		signature,
		securityToken: tokenOfHeader(request),
		requireTime: (now) => requireClock(moment, now),
	};
}

const SIGNATURE_CHARACTERS = 64;

const claimOf = (
	request: Arrival,
	signing: Signing,
): Pick<
	V4Claim,
	"accessKeyId" | "mismatchEc" | "candidates" | "sign" | "signing"
> => ({
	accessKeyId: signing.credential.accessKeyId,
	mismatchEc: ec("429"),
	candidates: () => candidates(request, signing),
	sign: (secret, stringToSign) =>
		signingKey(secret, signing.credential).sign(stringToSign),
	signing,
});

/** @throws the error that `fail` makes, for any other algorithm, and for items without a comma between them */
function readItems(
	authorization: string,
	fail: (number: string) => OssError,
): ReadonlyMap<string, string> {
	const blank = authorization.indexOf(" ");
	const word = blank < 0 ? authorization : authorization.slice(0, blank);
	if (word !== ALGORITHM) throw fail("402");
	const items = new Map<string, string>();
	for (const item of authorization.slice(word.length).split(",")) {
		const equals = item.indexOf("=");
		if (equals < 0) continue;
		const value = item.slice(equals + 1).trim();
		// A value has no blank: a comma is missing between it and the next item.
		if (value.includes(" ")) throw fail("406");
		items.set(item.slice(0, equals).trim(), value);
	}
	return items;
}

function requireCredential(
	text: string | undefined,
	fail: (number: string) => OssError,
): Credential {
	if (!text) throw fail("403");
	const credential = readCredential(text);
	if (credential?.service !== "s3") throw fail("404");
	return credential;
}

const readNames = (text: string | undefined): readonly string[] =>
	(text ?? "")
		.toLowerCase()
		.split(";")
		.filter((name) => name !== "");

/** Reads `x-amz-date`, or else `Date`; the signature contains it in compact form. */
function readDate({ headers }: Arrival): { moment: Date; text: string } {
	const own = headers["x-amz-date"];
	const moment = own
		? requireDate(own, readCompactTime)
		: requireDate(
				headers.date,
				(text) => readCompactTime(text) ?? readTime(text),
			);
	return { moment, text: own ?? compactTime(moment) };
}

const compactTime = (moment: Date): string =>
	isoTime(moment).replaceAll(/[-:]|\.000/g, "");

/** All listed headers must be present, and all `x-amz-*` headers that are present must be listed. */
function requireSignedHeaders(
	{ headers }: Arrival,
	listed: readonly string[],
	{ accessKeyId, signature }: Pick<Claim, "accessKeyId" | "signature">,
): void {
	const refuse = (number: string): OssError =>
		new OssError("SignatureDoesNotMatch", {
			ec: ec(number),
			details: { OSSAccessKeyId: accessKeyId, SignatureProvided: signature },
		});
	if (!listed.every((name) => name in headers && !name.includes("_")))
		throw refuse("428");
	for (const name in headers)
		if (name.startsWith("x-amz-") && !listed.includes(name))
			throw refuse("431");
}

export const EXPIRES_SECONDS_MAX = 604_800;

/**
 * Reads `X-Amz-Algorithm`, `-Credential`, `-Date`, `-Expires`, `-SignedHeaders`, `-Signature`; the pages about a
 * missing `-SignedHeaders` and `-Signature` could not be found, so their error has no EC.
 *
 * @throws OssError InvalidArgument, SignatureDoesNotMatch, AccessDenied if it has expired
 */
export function readV4Url(request: Arrival): V4Claim {
	const { query, headers } = request;
	const fail = (name: string, number: string): OssError =>
		invalidArgument(
			name,
			query.get(name) ?? "",
			undefined,
			number === "" ? "" : ec(number),
		);
	const requireParameter = (name: string, number: string): string => {
		const value = query.get(name);
		if (!value) throw fail(name, number);
		return value;
	};
	if (requireParameter("X-Amz-Algorithm", "410") !== ALGORITHM)
		throw fail("X-Amz-Algorithm", "411");
	const credential = readCredential(
		requireParameter("X-Amz-Credential", "412"),
	);
	if (credential?.service !== "s3") throw fail("X-Amz-Credential", "425");
	const date = requireParameter("X-Amz-Date", "414");
	const moment = readCompactTime(date);
	if (!moment) throw fail("X-Amz-Date", "415");
	const seconds = readExpires(requireParameter("X-Amz-Expires", "416"));
	if (seconds === undefined) throw fail("X-Amz-Expires", "417");
	const signedHeaders = readNames(requireParameter("X-Amz-SignedHeaders", ""));
	if (!signedHeaders.includes("host")) throw fail("X-Amz-SignedHeaders", "420");
	const signature = requireParameter("X-Amz-Signature", "");
	if (!date.startsWith(credential.date)) throw fail("X-Amz-Date", "421");
	requireSignedHeaders(request, signedHeaders, {
		accessKeyId: credential.accessKeyId,
		signature,
	});
	const payload = readPayloadLine(
		query.get("X-Amz-Content-Sha256") ??
			headers["x-amz-content-sha256"] ??
			UNSIGNED_PAYLOAD,
	);
	return {
		...claimOf(request, { credential, signedHeaders, date, payload }),
		signature,
		securityToken: tokenOfV4Url(request),
		requireTime: (now) => requireWindow(moment, seconds, now),
		expires: true,
	};
}

const readExpires = (text: string): number | undefined =>
	readDecimal(text, 1, EXPIRES_SECONDS_MAX);

/** A URL from the future is refused as a header from the future is. */
function requireWindow(start: Date, seconds: number, now: Date): void {
	if (start > now) requireClock(start, now);
	const end = new Date(start.getTime() + seconds * 1000);
	if (wholeSeconds(now) <= wholeSeconds(end)) return;
	throw new OssError("AccessDenied", {
		message: "Request has expired.",
		ec: ec("418"),
		details: { Expires: isoTime(end), ServerTime: isoTime(now) },
	});
}
