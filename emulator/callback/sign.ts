/**
 * Composes the request to the application server and signs it as OSS does, so that the application server's signature
 * check accepts it.
 *
 * Sends all headers that have been captured, including headers missing from newer dumps in the docs. A port
 * other than the scheme's own stays in Host. The requester of an anonymous upload is empty. Host,
 * Connection and Content-Length have the position and spelling that undici gives them.
 *
 * Pure: PKCS #1 v1.5 signatures are deterministic. Source: docs «Callback», steps 3 and 4; packets of 2018-09-15 and
 * 2019-06-02; seven signatures of OSS (test/callback/vectors.ts).
 */
import { createHash, type KeyObject, sign } from "node:crypto";
import { httpTime } from "../oss/times.ts";
import type {
	Callback,
	CallbackRequest,
	Fault,
	HeaderList,
	ResolvedUrl,
	Signer,
	UploadReference,
} from "./model.ts";

/** The inputs of a request. */
export type RequestParts = {
	readonly url: ResolvedUrl;
	readonly callback: Callback;
	readonly uploaded: Pick<
		UploadReference,
		"bucket" | "owner" | "requester" | "requestId"
	>;
	/** The filled-in body. */
	readonly body: Buffer;
	readonly signer: Signer;
	readonly now: Date;
};

export function composeRequest(parts: RequestParts): CallbackRequest {
	const { url, callback, uploaded, body, signer, now } = parts;
	const signed = stringToSign(url.path, url.query, body);
	const added = callback.additionalHeaders;
	const keyUrl = Buffer.from(signer.publicKeyUrl).toString("base64");
	const headers: HeaderList = [
		["host", callback.host || ownHost(url)],
		["connection", "close"],
		["Authorization", signCallback(signed, signer.privateKey)],
		["Content-MD5", createHash("md5").update(body).digest("base64")],
		["Content-Type", callback.bodyType],
		["Date", httpTime(now)],
		["User-Agent", "aliyun-oss-callback"],
		// Empty in every captured packet; listing the names, as in V4 signatures, is a guess.
		["x-oss-additional-headers", added.map(([name]) => name).join(";")],
		["x-oss-bucket", uploaded.bucket],
		["x-oss-owner", uploaded.owner],
		["x-oss-pub-key-url", keyUrl],
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

/**
 * @param path percent-encoded; it is signed decoded, `+` stays, and so does a malformed escape
 * @param query as sent, without the `?`; '' when the URL has no query
 */
export function stringToSign(
	path: string,
	query: string,
	body: Buffer,
): Buffer {
	const target = query === "" ? "\n" : `?${query}\n`;
	return Buffer.concat([decodePath(path), Buffer.from(target), body]);
}

/** Decodes to bytes, not to text: a path may not be valid UTF-8. */
function decodePath(path: string): Buffer {
	const decoded = path.replaceAll(/%([\da-f]{2})/gi, (_, hex: string) =>
		String.fromCharCode(Number.parseInt(hex, 16)),
	);
	return Buffer.from(decoded, "latin1");
}

/** @returns base64, one line: the Authorization header */
export function signCallback(text: Buffer, privateKey: KeyObject): string {
	return sign("RSA-MD5", text, privateKey).toString("base64");
}

/** Like `composeRequest`, with the error of a fault: OSS did not sign it, and application servers must refuse it. */
export function composeForged(
	forged: Fault["forged"],
	parts: RequestParts,
): CallbackRequest {
	const { privateKey, publicKeyUrl } = parts.signer;
	if (forged === "key url") {
		const signer = { privateKey, publicKeyUrl: forgedKeyUrl(publicKeyUrl) };
		return composeRequest({ ...parts, signer });
	}
	const request = composeRequest(parts);
	if (forged !== "signature") return request;
	// The right key over another text: only verification distinguishes it from a valid signature.
	const other = Buffer.concat([request.stringToSign, Buffer.from("!")]);
	const headers: HeaderList = request.headers.map(([name, value]) =>
		name === "Authorization"
			? [name, signCallback(other, privateKey)]
			: [name, value],
	);
	return { ...request, headers };
}

/**
 * A URL of another owner that begins much like the right one. It serves the emulator's own key wherever names below
 * `localhost` are this machine, so an application server that does not compare the URL accepts the signature.
 */
export function forgedKeyUrl(publicKeyUrl: string): string {
	const url = new URL(publicKeyUrl);
	url.hostname = `${url.hostname.replace(/[[\]]/g, "").replaceAll(":", "-")}.forged.localhost`;
	return url.href;
}
