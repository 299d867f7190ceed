/**
 * The request to the application server, as OSS writes it: target, headers in their order and spelling, signature.
 * Host, Connection and Content-Length stand where undici puts them, spelled as it spells them.
 *
 * All headers that have been captured are sent, including those that newer dumps in the docs leave out. A port
 * other than the scheme's own stays in Host. The requester of an anonymous upload is empty.
 *
 * Pure. Source: docs «Callback», step 3; packets of 2018-09-15 and 2019-06-02.
 */
import { createHash, type KeyObject } from "node:crypto";
import { httpTime } from "../oss/times.ts";
import type { Callback, ResolvedUrl } from "./callback.ts";
import type { HeaderList } from "./delivery.ts";
import { signCallback, stringToSign } from "./sign.ts";
import type { Uploaded } from "./uploaded.ts";

/** What caused a callback, as far as its request and its record show it. */
export type Caused = Pick<
	Uploaded,
	"bucket" | "key" | "owner" | "requester" | "requestId" | "waits"
> & { readonly operation: string };

export type Signer = {
	readonly privateKey: KeyObject;
	readonly publicKeyUrl: string;
};

export type CallbackRequest = {
	readonly url: ResolvedUrl;
	/** Path and query, as on the wire. */
	readonly target: string;
	readonly headers: HeaderList;
	readonly body: Buffer;
	readonly stringToSign: Buffer;
	readonly sni: boolean;
};

export function composeRequest(
	url: ResolvedUrl,
	callback: Callback,
	uploaded: Pick<Uploaded, "bucket" | "owner" | "requester" | "requestId">,
	body: Buffer,
	{ privateKey, publicKeyUrl }: Signer,
	now: Date,
): CallbackRequest {
	const signed = stringToSign(url.path, url.query, body);
	const added = callback.additionalHeaders;
	const headers: HeaderList = [
		["host", callback.host || ownHost(url)],
		["connection", "close"],
		["Authorization", signCallback(signed, privateKey)],
		["Content-MD5", createHash("md5").update(body).digest("base64")],
		["Content-Type", callback.bodyType],
		["Date", httpTime(now)],
		["User-Agent", "aliyun-oss-callback"],
		// Empty in every packet; that it lists the names, as in V4 signatures, is a guess.
		["x-oss-additional-headers", added.map(([name]) => name).join(";")],
		["x-oss-bucket", uploaded.bucket],
		["x-oss-owner", uploaded.owner],
		["x-oss-pub-key-url", Buffer.from(publicKeyUrl).toString("base64")],
		["x-oss-request-id", uploaded.requestId],
		["x-oss-requester", uploaded.requester],
		["x-oss-signature-version", "1.0"],
		["x-oss-tag", "CALLBACK"],
		["eagleeye-rpcid", "0.1"],
		...added,
		["content-length", String(body.length)],
	];
	const target = url.query === "" ? url.path : `${url.path}?${url.query}`;
	const { sni } = callback;
	return { url, target, headers, body, stringToSign: signed, sni };
}

function ownHost({ hostname, port, secure }: ResolvedUrl): string {
	return port === (secure ? 443 : 80) ? hostname : `${hostname}:${port}`;
}
