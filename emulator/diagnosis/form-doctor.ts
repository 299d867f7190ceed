/**
 * The signature doctor for forms: explains in a sentence why a PostObject was refused.
 */
import { createHash } from "node:crypto";
import type { Account } from "../auth/accounts.ts";
import { type Claim, isSigned } from "../auth/claim.ts";
import { type FormFields, readFormClaim } from "../auth/post-policy.ts";
import { ALGORITHM } from "../auth/v4.ts";
import { Breaks } from "../oss/breaks.ts";
import { percentDecode, percentEncode } from "../oss/encoding.ts";
import type { OssError } from "../oss/errors.ts";
import {
	type EmulatorFacts,
	explainError,
	type Presented,
	SENTENCE_CHARACTERS_MAX,
} from "./explain.ts";
import {
	type Mistaken,
	mistakenSecrets,
	mistakenV1Signs,
	mistakenV4Signs,
	type Sign,
	secretsOfOthers,
} from "./mistaken.ts";

export type RefusedForm = EmulatorFacts & {
	/** The fields before the file, by lower-case name. */
	readonly fields: FormFields;
	readonly bucket: string;
	readonly receivedAt: Date;
};

/** @returns '' if there is nothing to add to the error itself */
export async function diagnoseForm(
	error: OssError,
	refused: RefusedForm,
): Promise<string> {
	return (await explain(error, refused)).slice(0, SENTENCE_CHARACTERS_MAX);
}

async function explain(error: OssError, refused: RefusedForm): Promise<string> {
	if (error.code === "SignatureDoesNotMatch") return explainMismatch(refused);
	switch (error.ec) {
		case "0006-00000213":
			return "the policy has expired: sign a new one, or one that is valid for longer; its expiration is in UTC";
		case "0006-00000226":
		case "0006-00000227":
			return explainCondition(error, refused);
		case "0006-00000228":
			return "a form signed with V4 needs conditions for x-oss-signature-version, x-oss-credential and x-oss-date in its policy, with the values of the fields";
		default:
			return explainError(error, presentedIn(refused), refused);
	}
}

const presentedIn = ({ fields, receivedAt }: RefusedForm): Presented => ({
	accessKeyId:
		fields.get("ossaccesskeyid") ??
		fields.get("x-oss-access-key-id") ??
		fields.get("x-oss-credential")?.split("/", 1)[0] ??
		"",
	securityToken: fields.get("x-oss-security-token") ?? "",
	receivedAt,
});

const SHOWN_CHARACTERS_MAX = 200;

/** The error names the condition; the explanation adds the form's value. */
function explainCondition(
	{ message }: OssError,
	{ fields, bucket }: RefusedForm,
): string {
	const name = /\["[a-z-]+", "\$([^"]*)"/.exec(message)?.[1] ?? "";
	if (name === "bucket")
		return `the form was sent to the bucket ${bucket}, but its policy is for another bucket`;
	const value = fields.get(name);
	return value === undefined
		? `the policy requires the field ${name}, which is not among the fields before the file`
		: `the policy does not allow the value of the field ${name}: ${JSON.stringify(value.slice(0, SHOWN_CHARACTERS_MAX))}`;
}

async function explainMismatch(refused: RefusedForm): Promise<string> {
	const { fields, region, accounts, receivedAt } = refused;
	const policy = fields.get("policy") ?? "";
	const claim = readFormClaim(fields, policy, region);
	const { accessKeyId, securityToken } = claim;
	const account = accounts.get(accessKeyId, securityToken, receivedAt);
	const { accessKeySecret: secret } = account;
	for (const [signature, sentence] of alteredSignatures(claim))
		if (isSigned({ ...claim, signature }, secret, NO_TARGET)) return sentence;
	let tries = Math.ceil(WORK_CHARACTERS_MAX / (policy.length + 1));
	const breaks = new Breaks();
	for (const suspicion of suspicions(refused, claim, account, policy)) {
		await breaks.pause();
		const { text, sign, sentence } = suspicion;
		if (--tries < 0) return UNKNOWN;
		if (sign(suspicion.secret, text) === claim.signature) return sentence;
	}
	return UNKNOWN;
}

const NO_TARGET = { bucket: "", key: "" };

/**
 * The maximum number of characters that all attempts together may sign, with breaks in between. A policy may have two
 * million.
 */
const WORK_CHARACTERS_MAX = 64 * 1024 * 1024;

const UNKNOWN =
	"no common mistake explains this signature: it must be computed from the policy's base64 as sent in the form; usually the secret differs";

function* alteredSignatures({ signature }: Claim): Generator<Mistaken<string>> {
	yield [
		signature.replaceAll(" ", "+"),
		"the signature has blanks instead of +: the fields of a form must not be URL-encoded",
	];
	yield [
		percentDecode(signature) ?? "",
		"the signature is percent-encoded: the fields of a form must not be URL-encoded",
	];
	yield [signature.trim(), "the signature has blanks or line breaks around it"];
}

type Suspicion = {
	readonly sentence: string;
	readonly secret: string;
	/** The string that was signed. */
	readonly text: string;
	readonly sign: Sign;
};

function* suspicions(
	{ fields, accounts }: RefusedForm,
	claim: Claim,
	account: Account,
	text: string,
): Generator<Suspicion> {
	const right = { secret: account.accessKeySecret, text, sign: claim.sign };
	for (const [secret, sentence] of mistakenSecrets(
		account,
		claim.securityToken,
	))
		yield { ...right, secret, sentence };
	for (const [wrong, sentence] of mistakenPolicies(text))
		yield { ...right, text: wrong, sentence };
	for (const [sign, sentence] of mistakenSigns(fields))
		yield { ...right, sign, sentence };
	yield {
		...right,
		text: asOfRequest(text, fields),
		sentence:
			"the string to sign of a request was signed: for a form, only the policy's base64 is signed",
	};
	for (const [secret, sentence] of secretsOfOthers(account, accounts.keys()))
		yield { ...right, secret, sentence };
}

function mistakenSigns(fields: FormFields): Iterable<Mistaken<Sign>> {
	const [, date = "", region = "", product = ""] =
		fields.get("x-oss-credential")?.split("/") ?? [];
	switch (fields.get("x-oss-signature-version")) {
		case undefined:
			return mistakenV1Signs();
		case ALGORITHM:
			return mistakenV4Signs({ date, region, product });
		default:
			return [];
	}
}

function* mistakenPolicies(policy: string): Generator<Mistaken<string>> {
	yield [
		Buffer.from(policy, "base64").toString(),
		"the policy's JSON was signed: sign its base64 instead",
	];
	for (const [end, name] of [
		["\n", "line feeds"],
		["\r\n", "line breaks of CR and LF"],
	])
		for (const last of ["", end])
			yield [
				policy.replaceAll(/.{76}(?=.)/g, `$&${end}`) + last,
				`the policy was signed with ${name} in its base64, which the form does not have: encode it without them`,
			];
	yield [
		policy.replaceAll(/\s/g, ""),
		"the policy was signed without the blanks and line breaks that it has in the form",
	];
	yield [
		policy.replaceAll(" ", "+"),
		"the policy has blanks instead of +: the fields of a form must not be URL-encoded",
	];
	yield [
		percentEncode(policy),
		"the policy was signed percent-encoded: sign its base64 as it is",
	];
	yield [
		percentDecode(policy) ?? "",
		"the policy is percent-encoded: the fields of a form must not be URL-encoded",
	];
}

/** The mistake of signing the policy as if it were a canonical request of V4. */
function asOfRequest(policy: string, fields: FormFields): string {
	const [, ...scope] = fields.get("x-oss-credential")?.split("/") ?? [];
	const digest = createHash("sha256").update(policy).digest("hex");
	const date = fields.get("x-oss-date") ?? "";
	return [ALGORITHM, date, scope.join("/"), digest].join("\n");
}
