/**
 * What a request to STS says of its signature: with which key, when, once, and what was signed.
 *
 * Pure.
 */
import { timingSafeEqual } from "node:crypto";
import { readTime } from "../oss/times.ts";
import { StsError } from "./errors.ts";

export type StsClaim = {
	readonly accessKeyId: string;
	/** Of a caller whose own key is temporary; '' for none. */
	readonly securityToken: string;
	readonly timestamp: string;
	readonly nonce: string;
	readonly signature: string;
	/** What a signature looks like. */
	readonly signatureForm: RegExp;
	readonly stringToSign: string;
	readonly sign: (accessKeySecret: string) => string;
	/** What is made of the right secret by mistake, each with a sentence for the developer. */
	readonly mistakes: (
		accessKeySecret: string,
	) => Iterable<readonly [signature: string, sentence: string]>;
};

export const SKEW_MS_MAX = 900_000;

/**
 * `2015-09-01T05:57:34Z`, with milliseconds if need be; the php suite has an `H` for the `T` and is served.
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
 * @param wrongs secrets that may have been used instead
 * @throws StsError with the string to sign: clients compare it with their own
 */
export function requireSignature(
	claim: StsClaim,
	accessKeySecret: string,
	wrongs: () => Iterable<readonly [secret: string, sentence: string]>,
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
			explain(claim, accessKeySecret, wrongs()),
		);
}

/** The sentence of the mistake that reproduces the signature. */
function explain(
	{ signature, sign, mistakes }: StsClaim,
	accessKeySecret: string,
	wrongs: Iterable<readonly [secret: string, sentence: string]>,
): string {
	for (const [secret, sentence] of wrongs)
		if (sign(secret) === signature) return sentence;
	for (const [made, sentence] of mistakes(accessKeySecret))
		if (made === signature) return sentence;
	return "";
}
