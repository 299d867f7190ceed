/**
 * Translates the form of a PostObject that is signed for S3 into OSS's form: its fields under OSS's names, in addition
 * to the fields that were sent, because the policy names those.
 *
 * A V4 signature is checked here and the policy is signed again in OSS's way; a V2 signature is OSS's V1 under another
 * name. Whether the product of a credential is `s3`, as SDKs have it, or `oss`, as the page has it, does not matter
 * (A-331).
 *
 * Source: docs «PostObject», «Compatibility with Amazon S3»; EC 0002-00000703…712.
 */
import type { Accounts } from "../auth/accounts.ts";
import { sameText } from "../auth/claim.ts";
import { signV1 } from "../auth/v1.ts";
import { invalidArgument, OssError } from "../oss/errors.ts";
import type { FormPart } from "../oss/request.ts";
import { disabled } from "./claim.ts";
import { ALGORITHM } from "./v4-canonical.ts";
import { readCredential, signingKey } from "./v4-key.ts";
import { toOssClass, toOssEncryption } from "./words.ts";

export type FormContext = {
	readonly accounts: Accounts;
	readonly now: Date;
	readonly checkSignatures: boolean;
	/** Whether the account is allowed to use the protocol. */
	readonly enabled: boolean;
	/** Called when the form turns out to be signed for S3. */
	readonly recognised: () => void;
};

/** The reader of the form refuses other malformed forms. */
const FIELDS_MAX = 1000;

/**
 * @throws OssError AccessDenied if the protocol is off; InvalidArgument, InvalidAccessKeyId, SignatureDoesNotMatch,
 *   and errors of the fields of a security token
 */
export async function* toOssForm(
	parts: AsyncIterable<FormPart>,
	context: FormContext,
): AsyncGenerator<FormPart> {
	const fields = new Map<string, string>();
	let isTranslated = false;
	for await (const part of parts) {
		if (part.kind === "file" && !isTranslated) {
			yield* translate(fields, context);
			isTranslated = true;
		}
		if (part.kind === "field" && !isTranslated) {
			const name = part.name.toLowerCase();
			if (!fields.has(name) && fields.size < FIELDS_MAX)
				fields.set(name, part.value);
		}
		yield part;
	}
}

type Fields = ReadonlyMap<string, string>;

function* translate(fields: Fields, context: FormContext): Iterable<FormPart> {
	const isV4 = V4_FIELDS.some((name) => fields.has(name));
	if (!isV4 && !fields.has("awsaccesskeyid")) return;
	context.recognised();
	if (!context.enabled) throw disabled();
	const own = isV4 ? signAgain(fields, context) : renameV2(fields);
	for (const [name, value] of [...own, ...toOssFields(fields)])
		yield { kind: "field", name, value };
}

const V4_FIELDS = ["x-amz-signature", "x-amz-credential", "x-amz-algorithm"];

type Named = readonly [name: string, value: string];

const renameV2 = (fields: Fields): readonly Named[] => [
	["OSSAccessKeyId", fields.get("awsaccesskeyid") ?? ""],
	...tokenOf(fields),
];

function tokenOf(fields: Fields): readonly Named[] {
	const token = fields.get("x-amz-security-token");
	return token === undefined ? [] : [["x-oss-security-token", token]];
}

function signAgain(
	fields: Fields,
	{ accounts, now, checkSignatures }: FormContext,
): readonly Named[] {
	const credential = readCredential(fields.get("x-amz-credential") ?? "");
	if (!credential || !["s3", "oss"].includes(credential.service))
		throw bad(fields, "x-amz-credential", "711");
	const { accessKeyId } = credential;
	const policy = fields.get("policy") ?? "";
	if (!checkSignatures) return [["OSSAccessKeyId", accessKeyId]];
	if (fields.get("x-amz-algorithm") !== ALGORITHM)
		throw bad(fields, "x-amz-algorithm", "712");
	const signature = fields.get("x-amz-signature");
	if (!signature)
		throw bad(fields, "x-amz-signature", signature === "" ? "704" : "703");
	const token = fields.get("x-amz-security-token") ?? "";
	const { accessKeySecret } = accounts.get(accessKeyId, token, now);
	const expected = signingKey(accessKeySecret, credential).sign(policy);
	if (!sameText(expected, signature))
		throw new OssError("SignatureDoesNotMatch", {
			ec: "0002-00000429",
			details: {
				OSSAccessKeyId: accessKeyId,
				SignatureProvided: signature,
				StringToSign: policy.slice(0, SHOWN_CHARACTERS_MAX),
			},
		});
	return [
		["OSSAccessKeyId", accessKeyId],
		["Signature", signV1(accessKeySecret, policy)],
		...tokenOf(fields),
	];
}

const SHOWN_CHARACTERS_MAX = 16_384;

const bad = (fields: Fields, name: string, number: string): OssError =>
	invalidArgument(
		name,
		fields.get(name) ?? "",
		undefined,
		`0002-00000${number}`,
	);

const META = "x-amz-meta-";

function* toOssFields(fields: Fields): Iterable<Named> {
	for (const [name, value] of fields) {
		if (name.startsWith(META))
			yield [`x-oss-meta-${name.slice(META.length)}`, value];
		const rename = RENAMED.get(name);
		if (rename) yield rename(value);
	}
}

const RENAMED: ReadonlyMap<string, (value: string) => Named> = new Map([
	["acl", (value): Named => ["x-oss-object-acl", value]],
	[
		"x-amz-storage-class",
		(value): Named => ["x-oss-storage-class", toOssClass(value)],
	],
	[
		"x-amz-server-side-encryption",
		(value): Named => ["x-oss-server-side-encryption", toOssEncryption(value)],
	],
	[
		"x-amz-server-side-encryption-aws-kms-key-id",
		(value): Named => ["x-oss-server-side-encryption-key-id", value],
	],
]);
