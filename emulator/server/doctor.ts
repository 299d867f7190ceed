/**
 * The signature doctor: says in a sentence why a request was refused, by finding the mistake that explains its
 * signature.
 *
 * The client gets OSS's answer; the sentence goes into the record and the log. Loaded when the first request is
 * refused.
 *
 * Pure.
 */
import type { Accounts } from "../auth/accounts.ts";
import { type Claim, isSigned } from "../auth/claim.ts";
import type { OssError } from "../oss/errors.ts";
import type { OssRequest, Target } from "../oss/request.ts";
import { readClaim } from "./authenticate.ts";
import { type Case, type Suspicion, suspicions } from "./mistakes.ts";

export type Patient = {
	readonly request: OssRequest;
	readonly readings: readonly Target[];
	readonly accounts: Accounts;
	readonly region: string;
};

/** @returns '' when there is nothing to say beyond the error itself */
export function diagnose(error: OssError, patient: Patient): string {
	switch (error.code) {
		case "SignatureDoesNotMatch":
			return explainMismatch(patient);
		case "InvalidAccessKeyId":
			return explainKey(patient, error.details.OSSAccessKeyId ?? "");
		case "RequestTimeTooSkewed":
			return explainClock(error);
		case "AccessDenied":
			return explainExpiry(error);
		case "InvalidArgument":
			return explainScope(error, patient);
		default:
			return "";
	}
}

function explainMismatch({
	request,
	readings,
	accounts,
	region,
}: Patient): string {
	const claim = tryClaim(request, region);
	const account = claim && accounts.find(claim.accessKeyId);
	const [target] = readings;
	if (!claim || !account || !target) return "";
	if (claim.signature.includes(" "))
		return "the signature has blanks where it had +: percent-encode it in the URL, + as %2B";
	const subject: Case = {
		request,
		target,
		account,
		others: accounts.all().filter((other) => other !== account),
	};
	for (const suspicion of suspicions(subject))
		if (explains(suspicion, claim, region)) return suspicion.sentence;
	return (
		explainVersion(claim, subject) ??
		"no usual mistake explains this signature: most often the secret is another; compare StringToSign of the answer with the client's"
	);
}

function explains(
	{ request, target, secret }: Suspicion,
	{ signature }: Claim,
	region: string,
): boolean {
	const claim = tryClaim(request, region);
	return claim?.signature === signature && isSigned(claim, secret, target);
}

/** A changed request may be malformed: then it is not what was signed. */
function tryClaim(request: OssRequest, region: string): Claim | undefined {
	try {
		return readClaim(request, region);
	} catch {
		return undefined;
	}
}

/** The algorithm of one version under the name of another. */
function explainVersion(
	claim: Claim,
	{ target, account }: Case,
): string | undefined {
	const isHex = /^[0-9a-f]{64}$/i.test(claim.signature);
	const [candidate] = claim.candidates(target);
	const isV4 = candidate?.canonicalRequest !== undefined;
	if (!isV4 && isHex)
		return "the signature is hex, as of V4, under the name of V1: use `OSS4-HMAC-SHA256`, or base64 of HMAC-SHA1";
	if (isV4 && !isHex)
		return "the signature is not hex of 32 bytes: V4 has lower-case hex, V1 base64";
	if (isV4 && claim.signature !== claim.signature.toLowerCase()) {
		const lower = { ...claim, signature: claim.signature.toLowerCase() };
		if (isSigned(lower, account.accessKeySecret, target))
			return "the signature is upper-case hex: V4 has lower-case";
	}
	return undefined;
}

function explainKey({ accounts }: Patient, accessKeyId: string): string {
	const known = accounts.all().map((account) => account.accessKeyId);
	const near = known.find(
		(id) => id.toLowerCase() === accessKeyId.trim().toLowerCase(),
	);
	if (near !== undefined)
		return `the key id ${JSON.stringify(accessKeyId)} is ${near} but for blanks or case`;
	const secretAsId = accounts
		.all()
		.some(({ accessKeySecret }) => accessKeySecret === accessKeyId);
	if (secretAsId)
		return "the secret was given as the access key id: the two are mixed up";
	if (accessKeyId.startsWith("STS."))
		return "a temporary key needs its security token, and only the emulator that gave it out knows it";
	return `the emulator knows ${known.join(", ")}: give another with --access-key`;
}

function explainClock({ details }: OssError): string {
	const seconds =
		(Date.parse(details.RequestTime ?? "") -
			Date.parse(details.ServerTime ?? "")) /
		1000;
	if (Number.isNaN(seconds)) return "";
	const direction = seconds > 0 ? "ahead of" : "behind";
	return `the client's clock is ${Math.round(Math.abs(seconds))} s ${direction} the emulator's: 900 s are allowed`;
}

function explainExpiry({ details }: OssError): string {
	const seconds =
		(Date.parse(details.ServerTime ?? "") - Date.parse(details.Expires ?? "")) /
		1000;
	if (Number.isNaN(seconds)) return "";
	return `the signed URL ended ${Math.round(seconds)} s ago: sign a new one, or for longer`;
}

function explainScope({ ec }: OssError, { region }: Patient): string {
	if (ec === "0002-00000226")
		return `the signature is for another region: this emulator is ${region}, see --region`;
	if (ec === "0002-00000227")
		return "the signature is for another product than oss: it was made for another service";
	return "";
}
