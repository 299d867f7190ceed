/**
 * Signature V4: HMAC-SHA256 with a key derived for a day, a region and a product, over a string that contains the hash
 * of the canonical request.
 *
 * Pure. Source: docs «Signature version 4»; EC 0002-00000201…236; go2 oss/signer/signer_test.go, vectors of oss2 2.19.
 */

import { hash } from "node:crypto";
import { readDecimal } from "../oss/decimal.ts";
import { encodeKey, encodeWireText } from "../oss/encoding.ts";
import { invalidArgument, type OssError } from "../oss/errors.ts";
import type { Arrival, Headers, Target } from "../oss/request.ts";
import { readCompactTime, readTime } from "../oss/times.ts";
import {
	areSent,
	badAdditionalHeaders,
	badAuthorization,
	readAdditionalHeaders,
	readItems,
	requireItem,
	requireParameter,
	tokenOfHeaders,
	tokenOfUrl,
} from "./authorization.ts";
import {
	canonicalHeaders,
	canonicalQueries,
	resourcePaths,
} from "./canonical.ts";
import type { Candidate, Claim } from "./claim.ts";
import {
	EXPIRES_SECONDS_MAX,
	requireClock,
	requireDate,
	requireWindow,
} from "./claim.ts";
import {
	type Place,
	readCredential,
	requireScope,
	type Scope,
	signV4,
	writeScope,
} from "./v4-scope.ts";

/**
 * `OSS4-HMAC-SHA256 Credential=…,AdditionalHeaders=a;b,Signature=…`.
 *
 * @param region the region of the emulator
 * @throws OssError InvalidArgument
 */
export function readV4Header(
	request: Arrival,
	authorization: string,
	region: string,
): Claim {
	const { headers } = request;
	const items = readItems(authorization, "=", ITEMS, "2");
	const place: Place = {
		argument: "Authorization",
		value: authorization,
		ec: HEADER_EC,
	};
	const credential = requireItem(items, "Credential", authorization, [
		"0002-00000205",
		"0002-00000205",
	]);
	const { accessKeyId, scope } = readCredential(credential, place);
	const signature = requireItem(items, "Signature", authorization, [
		"0002-00000207",
		"0002-00000208",
	]);
	const additional = readAdditional(items.get("AdditionalHeaders"), (ec) =>
		badAuthorization(authorization, ec),
	);
	requireScope(scope, region, place);
	requireUnsignedPayload(headers);
	const date = dateOfHeaders(headers);
	return {
		accessKeyId,
		signature,
		securityToken: tokenOfHeaders(request),
		mismatchEc: "0002-00000201",
		requireTime: (now) => requireClock(requireDate(date.text, date.read), now),
		candidates: (target) =>
			candidates(request, target, { scope, additional, date: date.text }),
		sign: (secret, stringToSign) => signV4(secret, scope, stringToSign),
	};
}

const HEADER_EC: Place["ec"] = {
	accessKeyId: "0002-00000206",
	date: "0002-00000212",
	form: "0002-00000213",
};

const ITEMS = ["Credential", "AdditionalHeaders", "Signature"];

/**
 * `x-oss-signature-version=OSS4-HMAC-SHA256`, `x-oss-credential`, `x-oss-date`, `x-oss-expires` (seconds from that
 * date; pages that call it a point in time were copied from V2), `x-oss-signature`.
 *
 * @param region the region of the emulator
 * @throws OssError InvalidArgument, InvalidRequest
 */
export function readV4Url(request: Arrival, region: string): Claim {
	const { query } = request;
	const expires = readExpires(
		requireParameter(query, "x-oss-expires", [
			"0002-00000215",
			"0002-00000216",
		]),
	);
	const credential = requireParameter(query, "x-oss-credential", [
		"0002-00000217",
		"0002-00000218",
	]);
	const signature = requireParameter(query, "x-oss-signature", [
		"0002-00000219",
		"0002-00000220",
	]);
	const place: Place = {
		argument: "x-oss-credential",
		value: credential,
		ec: {
			accessKeyId: "0002-00000222",
			date: "0002-00000223",
			form: "0002-00000224",
		},
	};
	const { accessKeyId, scope } = readCredential(credential, place);
	const listed = query.get("x-oss-additional-headers");
	const fail = (ec: string): OssError => badAdditionalHeaders(listed, ec);
	const additional = readAdditional(listed, fail);
	if (!areSent(additional, request.headers)) throw fail("0002-00000211");
	requireScope(scope, region, place);
	const date = dateOfUrl(request);
	return {
		accessKeyId,
		signature,
		securityToken: tokenOfUrl(request),
		mismatchEc: "0002-00000201",
		requireTime: (now) =>
			requireWindow(requireDate(date.text, date.read), expires, now),
		expires: true,
		candidates: (target) =>
			candidates(request, target, { scope, additional, date: date.text }),
		sign: (secret, stringToSign) => signV4(secret, scope, stringToSign),
	};
}

function readExpires(text: string): number {
	const seconds = readDecimal(text, 1, EXPIRES_SECONDS_MAX);
	if (seconds === undefined) {
		throw invalidArgument(
			"x-oss-expires",
			text,
			`The x-oss-expires must be between 1 and ${EXPIRES_SECONDS_MAX} seconds.`,
			"0002-00000232",
		);
	}
	return seconds;
}

/** Headers that are always signed are removed from the list. */
const readAdditional = (
	text: string | undefined,
	fail: (ec: string) => OssError,
): readonly string[] =>
	readAdditionalHeaders(text, (what) => fail(ADDITIONAL_EC[what])).filter(
		(name) => !ALWAYS_SIGNED.has(name) && !name.startsWith("x-oss-"),
	);

const ADDITIONAL_EC = { empty: "0002-00000209", item: "0002-00000210" };

/** A request without this header is signed as if it had the header. */
function requireUnsignedPayload(headers: Headers): void {
	const payload = headers["x-oss-content-sha256"] ?? UNSIGNED_PAYLOAD;
	if (payload === UNSIGNED_PAYLOAD) return;
	throw invalidArgument(
		"x-oss-content-sha256",
		payload,
		"The x-oss-content-sha256 only supports UNSIGNED-PAYLOAD.",
		"0002-00000214",
	);
}

export const ALGORITHM = "OSS4-HMAC-SHA256";
export const UNSIGNED_PAYLOAD = "UNSIGNED-PAYLOAD";

/** Headers that are signed in addition to all x-oss-* headers. */
export const ALWAYS_SIGNED: ReadonlySet<string> = new Set([
	"content-type",
	"content-md5",
]);

/**
 * The second line of the string to sign, and the function that parses it: header and URL have one format each (EC
 * 0002-00000502).
 */
type DateLine = {
	readonly text: string | undefined;
	readonly read: (text: string) => Date | undefined;
};

export const dateOfHeaders = (headers: Headers): DateLine =>
	headers["x-oss-date"]
		? { text: headers["x-oss-date"], read: readCompactTime }
		: { text: headers.date, read: readTime };

export const dateOfUrl = ({ query, headers }: Arrival): DateLine =>
	query.has("x-oss-date")
		? { text: query.get("x-oss-date"), read: readCompactTime }
		: dateOfHeaders(headers);

type Signing = {
	readonly scope: Scope;
	readonly additional: readonly string[];
	readonly date: string | undefined;
};

/** A header that is declared but absent stays in the line of names, as in oss2 2.19. */
export function* candidates(
	request: Pick<Arrival, "method" | "headers" | "query" | "rawQuery">,
	target: Target,
	{ scope, additional, date = "" }: Signing,
): Iterable<Candidate> {
	const signed =
		additional.length === 0
			? ALWAYS_SIGNED
			: new Set([...ALWAYS_SIGNED, ...additional]);
	const headers = canonicalHeaders(request.headers, signed);
	const names = additional.join(";");
	const head = `${ALGORITHM}\n${date}\n${writeScope(scope)}\n`;
	for (const path of resourcePaths(target)) {
		for (const query of canonicalQueries(request)) {
			const canonicalRequest = `${request.method}\n${encodeKey(path)}\n${query}\n${headers}\n${names}\n${UNSIGNED_PAYLOAD}`;
			yield {
				stringToSign: head + hash("sha256", encodeWireText(canonicalRequest)),
				canonicalRequest,
			};
		}
	}
}
