/**
 * The signature doctor: explains in a sentence why a request was refused, by finding the mistake that explains its
 * signature.
 *
 * The client receives OSS's response; the sentence goes into the record and the log. This module is loaded when the
 * first request is refused. The number of attempts is limited, and other requests are served between two attempts, so
 * that wrong signatures do not delay them.
 */
import { hash } from "node:crypto";
import type { Account } from "../auth/accounts.ts";
import { readClaim } from "../auth/authenticate.ts";
import { type Candidate, type Claim, isSigned } from "../auth/claim.ts";
import { Breaks } from "../oss/breaks.ts";
import { percentDecode } from "../oss/encoding.ts";
import type { OssError } from "../oss/errors.ts";
import { expiryTimeOf, type OssRequest, type Target } from "../oss/request.ts";
import {
	type EmulatorFacts,
	explainError,
	SENTENCE_CHARACTERS_MAX,
} from "./explain.ts";
import {
	mistakenSecrets,
	mistakenV1Signs,
	mistakenV4Signs,
	type Sign,
	secretsOfOthers,
} from "./mistaken.ts";
import { mistakenRequests } from "./mistaken-requests.ts";
import { intendedTargets, mistakenTargets } from "./mistaken-targets.ts";
import {
	mistakenCanonicalRequests,
	mistakenStrings,
} from "./mistaken-texts.ts";

export type Refused = EmulatorFacts & {
	readonly request: OssRequest;
	readonly readings: readonly Target[];
	/** Names of the existing buckets. */
	readonly buckets: readonly string[];
	/** Parses a signature by the rules of the request's protocol. */
	readonly read?: typeof readClaim;
};

/** @returns '' if there is nothing to add to the error itself */
export async function diagnose(
	error: OssError,
	refused: Refused,
): Promise<string> {
	return (await explain(error, refused)).slice(0, SENTENCE_CHARACTERS_MAX);
}

async function explain(error: OssError, refused: Refused): Promise<string> {
	const { request } = refused;
	if (error.code === "SignatureDoesNotMatch") return explainMismatch(refused);
	const amp = [...request.query.keys()].find((name) => name.startsWith("amp;"));
	if (amp !== undefined)
		return `the URL has &amp; before ${amp.slice(4)}: it was copied from HTML or XML without decoding; & is intended`;
	const claim = tryClaim(request, refused);
	const credentials = {
		accessKeyId: claim?.accessKeyId ?? "",
		securityToken: claim?.securityToken ?? "",
		receivedAt: expiryTimeOf(request),
	};
	return explainError(error, credentials, refused);
}

/**
 * The probable mistake behind NoSuchBucket.
 *
 * @returns '' unless the signature is correct for an existing bucket
 */
export async function diagnoseBucket(refused: Refused): Promise<string> {
	const { request, readings, buckets } = refused;
	const [target] = readings;
	const claim = tryClaim(request, refused);
	const account = claim && findAccount(claim, refused);
	if (!claim || !account || !target) return "";
	const secret = account.accessKeySecret;
	const breaks = new Breaks();
	for (const [intended, sentence] of intendedTargets(target, buckets)) {
		await breaks.pause();
		if (isSigned(claim, secret, intended)) return sentence;
	}
	return "";
}

async function explainMismatch(refused: Refused): Promise<string> {
	const { request, readings } = refused;
	const [target] = readings;
	const claim = tryClaim(request, refused);
	const account = claim && findAccount(claim, refused);
	if (!claim || !account || !target) return "";
	if (request.query.size > PARAMETERS_MAX) return TOO_LONG_TO_TRY;
	const breaks = new Breaks();
	await breaks.pause();
	const altered = explainAlteredSignature(claim, account, target);
	if (altered !== undefined) return altered;
	let tries = triesFor(request);
	for (const suspicion of suspicions(refused, claim, account, target)) {
		await breaks.pause();
		if (--tries < 0) return TOO_LONG_TO_TRY;
		if (explains(suspicion, claim, refused)) return suspicion.sentence;
	}
	return explainForm(claim, target) ?? UNKNOWN;
}

const UNKNOWN =
	"no common mistake explains this signature: usually the secret differs; compare StringToSign in the answer with the client's";
const TOO_LONG_TO_TRY =
	"the request is too long for trying all common mistakes: compare StringToSign in the answer with the client's";

/** The maximum number of characters that all attempts together may read; it takes a few tenths of a second. */
const WORK_CHARACTERS_MAX = 2 * 1024 * 1024;
const TRIES_MAX = 2000;

/** With more parameters, a single attempt takes tens of milliseconds, because it encodes and sorts all of them. */
const PARAMETERS_MAX = 5000;

function triesFor({ rawPath, rawQuery, headers }: OssRequest): number {
	const head = Object.entries(headers).reduce(
		(sum, [name, value = ""]) => sum + name.length + value.length,
		rawPath.length + rawQuery.length,
	);
	return Math.min(TRIES_MAX, Math.ceil(WORK_CHARACTERS_MAX / (head + 1)));
}

function findAccount(
	{ accessKeyId, securityToken }: Claim,
	{ accounts, request }: Refused,
): Account | undefined {
	try {
		return accounts.get(accessKeyId, securityToken, expiryTimeOf(request));
	} catch {
		return undefined; // the error itself states that the key is unknown
	}
}

/** Explains a signature that was correct when it was made and was changed on the way. */
function explainAlteredSignature(
	claim: Claim,
	{ accessKeySecret }: Account,
	target: Target,
): string | undefined {
	const isCorrect = (signature: string | undefined): boolean =>
		// An unchanged signature has been refused already, and a long request takes a long time to sign.
		signature !== undefined &&
		signature !== claim.signature &&
		isSigned({ ...claim, signature }, accessKeySecret, target);
	const { signature } = claim;
	if (isCorrect(signature.replaceAll(" ", "+")))
		return "the signature has blanks instead of +: percent-encode it in the URL, so that + becomes %2B";
	if (isCorrect(percentDecode(signature)))
		return "the signature was percent-encoded one time too many";
	return undefined;
}

/** A possible mistake, and the request that was signed in that case. */
type Suspicion = {
	/** A sentence for the developer: the mistake and its correction. */
	readonly sentence: string;
	readonly request: OssRequest;
	readonly target: Target;
	readonly secret: string;
	/**
	 * Makes the wrong canonical request of V4, or the wrong string to sign of the other schemes, from the right one.
	 */
	readonly rewrite?: (text: string) => string;
	/** Replaces the scheme's own way of signing. */
	readonly sign?: Sign;
};

/** Yields the likeliest mistakes first, one at a time. */
function* suspicions(
	{ request, accounts, buckets }: Refused,
	claim: Claim,
	account: Account,
	target: Target,
): Generator<Suspicion> {
	const right = { request, target, secret: account.accessKeySecret };
	for (const [secret, sentence] of mistakenSecrets(
		account,
		claim.securityToken,
	))
		yield { ...right, secret, sentence };
	for (const [wrong, sentence] of mistakenTargets(target, buckets))
		yield { ...right, target: wrong, sentence };
	for (const [wrong, sentence] of mistakenRequests(request))
		yield { ...right, request: wrong, sentence };
	for (const [sign, sentence] of mistakenSigns(claim, target))
		yield { ...right, sign, sentence };
	const { rawQuery } = request;
	for (const [rewrite, sentence] of isV4(claim, target)
		? mistakenCanonicalRequests(rawQuery)
		: mistakenStrings(rawQuery))
		yield { ...right, rewrite, sentence };
	for (const [secret, sentence] of secretsOfOthers(account, accounts.keys()))
		yield { ...right, secret, sentence };
}

const firstOf = (claim: Claim, target: Target): Candidate | undefined => {
	const [candidate] = claim.candidates(target);
	return candidate;
};

const isV4 = (claim: Claim, target: Target): boolean =>
	firstOf(claim, target)?.canonicalRequest !== undefined;

function mistakenSigns(
	claim: Claim,
	target: Target,
): Iterable<readonly [sign: Sign, sentence: string]> {
	if (!isV4(claim, target)) return mistakenV1Signs();
	const [, , scope = ""] =
		firstOf(claim, target)?.stringToSign.split("\n") ?? [];
	const [date = "", region = "", product = ""] = scope.split("/");
	return mistakenV4Signs({ date, region, product });
}

function explains(
	{ request, target, secret, rewrite, sign }: Suspicion,
	{ signature }: Claim,
	refused: Refused,
): boolean {
	const claim = tryClaim(request, refused);
	if (claim?.signature !== signature) return false;
	if (!rewrite && !sign) return isSigned(claim, secret, target);
	const candidate = firstOf(claim, target);
	const text = candidate && rewritten(candidate, rewrite);
	return text !== undefined && (sign ?? claim.sign)(secret, text) === signature;
}

function rewritten(
	{ stringToSign, canonicalRequest }: Candidate,
	rewrite: Suspicion["rewrite"] = (text) => text,
): string {
	if (canonicalRequest === undefined) return rewrite(stringToSign);
	const digest = hash("sha256", rewrite(canonicalRequest));
	return stringToSign.replace(/[^\n]*$/, digest);
}

/** A changed request may be malformed; then it cannot have been signed. */
function tryClaim(
	request: OssRequest,
	{ region, read = readClaim }: Pick<Refused, "region" | "read">,
): Claim | undefined {
	try {
		return read(request, region);
	} catch {
		return undefined;
	}
}

/** If no mistake reproduces the signature, its form may explain it. */
function explainForm(claim: Claim, target: Target): string | undefined {
	const isHex = /^[0-9a-f]{64}$/i.test(claim.signature);
	if (isV4(claim, target))
		return isHex
			? undefined
			: "the signature is not hex of 32 bytes: V4 uses lower-case hex, V1 base64";
	return isHex
		? "the signature is hex, as in V4, but under the name of V1: use `OSS4-HMAC-SHA256`, or base64 of HMAC-SHA1"
		: undefined;
}
