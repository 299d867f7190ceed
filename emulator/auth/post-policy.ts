/**
 * Authenticates a PostObject: its own fields name the caller and sign the policy.
 *
 * The base64 text of the policy is signed as sent. The headers and the URL of the request are not signed.
 *
 * Pure. Source: docs «PostObject»; EC 0002-00000701…710; js calculatePostSignature.js, signPostObjectPolicyV4.js.
 */
import { invalidArgument, type OssError } from "../oss/errors.ts";
import { ANONYMOUS, type Caller, type Target } from "../oss/request.ts";
import { readCompactTime } from "../oss/times.ts";
import { type Accounts, callerOf } from "./accounts.ts";
import { type Claim, isSigned, mismatch, requireDate } from "./claim.ts";
import { type Policy, readPolicy } from "./post-policy-document.ts";
import { signV1 } from "./v1.ts";
import { signV2 } from "./v2.ts";
import { ALGORITHM } from "./v4.ts";
import { readCredential, requireScope, signV4 } from "./v4-scope.ts";

/**
 * Fields by lower-case name: according to the main page, names are case-insensitive. The function's caller chooses
 * which value of a repeated field is used.
 */
export type FormFields = ReadonlyMap<string, string>;

export { checkPolicy, checkSize } from "./post-policy-conditions.ts";
export type { Policy };

export type PostAuthentication = {
	readonly caller: Caller;
	/** Absent when the form is not signed. */
	readonly policy: Policy | undefined;
};

/** @param region the emulator's region
 * @param checkSignatures false accepts any key and signature; the policy is checked even then
 * @throws OssError InvalidArgument for fields that are missing or malformed, InvalidAccessKeyId, SignatureDoesNotMatch,
 *   InvalidPolicyDocument, AccessDenied for a policy that has expired
 */
export function readPostPolicy(
	fields: FormFields,
	accounts: Accounts,
	{
		region,
		now,
		checkSignatures = true,
	}: {
		readonly region: string;
		readonly now: Date;
		readonly checkSignatures?: boolean;
	},
): PostAuthentication {
	if (!checkSignatures) return readUnchecked(fields, accounts, now);
	if (!SIGNING_FIELDS.some((name) => fields.has(name)))
		return { caller: ANONYMOUS, policy: undefined };
	const text = requireField(fields, "policy", "702", "702");
	const claim = readFormClaim(fields, text, region);
	const account = accounts.get(claim.accessKeyId, claim.securityToken, now);
	claim.requireTime(now);
	if (!isSigned(claim, account.accessKeySecret, NO_TARGET))
		throw mismatch(claim, NO_TARGET);
	return { caller: callerOf(account), policy: readPolicy(text, now) };
}

const SIGNING_FIELDS = [
	"policy",
	"ossaccesskeyid",
	"signature",
	"x-oss-signature-version",
	"x-oss-access-key-id",
	"x-oss-credential",
	"x-oss-signature",
];

/** The signature of a form does not depend on its target; its policy may. */
const NO_TARGET: Target = { bucket: "", key: "" };

function readUnchecked(
	fields: FormFields,
	accounts: Accounts,
	now: Date,
): PostAuthentication {
	const [fromCredential = ""] = (fields.get("x-oss-credential") ?? "").split(
		"/",
	);
	const accessKeyId =
		fields.get("ossaccesskeyid") ??
		fields.get("x-oss-access-key-id") ??
		fromCredential;
	const text = fields.get("policy");
	return {
		caller: callerOf(accounts.find(accessKeyId) ?? accounts.default),
		policy: text ? readPolicy(text, now) : undefined,
	};
}

/**
 * @param policy base64, the string to sign
 * @throws OssError InvalidArgument
 */
export function readFormClaim(
	fields: FormFields,
	policy: string,
	region: string,
): Claim {
	const version = fields.get("x-oss-signature-version");
	const common = {
		securityToken: fields.get("x-oss-security-token") ?? "",
		candidates: () => [{ stringToSign: policy }],
	};
	switch (version) {
		case undefined:
			return { ...common, ...readV1Fields(fields) };
		case "OSS2":
			return { ...common, ...readV2Fields(fields) };
		case ALGORITHM:
			return { ...common, ...readV4Fields(fields, region) };
		default:
			throw invalidArgument(
				"x-oss-signature-version",
				version,
				undefined,
				"0002-00000701",
			);
	}
}

type OwnPart = Omit<Claim, "securityToken" | "candidates">;

function readV1Fields(fields: FormFields): OwnPart {
	return {
		signature: requireField(fields, "Signature", "703", "704"),
		accessKeyId: requireField(fields, "OSSAccessKeyId", "706", "707"),
		mismatchEc: "0002-00000040",
		requireTime: acceptAnyTime,
		sign: signV1,
	};
}

/** No SDK signs forms with V2; the field names are from the EC pages. */
function readV2Fields(fields: FormFields): OwnPart {
	return {
		signature: requireField(fields, "x-oss-signature", "703", "704"),
		accessKeyId: requireField(fields, "x-oss-access-key-id", "706", "707"),
		mismatchEc: "0002-00000101",
		requireTime: acceptAnyTime,
		sign: signV2,
	};
}

/**
 * According to a page, the signing date must not be far from the current time, but the page states no limit; any date
 * is accepted, because the form expires with its policy.
 */
function readV4Fields(fields: FormFields, region: string): OwnPart {
	const signature = requireField(fields, "x-oss-signature", "703", "704");
	const value = requireField(fields, "x-oss-credential", "706", "707");
	const place = {
		argument: "x-oss-credential",
		value,
		ec: {
			accessKeyId: "0002-00000708",
			date: "0002-00000709",
			form: "0002-00000710",
		},
	} as const;
	const { accessKeyId, scope } = readCredential(value, place);
	requireScope(scope, region, place);
	return {
		accessKeyId,
		signature,
		mismatchEc: "0002-00000201",
		requireTime: () => requireDate(fields.get("x-oss-date"), readCompactTime),
		sign: (secret, stringToSign) => signV4(secret, scope, stringToSign),
	};
}

/** The policy's own expiration is checked elsewhere. */
const acceptAnyTime = (): void => {};

/**
 * @param name as the docs spell it
 * @throws OssError InvalidArgument; the text for an empty field is from an older page
 */
function requireField(
	fields: FormFields,
	name: string,
	missing: string,
	empty: string,
): string {
	const value = fields.get(name.toLowerCase());
	if (value === undefined) {
		throw badField(
			name,
			`The bucket POST must contain the specified '${name}'. If it is specified, please check the order of the fields`,
			missing,
		);
	}
	if (value === "") {
		const what = name.endsWith("ignature") ? "signature" : "accessKeyId";
		throw badField(
			name,
			`Post request ${name === "policy" ? "policy" : what} is empty.`,
			empty,
		);
	}
	return value;
}

const badField = (name: string, message: string, ec: string): OssError =>
	invalidArgument(name, "", message, `0002-00000${ec}`);
