/**
 * Mistakes with the secret and the way of signing, which are the same in requests and in forms.
 *
 * Pure. Source: the questions under «SignatureDoesNotMatch» in the trackers of the SDKs, of MinIO and of LocalStack.
 */
import { createHmac } from "node:crypto";
import type { Account } from "../auth/accounts.ts";
import { makeSigningKey, type Scope } from "../auth/v4-scope.ts";
import { DAY_MS } from "../oss/times.ts";

/** A wrong secret or way of signing, and a sentence for the developer: the mistake and its correction. */
export type Mistaken<T> = readonly [wrong: T, sentence: string];

/** @param token the request's security token; '' if it has none */
export function* mistakenSecrets(
	{ accessKeyId, accessKeySecret: secret }: Account,
	token: string,
): Generator<Mistaken<string>> {
	for (const [before, after, what] of AROUND)
		yield [
			before + secret + after,
			`the secret was used with ${what}: trim it where it is read`,
		];
	yield [
		secret.trim(),
		"the secret was used without the blanks around it: the emulator's secret has some, see --access-key",
	];
	yield [
		`${secret}&`,
		"the secret was used with an & at its end, as RPC requests of Alibaba Cloud are signed: OSS requires it unchanged",
	];
	yield [
		accessKeyId,
		"the access key id was used as the secret: the two were swapped",
	];
	if (token !== "")
		yield [
			token,
			"the security token was used as the secret: the two were swapped",
		];
	yield ["", "the secret was empty: it is not set where the client reads it"];
}

/** @param keys all existing keys */
export function* secretsOfOthers(
	{ accessKeyId }: Account,
	keys: readonly Account[],
): Generator<Mistaken<string>> {
	for (const other of keys)
		if (other.accessKeyId !== accessKeyId)
			yield [
				other.accessKeySecret,
				`the secret is that of ${other.accessKeyId}: id and secret belong to two keys`,
			];
}

const AROUND = [
	["", "\n", "a line feed at its end"],
	["", " ", "a blank at its end"],
	["", "\r\n", "CR and LF at its end"],
	["", "\r", "a carriage return at its end"],
	[" ", "", "a blank before it"],
	["\ufeff", "", "a byte order mark before it"],
	['"', '"', "quotes around it"],
	["'", "'", "quotes around it"],
] as const;

export type Sign = (accessKeySecret: string, stringToSign: string) => string;

/** Wrong ways of computing V1's signature, base64 of HMAC-SHA1. */
export function* mistakenV1Signs(): Generator<Mistaken<Sign>> {
	yield [
		(secret, text) => hmac("sha1", secret, text).toString("hex"),
		"the signature is hex of HMAC-SHA1: V1 requires base64",
	];
	yield [
		(secret, text) =>
			hmac("sha1", secret, text).toString("base64").replace(/=+$/, ""),
		"the = at the end of the signature is missing",
	];
	yield [
		(secret, text) => toBase64(hmac("sha1", secret, text).toString("hex")),
		"the signature is base64 of hex: V1 requires base64 of the digest's bytes (PHP's hash_hmac returns them when its last argument is true)",
	];
	yield [
		(secret, text) => hmac("sha256", secret, text).toString("base64"),
		"the signature was made with SHA-256: V1 uses SHA-1",
	];
	yield [
		(secret, text) => hmac("sha256", secret, text).toString("hex"),
		"the signature is hex, as in V4, but under the name of V1: use `OSS4-HMAC-SHA256`, or base64 of HMAC-SHA1",
	];
}

/** Wrong ways of computing V4's signature, hex of HMAC-SHA256 with a key that is derived in four steps. */
export function* mistakenV4Signs(scope: Scope): Generator<Mistaken<Sign>> {
	const { date, region } = scope;
	const made =
		(more: Partial<Scope> = {}, prefix = "aliyun_v4"): Sign =>
		(secret, text) =>
			signV4(prefix + secret, { ...scope, ...more }, text).toString("hex");
	yield [
		(secret, text) => hmac("sha256", secret, text).toString("hex"),
		"the secret itself was used to sign: V4 signs with a key derived from it, the day, the region and the product",
	];
	yield [
		made({}, ""),
		"the signing key was made from the secret alone: V4 puts aliyun_v4 before it",
	];
	yield [
		made({}, "AWS4"),
		"the signing key was made with AWS4 before the secret, as for S3: OSS uses aliyun_v4",
	];
	yield [
		made({ region: `oss-${region}` }),
		`the signing key was made for the region oss-${region}, but the credential has ${region}`,
	];
	for (const product of ["s3", "sts"])
		yield [
			made({ product }),
			`the signing key was made for the product ${product}, but the credential has ${scope.product}`,
		];
	for (const other of [shiftDay(date, -1), shiftDay(date, 1)])
		yield [
			made({ date: other }),
			`the signing key was made for ${other}, but the credential has ${date}: both must be the day in UTC`,
		];
	yield [
		(secret, text) => made()(secret, text).toUpperCase(),
		"the signature is upper-case hex: V4 uses lower case",
	];
	yield [
		(secret, text) =>
			signV4(`aliyun_v4${secret}`, scope, text).toString("base64"),
		"the signature is base64: V4 uses lower-case hex",
	];
	yield [
		(secret, text) => hmac("sha1", secret, text).toString("base64"),
		"the signature is base64 of HMAC-SHA1, as in V1, but under the name of V4",
	];
}

const hmac = (
	algorithm: "sha1" | "sha256",
	key: string | Buffer,
	text: string,
): Buffer => createHmac(algorithm, key).update(text).digest();

/** Signs as V4 does, but derives the key from another text than `aliyun_v4` and the secret. */
const signV4 = (start: string, scope: Scope, text: string): Buffer =>
	hmac("sha256", makeSigningKey(start, scope), text);

const toBase64 = (text: string): string => Buffer.from(text).toString("base64");

/** `20260131` and 1 → `20260201`; '' for a text that is not a day. */
function shiftDay(date: string, days: number): string {
	const iso = date.replace(/^(\d{4})(\d\d)(\d\d)$/, "$1-$2-$3");
	const day = new Date(Date.parse(iso) + days * DAY_MS);
	if (Number.isNaN(day.getTime())) return "";
	return day.toISOString().slice(0, 10).replaceAll("-", "");
}
