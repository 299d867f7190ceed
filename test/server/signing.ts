/**
 * Sends requests that are signed as documented, except for one mistake, and reads the emulator's record of them.
 */
import assert from "node:assert/strict";
import { createHash, createHmac } from "node:crypto";
import { type Answer, Client } from "../client.ts";
import type { TestEmulator } from "../emulator.ts";

export const ID = "oss-emulator";
export const SECRET = "oss-emulator-secret";

/** The sent request. */
export type Sent = {
	readonly method?: string;
	/** The path as on the wire, without the query. */
	readonly path: string;
	/** Decoded parameters in the order in which they are sent. */
	readonly query?: Readonly<Record<string, string>>;
	readonly headers?: Readonly<Record<string, string>>;
	readonly host?: string;
	readonly body?: string;
};

/** The signed request, if it differs from the sent request. */
export type Mistake = {
	readonly id?: string;
	readonly secret?: string;
	readonly method?: string;
	/** `/bucket/key`, decoded. */
	readonly resource?: string;
	readonly query?: Readonly<Record<string, string>>;
	readonly headers?: Readonly<Record<string, string>>;
	/** Additional signed headers of V4. */
	readonly additional?: readonly string[];
	readonly now?: Date;
	/** The scope of V4's credential: yyyyMMdd/region/product. */
	readonly scope?: string;
	/** Changes the canonical request of V4, or the string to sign of V1. */
	readonly text?: (text: string) => string;
	/** Replaces the correct signature. */
	readonly sign?: (secret: string, stringToSign: string) => string;
};

export const encode = (text: string): string =>
	encodeURIComponent(text).replaceAll(
		/[!'()*]/g,
		(character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
	);

export const hmac = (
	algorithm: "sha1" | "sha256",
	key: string | Buffer,
	text: string,
): Buffer => createHmac(algorithm, key).update(text).digest();

export const sha256 = (text: string): string =>
	createHash("sha256").update(text).digest("hex");

/** @param start `aliyun_v4` and the secret @param scope `yyyyMMdd/region/product` */
export const signingKey = (start: string, scope: string): Buffer =>
	[...scope.split("/"), "aliyun_v4_request"].reduce<Buffer>(
		(key, part) => hmac("sha256", key, part),
		Buffer.from(start),
	);

const compact = (moment: Date): string =>
	`${moment.toISOString().slice(0, 19).replaceAll(/[-:]/g, "")}Z`;

const resourceOf = (path: string): string =>
	/^\/[^/]+$/.test(path) ? `${path}/` : decodeURIComponent(path);

const byName = ([a]: readonly string[], [b]: readonly string[]): number =>
	String(a) < String(b) ? -1 : 1;

/** Docs «Signature version 4». */
function v4Text(
	sent: Sent,
	query: Readonly<Record<string, string>>,
	headers: Readonly<Record<string, string>>,
	additional: readonly string[],
	{ method = sent.method ?? "GET", resource }: Mistake,
): string {
	const pairs = Object.entries(query).map((pair) => pair.map(encode));
	const lines = Object.entries(headers).filter(
		([name]) =>
			/^(x-oss-.*|content-type|content-md5)$/.test(name) ||
			additional.includes(name),
	);
	return [
		method,
		encode(resource ?? resourceOf(sent.path)).replaceAll("%2F", "/"),
		pairs
			.sort(byName)
			.map(([name, value]) => (value ? `${name}=${value}` : name))
			.join("&"),
		...lines.sort(byName).map(([name, value]) => `${name}:${value}`),
		"",
		additional.join(";"),
		"UNSIGNED-PAYLOAD",
	].join("\n");
}

/** @returns the additions to the query, or to the headers */
function signV4(
	sent: Sent,
	mistake: Mistake,
	inUrl: boolean,
): Record<string, string> {
	const { id = ID, secret = SECRET, now = new Date() } = mistake;
	const { text = (same) => same, additional = [] } = mistake;
	const date = compact(now);
	const scope = mistake.scope ?? `${date.slice(0, 8)}/cn-hangzhou/oss`;
	const credential = `${id}/${scope}/aliyun_v4_request`;
	const own = inUrl
		? {
				"x-oss-signature-version": "OSS4-HMAC-SHA256",
				"x-oss-credential": credential,
				"x-oss-date": date,
				"x-oss-expires": "600",
				...(additional.length > 0
					? { "x-oss-additional-headers": additional.join(";") }
					: {}),
			}
		: { "x-oss-date": date };
	const query = { ...(mistake.query ?? sent.query), ...(inUrl ? own : {}) };
	const headers = {
		...(mistake.headers ?? sent.headers),
		...(inUrl ? {} : own),
	};
	const canonical = v4Text(sent, query, headers, additional, mistake);
	const stringToSign = `OSS4-HMAC-SHA256\n${date}\n${scope}/aliyun_v4_request\n${sha256(text(canonical))}`;
	const sign =
		mistake.sign ??
		((secret, string) =>
			hmac("sha256", signingKey(`aliyun_v4${secret}`, scope), string).toString(
				"hex",
			));
	const signature = sign(secret, stringToSign);
	if (inUrl) return { ...own, "x-oss-signature": signature };
	const names =
		additional.length > 0 ? `,AdditionalHeaders=${additional.join(";")}` : "";
	return {
		...own,
		authorization: `OSS4-HMAC-SHA256 Credential=${credential}${names},Signature=${signature}`,
	};
}

/** The parameters in the tests that V1 does not sign. */
const UNSIGNED = new Set(["prefix", "max-keys", "list-type", "utm"]);

/** Docs «Include signatures in the Authorization header», «Add signatures to URLs». */
function signV1(
	sent: Sent,
	mistake: Mistake,
	inUrl: boolean,
): Record<string, string> {
	const { id = ID, secret = SECRET, now = new Date() } = mistake;
	const { method = sent.method ?? "GET", text = (same) => same } = mistake;
	const date = inUrl
		? String(Math.floor(now.getTime() / 1000) + 600)
		: now.toUTCString();
	const {
		"content-md5": md5 = "",
		"content-type": type = "",
		...headers
	} = mistake.headers ?? sent.headers ?? {};
	const lines = Object.entries(headers)
		.filter(([name]) => name.startsWith("x-oss-"))
		.sort(byName)
		.map(([name, value]) => `${name}:${value}\n`);
	const pairs = Object.entries(mistake.query ?? sent.query ?? {})
		.filter(([name]) => !UNSIGNED.has(name))
		.sort(byName)
		.map(([name, value]) => (value ? `${name}=${value}` : name));
	const resource =
		(mistake.resource ?? resourceOf(sent.path)) +
		(pairs.length > 0 ? `?${pairs.join("&")}` : "");
	const string = [method, md5, type, date, lines.join("") + resource].join(
		"\n",
	);
	const sign =
		mistake.sign ??
		((secret, string) => hmac("sha1", secret, string).toString("base64"));
	const signature = sign(secret, text(string));
	return inUrl
		? { OSSAccessKeyId: id, Expires: date, Signature: signature }
		: { date, authorization: `OSS ${id}:${signature}` };
}

export type Scheme = "V1 header" | "V1 URL" | "V4 header" | "V4 URL";

/** Sends the request `sent`, with a signature of another request, and returns the response. */
export async function sendSigned(
	{ endpoint }: Pick<TestEmulator, "endpoint">,
	scheme: Scheme,
	sent: Sent,
	mistake: Mistake = {},
): Promise<Answer> {
	const inUrl = scheme.endsWith("URL");
	const signed = (scheme.startsWith("V1") ? signV1 : signV4)(
		sent,
		mistake,
		inUrl,
	);
	const query = Object.entries({ ...sent.query, ...(inUrl ? signed : {}) })
		.map((pair) => pair.map(encode).join("="))
		.join("&");
	const client = new Client(endpoint, { id: "", secret: "" });
	try {
		return await client.send(
			sent.method ?? "GET",
			query === "" ? sent.path : `${sent.path}?${query}`,
			{
				as: null,
				headers: { ...sent.headers, ...(inUrl ? {} : signed) },
				...(sent.host === undefined ? {} : { host: sent.host }),
				...(sent.body === undefined ? {} : { body: sent.body }),
			},
		);
	} finally {
		client.close();
	}
}

/** The diagnosis of an answered request. */
export async function diagnosisOf(
	{ adminUrl }: Pick<TestEmulator, "adminUrl">,
	{ headers }: Answer,
): Promise<string> {
	const answer = await fetch(`${adminUrl}/api/requests`);
	const { requests }: { requests: { id: string; diagnosis: string }[] } =
		JSON.parse(await answer.text());
	const id = headers["x-oss-request-id"];
	const found = requests.find((request) => request.id === id);
	assert.ok(found, `no request ${id} on record`);
	return found.diagnosis;
}
