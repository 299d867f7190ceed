/**
 * What a request says of its signature, in whichever scheme, and whether that is true.
 *
 * SDKs do not agree on what they sign, so there may be several strings to sign: the first is OSS's own and the one
 * an error names, any of them is good enough.
 *
 * Pure. Source: docs «Error responses», captured 403s of V1 and V4; EC 0002-00000040, 0002-00000201.
 */
import { timingSafeEqual } from "node:crypto";
import { OssError } from "../oss/errors.ts";
import type { Reading, Target } from "../oss/request.ts";
import { encodeWireText } from "../oss/wire-text.ts";

export type Candidate = {
	readonly stringToSign: string;
	/** Of V4: what the string to sign has the hash of. */
	readonly canonicalRequest?: string;
};

export type Claim = {
	readonly accessKeyId: string;
	/** Of STS; '' when the request has none. */
	readonly securityToken: string;
	/** As the request has it: base64, of V4 lower-case hex. */
	readonly signature: string;
	/** EC of a signature that is wrong. */
	readonly mismatchEc: string;
	/** @throws OssError when the signature is not, or no longer, valid at `now` */
	readonly requireTime: (now: Date) => void;
	/** Whether the signature says itself until when it is valid, as those of URLs do. */
	readonly expires?: true;
	/** @param target a reading of the request; S3 signs where its bucket stands */
	readonly candidates: (
		target: Target & Partial<Reading>,
	) => Iterable<Candidate>;
	readonly sign: (accessKeySecret: string, stringToSign: string) => string;
};

/** Did the holder of `accessKeySecret` sign this request to `target`? */
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

/** A policy to be signed may have megabytes; its signer knows the rest. */
const SHOWN_CHARACTERS_MAX = 16_384;

/** What was to be signed is in the answer, byte by byte: that is how users find their mistake. */
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
