/**
 * The claim of a request's signature to STS: its key, its time, its nonce and the string to sign.
 *
 * Pure.
 */
import { timingSafeEqual } from "node:crypto";
import { readTime } from "../oss/times.ts";
import { StsError } from "./errors.ts";

export type StsClaim = {
	readonly accessKeyId: string;
	/** The security token of a caller with a temporary key; '' for other callers. */
	readonly securityToken: string;
	readonly timestamp: string;
	readonly nonce: string;
	readonly signature: string;
	/** Matches a well-formed signature. */
	readonly signatureForm: RegExp;
	readonly stringToSign: string;
	readonly sign: (accessKeySecret: string) => string;
	/** Common mistakes with the right secret, each with a sentence for the developer. */
	readonly mistakes: (
		accessKeySecret: string,
	) => Iterable<readonly [signature: string, sentence: string]>;
};

export const SKEW_MS_MAX = 900_000;

/**
 * Reads `2015-09-01T05:57:34Z`, also with milliseconds; the php suite writes an `H` for the `T`, which is accepted.
 *
 * @throws StsError
 */
export function requireTimestamp({ timestamp }: StsClaim, now: Date): void {
	const isTime = /^\d{4}-\d\d-\d\d[TH]\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/;
	const moment = isTime.test(timestamp)
		? readTime(timestamp.replace("H", "T"))
		: undefined;
	if (!moment) throw new StsError("InvalidTimeStampFormat");
	if (Math.abs(now.getTime() - moment.getTime()) > SKEW_MS_MAX)
		throw new StsError("InvalidTimeStampExpired");
}

/**
 * @param otherSecrets secrets that may have been used instead
 * @throws StsError with the string to sign: clients compare it with their own
 */
export function requireSignature(
	claim: StsClaim,
	accessKeySecret: string,
	otherSecrets: () => Iterable<readonly [secret: string, sentence: string]>,
): void {
	const { signature, signatureForm, stringToSign, sign } = claim;
	if (!signatureForm.test(signature))
		throw new StsError(
			"IncompleteSignature",
			stringToSign,
			explain(claim, accessKeySecret, []),
		);
	const expected = Buffer.from(sign(accessKeySecret));
	if (!timingSafeEqual(expected, Buffer.from(signature)))
		throw new StsError(
			"SignatureDoesNotMatch",
			stringToSign,
			explain(claim, accessKeySecret, otherSecrets()),
		);
}

/** The sentence about the mistake that reproduces the signature. */
function explain(
	{ signature, sign, mistakes }: StsClaim,
	accessKeySecret: string,
	otherSecrets: Iterable<readonly [secret: string, sentence: string]>,
): string {
	for (const [secret, sentence] of otherSecrets)
		if (sign(secret) === signature) return sentence;
	for (const [wrongSignature, sentence] of mistakes(accessKeySecret))
		if (wrongSignature === signature) return sentence;
	return "";
}
