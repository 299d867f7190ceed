/**
 * Signs requests as documented on AWS's pages «Signature Version 4» and «Signing and authenticating REST requests»,
 * without an SDK and without code of the emulator.
 */
import { createHash, createHmac } from "node:crypto";
import type { Key } from "../client.ts";

export type Headers = Readonly<Record<string, string>>;

export type Signing = {
	readonly key: Key;
	readonly method: string;
	/** Path and query as on the wire. */
	readonly target: string;
	readonly host: string;
	readonly headers?: Headers;
	/** The last line of the canonical request. Default: the hash of the body. */
	readonly payload?: string;
	readonly body?: string | Uint8Array;
	readonly region?: string;
	readonly service?: string;
	readonly now?: Date;
	/** Names that are omitted from SignedHeaders. */
	readonly unsigned?: readonly string[];
	/** Names in SignedHeaders that are not sent. */
	readonly declared?: readonly string[];
};

export const sha256 = (text: string | Uint8Array): string =>
	createHash("sha256").update(text).digest("hex");

const hmac = (key: string | Buffer, text: string): Buffer =>
	createHmac("sha256", key).update(text).digest();

export const compact = (now: Date): string =>
	`${now.toISOString().slice(0, 19).replaceAll(/[-:]/g, "")}Z`;

export const keyOf = (secret: string, scope: string): Buffer =>
	Buffer.from(scope.split("/").reduce<string | Buffer>(hmac, `AWS4${secret}`));

const encode = (text: string): string =>
	encodeURIComponent(decodeURIComponent(text)).replaceAll(
		/[!'()*]/g,
		(character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
	);

const canonicalQuery = (query: string): string =>
	query
		.split("&")
		.filter((pair) => pair !== "")
		.map((pair) => pair.split(/=(.*)/s, 2).map(encode))
		.map(([name, value = ""]) => `${name}=${value}`)
		.sort()
		.join("&");

type Signed = {
	readonly signature: string;
	readonly signedHeaders: string;
	readonly scope: string;
	readonly date: string;
};

function signRequest(
	signing: Signing,
	headers: Headers,
	payload: string,
): Signed {
	const { key, method, target, region = "cn-hangzhou" } = signing;
	const { service = "s3", now = new Date(), unsigned = [] } = signing;
	const [path = "", query = ""] = target.split(/\?(.*)/s, 2);
	const date = compact(now);
	const scope = `${date.slice(0, 8)}/${region}/${service}/aws4_request`;
	const names = Object.keys(headers)
		.filter((name) => !unsigned.includes(name))
		.concat(signing.declared ?? [])
		.sort();
	const signedHeaders = names.join(";");
	const canonicalRequest = [
		method,
		path,
		canonicalQuery(query),
		...names.map((name) => `${name}:${headers[name]?.trim() ?? ""}`),
		"",
		signedHeaders,
		payload,
	].join("\n");
	const stringToSign = `AWS4-HMAC-SHA256\n${date}\n${scope}\n${sha256(canonicalRequest)}`;
	const signature = hmac(keyOf(key.secret, scope), stringToSign).toString(
		"hex",
	);
	return { signature, signedHeaders, scope, date };
}

/** @returns all headers to send, `host` included */
export function signV4(signing: Signing): Record<string, string> {
	const { now = new Date() } = signing; // read once, because it must not change while the request is signed
	const payload = signing.payload ?? sha256(signing.body ?? "");
	const headers = {
		host: signing.host,
		"x-amz-content-sha256": payload,
		"x-amz-date": compact(now),
		...signing.headers,
	};
	const { signature, signedHeaders, scope } = signRequest(
		{ ...signing, now },
		headers,
		payload,
	);
	const authorization = `AWS4-HMAC-SHA256 Credential=${signing.key.id}/${scope}, SignedHeaders=${signedHeaders}, Signature=${signature}`;
	return { ...headers, authorization };
}

/** @returns the target with a signature in its query; `headers` must be sent with the request */
export function presignV4(
	signing: Signing & {
		readonly seconds?: number | string;
		readonly token?: string;
	},
): string {
	const { key, target, now = new Date(), seconds = 600, token } = signing;
	const { region = "cn-hangzhou", headers = {} } = signing;
	const date = compact(now);
	const query = new Map([
		["X-Amz-Algorithm", "AWS4-HMAC-SHA256"],
		[
			"X-Amz-Credential",
			`${key.id}/${date.slice(0, 8)}/${region}/s3/aws4_request`,
		],
		["X-Amz-Date", date],
		["X-Amz-Expires", String(seconds)],
		[
			"X-Amz-SignedHeaders",
			Object.keys({ host: "", ...headers })
				.sort()
				.join(";"),
		],
		...(token === undefined ? [] : [["X-Amz-Security-Token", token] as const]),
	]);
	const written = Array.from(
		query,
		([name, value]) => `${name}=${encodeURIComponent(value)}`,
	).join("&");
	const whole = target + (target.includes("?") ? "&" : "?") + written;
	const { signature } = signRequest(
		{ ...signing, target: whole, now },
		{ host: signing.host, ...headers },
		signing.payload ?? "UNSIGNED-PAYLOAD",
	);
	return `${whole}&X-Amz-Signature=${signature}`;
}

/** The body in `aws-chunked` framing, and the headers with which it is signed. */
export function signChunks(
	signing: Omit<Signing, "payload" | "body">,
	chunks: readonly string[],
): { readonly headers: Record<string, string>; readonly body: string } {
	const now = signing.now ?? new Date();
	const headers = signV4({
		...signing,
		now,
		payload: "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
		headers: {
			"content-encoding": "aws-chunked",
			"x-amz-decoded-content-length": String(
				chunks.reduce((sum, chunk) => sum + Buffer.byteLength(chunk), 0),
			),
			...signing.headers,
		},
	});
	const date = compact(now);
	const scope = `${date.slice(0, 8)}/${signing.region ?? "cn-hangzhou"}/s3/aws4_request`;
	let previous = headers.authorization?.slice(-64) ?? "";
	let body = "";
	for (const chunk of [...chunks, ""]) {
		previous = hmac(
			keyOf(signing.key.secret, scope),
			[
				...["AWS4-HMAC-SHA256-PAYLOAD", date, scope, previous, sha256("")],
				sha256(chunk),
			].join("\n"),
		).toString("hex");
		body += `${Buffer.byteLength(chunk).toString(16)};chunk-signature=${previous}\r\n${chunk}\r\n`;
	}
	return { headers, body };
}

/** Base64 of HMAC-SHA1, the signature of V2. */
export const signText = (secret: string, text: string): string =>
	createHmac("sha1", secret).update(text).digest("base64");
