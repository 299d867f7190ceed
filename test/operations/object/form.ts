/** Forms of PostObject, in the format of a browser, and signed as documented. */
import { createHmac } from "node:crypto";
import type { Answer, Client } from "../../client.ts";

export type Part = {
	readonly name: string;
	readonly value: string | Buffer;
	readonly filename?: string;
	/** Additional headers of the part. */
	readonly headers?: readonly string[];
};

export const BOUNDARY = "----WebKitFormBoundary7MA4YWxkTrZu0gW";

export const field = (name: string, value: string | Buffer): Part => ({
	name,
	value,
});

export const file = (
	value: string | Buffer,
	filename = "cat.txt",
	type = "text/plain",
): Part => ({
	name: "file",
	value,
	filename,
	headers: type ? [`Content-Type: ${type}`] : [],
});

export function formBody(
	parts: readonly Part[],
	boundary: string = BOUNDARY,
): Buffer {
	const pieces = parts.flatMap(({ name, value, filename, headers = [] }) => [
		Buffer.from(`--${boundary}\r\n`),
		Buffer.from(
			`Content-Disposition: form-data; name="${name}"${filename === undefined ? "" : `; filename="${filename}"`}\r\n`,
		),
		Buffer.from(headers.map((line) => `${line}\r\n`).join("")),
		Buffer.from("\r\n"),
		Buffer.from(value),
		Buffer.from("\r\n"),
	]);
	return Buffer.concat([...pieces, Buffer.from(`--${boundary}--\r\n`)]);
}

/** Sends the form as a browser does, without a signature outside the form. */
export const post = (
	oss: Client,
	body: Buffer | string,
	target = "/photos",
	headers: Readonly<Record<string, string>> = {},
): Promise<Answer> =>
	oss.send("POST", target, {
		as: null,
		body,
		headers: {
			"content-type": `multipart/form-data; boundary=${BOUNDARY}`,
			...headers,
		},
	});

export const postForm = (
	oss: Client,
	parts: readonly Part[],
	target?: string,
): Promise<Answer> => post(oss, formBody(parts), target);

export const ID = "oss-emulator";
export const SECRET = "oss-emulator-secret";

export const policyOf = (
	conditions: readonly unknown[],
	expiration = "2099-01-01T00:00:00.000Z",
): string =>
	Buffer.from(JSON.stringify({ expiration, conditions })).toString("base64");

/** Docs «PostObject»: Base64(HMAC-SHA1(secret, the base64 of the policy)). */
export const signedV1 = (
	conditions: readonly unknown[],
	expiration?: string,
): Part[] => {
	const policy = policyOf(conditions, expiration);
	const signature = createHmac("sha1", SECRET).update(policy).digest("base64");
	return [
		field("OSSAccessKeyId", ID),
		field("policy", policy),
		field("Signature", signature),
	];
};

/**
 * Docs «PostObject», signature version 4: hex(HMAC-SHA256(signing key, the base64 of the policy)).
 *
 * @param without the fields that must have a condition and do not get one here
 */
export const signedV4 = (
	conditions: readonly unknown[],
	without: readonly string[] = [],
): Part[] => {
	const date = `${new Date().toISOString().slice(0, 19).replaceAll(/[-:]/g, "")}Z`;
	const scope = `${date.slice(0, 8)}/cn-hangzhou/oss/aliyun_v4_request`;
	const own = Object.entries({
		"x-oss-signature-version": "OSS4-HMAC-SHA256",
		"x-oss-credential": `${ID}/${scope}`,
		"x-oss-date": date,
	});
	const policy = policyOf([
		...conditions,
		...own
			.filter(([name]) => !without.includes(name))
			.map(([name, value]) => ({ [name]: value })),
	]);
	const key = scope
		.split("/")
		.reduce<string | Buffer>(
			(secret, text) => createHmac("sha256", secret).update(text).digest(),
			`aliyun_v4${SECRET}`,
		);
	return [
		...own.map(([name, value]) => field(name, value)),
		field("policy", policy),
		field(
			"x-oss-signature",
			createHmac("sha256", key).update(policy).digest("hex"),
		),
	];
};

/** A policy that allows everything. */
export const ANY: readonly unknown[] = [["starts-with", "$key", ""]];
