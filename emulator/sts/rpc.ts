/**
 * The signature of RPC requests, version 1.0: HMAC-SHA1 over all parameters, in the query and in the body.
 *
 * Pure. Source: docs «Signature method» of STS, whose example is a test.
 */
import { createHmac } from "node:crypto";
import { percentEncode } from "../oss/encoding.ts";
import type { Query } from "../oss/request.ts";
import { canonicalParameters } from "./canonical.ts";
import type { StsClaim } from "./claim.ts";
import { StsError } from "./errors.ts";
import type { StsRequest } from "./request.ts";

/** @throws StsError if one of the common parameters is missing, or names an unknown signature method */
export function readRpcClaim({ method, parameters }: StsRequest): StsClaim {
	const [accessKeyId, signature, , , nonce, timestamp] = COMMON.map((name) =>
		required(parameters, name),
	);
	requireValue(parameters, "SignatureMethod", "HMAC-SHA1");
	requireValue(parameters, "SignatureVersion", "1.0");
	const stringToSign = rpcStringToSign(method, parameters);
	return {
		accessKeyId: accessKeyId ?? "",
		securityToken: parameters.get("SecurityToken") ?? "",
		timestamp: timestamp ?? "",
		nonce: nonce ?? "",
		signature: signature ?? "",
		signatureForm: /^[A-Za-z0-9+/]{27}=$/,
		stringToSign,
		sign: (accessKeySecret) => signRpc(accessKeySecret, stringToSign),
		mistakes: (secret) => mistakes(secret, method, parameters),
	};
}

/** Mistakes in requests that are signed by hand. */
function* mistakes(
	secret: string,
	method: string,
	parameters: Query,
): Generator<readonly [signature: string, sentence: string]> {
	const stringToSign = rpcStringToSign(method, parameters);
	const right = signRpc(secret, stringToSign);
	yield [
		createHmac("sha1", secret).update(stringToSign).digest("base64"),
		"the secret was used unchanged: RPC requests must be signed with the secret followed by &",
	];
	yield [
		Buffer.from(right, "base64").toString("hex"),
		"the signature is hex: base64 of the digest's bytes is required",
	];
	yield [
		right.replaceAll("+", " "),
		"the signature has blanks instead of +: percent-encode it, so that + becomes %2B",
	];
	for (const other of ["GET", "POST"])
		yield [
			signRpc(secret, rpcStringToSign(other, parameters)),
			`the signature is for ${other}, but the request is a ${method}: sign the method that is sent`,
		];
	yield [
		signRpc(secret, stringToSign.replaceAll("%2520", "%2B")),
		"blanks were signed as +: sign them as %20",
	];
}

/** Missing parameters are reported in this order. */
const COMMON = [
	"AccessKeyId",
	"Signature",
	"SignatureMethod",
	"SignatureVersion",
	"SignatureNonce",
	"Timestamp",
];

/** @throws StsError MissingNAME; an empty value counts as missing */
export function required(parameters: Query, name: string): string {
	const value = parameters.get(name);
	if (!value) throw new StsError("Missing", name);
	return value;
}

/** The code for another method or version is a guess. */
function requireValue(parameters: Query, name: string, value: string): void {
	if (parameters.get(name)?.toUpperCase() !== value)
		throw new StsError("InvalidParameter", name);
}

export function rpcStringToSign(method: string, parameters: Query): string {
	const signed = [...parameters].filter(([name]) => name !== "Signature");
	return [method, "/", canonicalParameters(signed)]
		.map(percentEncode)
		.join("&");
}

export const signRpc = (
	accessKeySecret: string,
	stringToSign: string,
): string =>
	createHmac("sha1", `${accessKeySecret}&`)
		.update(stringToSign)
		.digest("base64");
