/** Signs URLs for any operation, according to docs «Add signatures to URLs» and «Signature version 4». */
import { createHash, createHmac } from "node:crypto";
import type { Key } from "./client.ts";

export type Presigning = {
	readonly method: string;
	/** `/bucket/key`, decoded; `/bucket/` and `/` for a bucket and the service. */
	readonly resource: string;
	/** Decoded parameters; an empty value is written as a name without `=`. */
	readonly query: Readonly<Record<string, string>>;
	/** The headers of the request. */
	readonly headers?: Readonly<Record<string, string>>;
	readonly seconds?: number;
	readonly now?: Date;
};

const encode = (text: string): string =>
	encodeURIComponent(text).replaceAll(
		/[!'()*]/g,
		(character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
	);

const byName = ([a]: readonly string[], [b]: readonly string[]): number =>
	String(a) < String(b) ? -1 : 1;

const write = (query: Readonly<Record<string, string>>): string =>
	Object.entries(query)
		.map((pair) => pair.map(encode))
		.map(([name, value]) => (value ? `${name}=${value}` : name))
		.join("&");

/** Parameters of the operation table that are missing from the docs' list of signed sub-resources. */
const UNSIGNED_BY_V1 = new Set(["list-type", "accessmonitor", "regions"]);

/** @returns the encoded query */
export function presignV1(
	{ id, secret }: Key,
	{ method, resource, query, headers = {}, ...when }: Presigning,
): string {
	const { seconds = 600, now = new Date() } = when;
	const Expires = String(Math.floor(now.getTime() / 1000) + seconds);
	const own = Object.entries(headers)
		.filter(([name]) => name.startsWith("x-oss-"))
		.sort(byName)
		.map(([name, value]) => `${name}:${value}\n`);
	const subResources = Object.entries(query)
		.filter(([name]) => !UNSIGNED_BY_V1.has(name))
		.sort(byName)
		.map(([name, value]) => (value ? `${name}=${value}` : name))
		.join("&");
	const stringToSign = [
		method,
		headers["content-md5"] ?? "",
		headers["content-type"] ?? "",
		Expires,
		own.join("") + resource + (subResources && `?${subResources}`),
	].join("\n");
	const Signature = createHmac("sha1", secret)
		.update(stringToSign)
		.digest("base64");
	return write({ ...query, OSSAccessKeyId: id, Expires, Signature });
}

const hmac = (key: string | Buffer, text: string): Buffer =>
	createHmac("sha256", key).update(text).digest();

/** @returns the encoded query */
export function presignV4(
	{ id, secret }: Key,
	{ method, resource, query, headers = {}, ...when }: Presigning,
): string {
	const { seconds = 600, now = new Date() } = when;
	const date = `${now.toISOString().slice(0, 19).replaceAll(/[-:]/g, "")}Z`;
	const scope = `${date.slice(0, 8)}/cn-hangzhou/oss/aliyun_v4_request`;
	const whole = {
		...query,
		"x-oss-signature-version": "OSS4-HMAC-SHA256",
		"x-oss-credential": `${id}/${scope}`,
		"x-oss-date": date,
		"x-oss-expires": String(seconds),
	};
	const canonicalRequest = [
		method,
		encode(resource).replaceAll("%2F", "/"),
		write(Object.fromEntries(Object.entries(whole).sort(byName))),
		...Object.entries(headers)
			.filter(([name]) => /^(x-oss-.*|content-type|content-md5)$/.test(name))
			.sort(byName)
			.map(([name, value]) => `${name}:${value}`),
		"",
		"",
		"UNSIGNED-PAYLOAD",
	].join("\n");
	const digest = createHash("sha256").update(canonicalRequest).digest("hex");
	const key = scope
		.split("/")
		.reduce<string | Buffer>(hmac, `aliyun_v4${secret}`);
	const stringToSign = `OSS4-HMAC-SHA256\n${date}\n${scope}\n${digest}`;
	const signature = hmac(Buffer.from(key), stringToSign).toString("hex");
	return write({ ...whole, "x-oss-signature": signature });
}
