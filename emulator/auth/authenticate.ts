/**
 * Authenticates a request. The signature decides both the caller and the target.
 *
 * A request may be read in several ways (whether the Host names the bucket, whether a `+` in the path is a space); the
 * signature decides which one was intended. Order of the checks: syntax (400), then keys, times and signatures (403).
 *
 * Pure. Source: docs «Add signatures to URLs»; EC 0002-00000061, 066; py2, java1, cpp suites.
 */

import { invalidArgument } from "../oss/errors.ts";
import {
	ANONYMOUS,
	type Arrival,
	type Caller,
	expiryTimeOf,
	isForm,
	type Query,
	type Target,
} from "../oss/request.ts";
import { type Accounts, callerOf } from "./accounts.ts";
import { badAuthorization } from "./authorization.ts";
import { type Claim, isSigned, mismatch } from "./claim.ts";
import { readV1Header, readV1Url } from "./v1.ts";
import { readV2Header, readV2Url } from "./v2.ts";
import { ALGORITHM, readV4Header, readV4Url } from "./v4.ts";

export type Verification = {
	readonly accounts: Accounts;
	/** The region that the scope of V4 must contain, e.g. `cn-hangzhou`. */
	readonly region: string;
	/** false accepts any signature. */
	readonly checkSignatures: boolean;
};

export type Authenticated<R extends Target = Target> = {
	readonly caller: Caller;
	readonly target: R;
};

/**
 * @param readings possible buckets and keys, the likeliest first; at least one
 * @param read parses the signature; the S3 protocol has its own
 * @returns the caller with the first reading that was signed; for an unsigned request, the anonymous caller with the
 * first reading
 * @throws OssError InvalidArgument, InvalidRequest, InvalidAccessKeyId, AccessDenied (no date, expired), the errors of
 * a security token, RequestTimeTooSkewed; SignatureDoesNotMatch with the string to sign of the first reading
 */
export function authenticate<R extends Target>(
	request: Arrival,
	readings: readonly R[],
	{ accounts, region, checkSignatures }: Verification,
	read: typeof readClaim = readClaim,
): Authenticated<R> {
	const [likeliest] = readings;
	if (!likeliest) throw new Error("a request must have a reading");
	if (!checkSignatures)
		return { caller: callerUnchecked(request, accounts), target: likeliest };

	const claim =
		isPreflight(request) || isPostObject(request, likeliest)
			? undefined
			: read(request, region);
	if (!claim) return { caller: ANONYMOUS, target: likeliest };

	const { accessKeyId, securityToken } = claim;
	const expiryTime = expiryTimeOf(request);
	const account = accounts.get(accessKeyId, securityToken, expiryTime);
	claim.requireTime(claim.expires ? expiryTime : request.receivedAt);
	const target = readings.find((reading) =>
		isSigned(claim, account.accessKeySecret, reading),
	);
	if (!target) throw mismatch(claim, likeliest);
	return { caller: callerOf(account), target };
}

/** For a signed URL, a browser sends the preflight with a method other than the signed one. */
const isPreflight = ({ method }: Arrival): boolean => method === "OPTIONS";

/** A PostObject is authenticated by its form fields only. */
const isPostObject = (request: Arrival, { bucket, key }: Target): boolean =>
	request.method === "POST" && bucket !== "" && key === "" && isForm(request);

/**
 * @returns undefined when the request is not signed
 * @throws OssError InvalidArgument for a signature that cannot be read
 */
export function readClaim(request: Arrival, region: string): Claim | undefined {
	const { authorization } = request.headers;
	const readUrl = urlScheme(request.query);
	if (authorization === undefined) return readUrl?.(request, region);
	if (readUrl) {
		// The docs state the error, but not its text.
		throw badAuthorization(
			authorization,
			"",
			"Only one of the Authorization header and a signature in the URL is allowed.",
		);
	}
	if (authorization === "") {
		throw badAuthorization(
			authorization,
			"0002-00000062",
			"Authorization header value is empty.",
		);
	}
	const [scheme = ""] = authorization.split(" ", 1);
	const readHeader = HEADER_SCHEMES.get(scheme);
	if (readHeader) return readHeader(request, authorization, region);
	// The text is taken from another implementation of OSS, the EC from OSS's page.
	throw badAuthorization(
		authorization,
		"0002-00000061",
		"Unsupported Authorization Type",
	);
}

type ReadHeader = (
	request: Arrival,
	authorization: string,
	region: string,
) => Claim;
type ReadUrl = (request: Arrival, region: string) => Claim;

const HEADER_SCHEMES: ReadonlyMap<string, ReadHeader> = new Map([
	["OSS", readV1Header],
	["OSS2", readV2Header],
	[ALGORITHM, readV4Header],
]);

const URL_SCHEMES: ReadonlyMap<string, ReadUrl> = new Map([
	["OSS2", readV2Url],
	[ALGORITHM, readV4Url],
]);

/** `Expires` alone is not a signature: other parameters have this name. */
function urlScheme(query: Query): ReadUrl | undefined {
	const version = query.get("x-oss-signature-version");
	if (version === undefined) {
		return query.has("OSSAccessKeyId") || query.has("Signature")
			? readV1Url
			: undefined;
	}
	const read = URL_SCHEMES.get(version);
	if (read) return read;
	throw invalidArgument(
		"x-oss-signature-version",
		version,
		undefined,
		"0002-00000066",
	);
}

/**
 * The account of the key that the request names in any scheme, even with a malformed signature; otherwise the default
 * account.
 */
const callerUnchecked = (request: Arrival, accounts: Accounts): Caller =>
	callerOf(accounts.find(claimedKeyId(request)) ?? accounts.default);

/** The AccessKeyId that a request names, even if its signature cannot be parsed; '' if it names none. */
export function claimedKeyId({
	headers,
	query,
}: Pick<Arrival, "headers" | "query">): string {
	const ofHeader = /(?:^OSS |^AWS |AccessKeyId:|Credential=)([^:,/\s]+)/.exec(
		headers.authorization ?? "",
	)?.[1];
	const credential =
		query.get("x-oss-credential") ?? query.get("X-Amz-Credential") ?? "";
	const [ofCredential] = credential.split("/", 1);
	return (
		ofHeader ??
		query.get("OSSAccessKeyId") ??
		query.get("AWSAccessKeyId") ??
		query.get("x-oss-access-key-id") ??
		ofCredential ??
		""
	);
}
