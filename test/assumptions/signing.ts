/**
 * Signatures with one changed part, for the probes of how OSS reads them. Sources: docs «Include
 * signatures in the Authorization header», «Add signatures to URLs», «Signature version 4»; py1 AuthV2.
 */
import { createHash, createHmac } from "node:crypto";
import type { Answer } from "../client.ts";
import type { Cloud } from "./cloud.ts";

const hmac = (
	algorithm: "sha1" | "sha256",
	key: string | Buffer,
	text: string,
): Buffer => createHmac(algorithm, key).update(text).digest();

/** `20260102T030405Z`. */
export const compactTime = (moment: Date): string =>
	`${moment.toISOString().slice(0, 19).replaceAll(/[-:]/g, "")}Z`;

export const scopeOf = ({ region }: Cloud, moment: Date): string =>
	`${compactTime(moment).slice(0, 8)}/${region}/oss/aliyun_v4_request`;

/** The signature of V1. */
export const signV1 = ({ key }: Cloud, stringToSign: string): string =>
	hmac("sha1", key.secret, stringToSign).toString("base64");

export const signV2 = ({ key }: Cloud, stringToSign: string): string =>
	hmac("sha256", key.secret, stringToSign).toString("base64");

/** The signature of V4. */
export function signV4(
	cloud: Cloud,
	moment: Date,
	canonicalRequest: string,
): string {
	const digest = createHash("sha256").update(canonicalRequest).digest("hex");
	const scope = scopeOf(cloud, moment);
	return signText(
		cloud,
		moment,
		`OSS4-HMAC-SHA256\n${compactTime(moment)}\n${scope}\n${digest}`,
	);
}

/** Signs a text with the signing key of V4, as the policies of forms are signed. */
export const signText = (cloud: Cloud, moment: Date, text: string): string =>
	hmac(
		"sha256",
		scopeOf(cloud, moment)
			.split("/")
			.reduce<string | Buffer>(
				(key, part) => hmac("sha256", key, part),
				`aliyun_v4${cloud.key.secret}`,
			) as Buffer,
		text,
	).toString("hex");

/** Sends a request with headers that contain the signature. */
export const sendAs = (
	cloud: Cloud,
	target: string,
	headers: Readonly<Record<string, string>>,
	method = "GET",
): Promise<Answer> => cloud.send(method, target, { as: null, headers });
