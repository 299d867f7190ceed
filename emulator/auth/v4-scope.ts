/**
 * The scope of a V4 signature, `AccessKeyId/yyyyMMdd/region/product/aliyun_v4_request`, and the key derived for it.
 *
 * Pure. Source: docs «Signature version 4»; EC 0002-00000206, 212, 213 (header), 222…224 (URL), 226, 227,
 * 708…710 (form); java1 ErrorTest, oss2 test_exception_ec.py.
 */
import { invalidArgument, OssError } from "../oss/errors.ts";
import { isAccessKeyId } from "./authorization.ts";
import { derivedKey, deriveKey, type HmacKey } from "./hmac-key.ts";

export type Scope = {
	/** `yyyyMMdd`. */
	readonly date: string;
	/** The region without `oss-`; for a cloud box, its id. */
	readonly region: string;
	/** `oss`, or `oss-cloudbox`. */
	readonly product: string;
};

export type Credential = {
	readonly accessKeyId: string;
	readonly scope: Scope;
};

/** The place of a credential, for its error. */
export type Place = {
	readonly argument: "Authorization" | "x-oss-credential";
	/** The value of the argument. */
	readonly value: string;
	/** The EC for each part. */
	readonly ec: {
		readonly accessKeyId: string;
		readonly date: string;
		readonly form: string;
	};
};

const TERMINATOR = "aliyun_v4_request";

export const writeScope = ({ date, region, product }: Scope): string =>
	`${date}/${region}/${product}/${TERMINATOR}`;

/** @throws OssError InvalidArgument; its texts are guesses */
export function readCredential(text: string, place: Place): Credential {
	// A client sends the same credential all day.
	if (latest?.text !== text)
		latest = { text, credential: parseCredential(text, place) };
	return latest.credential;
}

let latest:
	| { readonly text: string; readonly credential: Credential }
	| undefined;

function parseCredential(text: string, place: Place): Credential {
	const fail = (part: keyof Place["ec"], message: string): OssError =>
		invalidArgument(place.argument, place.value, message, place.ec[part]);
	const parts = text.split("/");
	const [accessKeyId = "", date = "", region = "", product = "", end] = parts;
	if (parts.length !== 5 || end !== TERMINATOR)
		throw fail("form", "Invalid Credential in Authorization header.");
	if (!isAccessKeyId(accessKeyId))
		throw fail("accessKeyId", "Invalid AccessKeyId in Authorization header.");
	if (!/^\d{8}$/.test(date))
		throw fail("date", "Invalid signing date in Authorization header.");
	return { accessKeyId, scope: { date, region, product } };
}

/**
 * Cloud boxes have their own product: `oss-cloudbox` is valid only with the id of a cloud box as region. An ordinary
 * region refuses it with the product's error, not the region's (java1 ErrorTest). For a URL, py1's suite has the
 * region's text; using it for forms too, and the header's ECs for both, is a guess (A-120).
 *
 * @param region the emulator's region
 * @throws OssError InvalidArgument
 */
export function requireScope(
	scope: Scope,
	region: string,
	{ argument, value }: Place,
): void {
	const isRegion = scope.region === region;
	const refuse = (what: "region" | "product", ec: string): OssError =>
		new OssError("InvalidArgument", {
			ec,
			...(argument === "Authorization"
				? {
						message: `Invalid signing ${what} in Authorization header.`,
						details: { Authorization: value },
					}
				: {
						message: `The signing ${what} in credential is invalid.`,
						details: { ArgumentName: argument, ArgumentValue: value },
					}),
		});
	if (
		scope.product !== "oss" &&
		!(scope.product === "oss-cloudbox" && isRegion)
	)
		throw refuse("product", "0002-00000227");
	if (!isRegion) throw refuse("region", "0002-00000226");
}

export function signingKey(accessKeySecret: string, scope: Scope): HmacKey {
	// Nearly always the scope of the credential that `readCredential` has cached.
	if (lastKey?.scope === scope && lastKey.secret === accessKeySecret)
		return lastKey.key;
	const key = derivedKey(`aliyun_v4${accessKeySecret}`, partsOf(scope));
	lastKey = { scope, secret: accessKeySecret, key };
	return key;
}

let lastKey:
	| { readonly scope: Scope; readonly secret: string; readonly key: HmacKey }
	| undefined;

/** @param start the first key: `aliyun_v4` and the secret */
export const makeSigningKey = (start: string, scope: Scope): Buffer =>
	deriveKey(start, partsOf(scope));

const partsOf = ({ date, region, product }: Scope): readonly string[] => [
	date,
	region,
	product,
	TERMINATOR,
];

/** @returns lower-case hex */
export const signV4 = (
	accessKeySecret: string,
	scope: Scope,
	stringToSign: string,
): string => signingKey(accessKeySecret, scope).sign(stringToSign);
