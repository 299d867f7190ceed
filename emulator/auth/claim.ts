/**
 * The claim of a request's signature, in any scheme, and its verification.
 *
 * SDKs do not sign the same text, so there may be several strings to sign: the first is OSS's own, which an error
 * names; any of them is accepted.
 *
 * Pure. Source: docs «Error responses», captured 403s of V1 and V4; EC 0002-00000040, 0002-00000201.
 */
import { timingSafeEqual } from "node:crypto";
import { encodeWireText } from "../oss/encoding.ts";
import { OssError } from "../oss/errors.ts";
import type { Reading, Target } from "../oss/request.ts";

export type Candidate = {
	readonly stringToSign: string;
	/** The canonical request of V4, whose hash is in the string to sign. */
	readonly canonicalRequest?: string;
};

export type Claim = {
	readonly accessKeyId: string;
	/** The security token of STS, or ''. */
	readonly securityToken: string;
	/** As in the request: base64, for V4 lower-case hex. */
	readonly signature: string;
	/** The EC for a wrong signature. */
	readonly mismatchEc: string;
	/** @throws OssError when the signature is not, or no longer, valid at `now` */
	readonly requireTime: (now: Date) => void;
	/** Whether the signature contains its own expiration, as signatures of URLs do. */
	readonly expires?: true;
	/** @param target a reading of the request; S3 also signs where the bucket was named */
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

/** In constant time, so that a signature cannot be guessed digit by digit. */
export function sameText(expected: string, given: string): boolean {
	const [a, b] = [Buffer.from(expected), Buffer.from(given)];
	return a.length === b.length && timingSafeEqual(a, b);
}

/** The longest part of a string to sign that an answer shows: a policy may have megabytes. */
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

/** `47 45 54 0A `, with the blank at the end. */
const hexBytes = (text: string): string =>
	encodeWireText(text).toString("hex").toUpperCase().replaceAll(/../g, "$& ");
