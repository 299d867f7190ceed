/** Checks that a callback comes from OSS, by its signature. Source: OSS's documentation, «Callback», step 4. */
import { createPublicKey, verify } from "node:crypto";
import { keyUrls } from "./settings.mjs";

const fromBase64 = (text = "") => Buffer.from(text, "base64");

/** The request names the URL of the public key; only trusted URLs are fetched. */
async function fetchKey(url) {
	if (!keyUrls.some((start) => url.startsWith(start))) return undefined;
	const answer = await fetch(url);
	return createPublicKey(await answer.text());
}

/** The signed text: the decoded path, the query unchanged, a line feed and the body. */
export async function isFromOss({ url, headers }, body) {
	const keyUrl = fromBase64(headers["x-oss-pub-key-url"]).toString();
	const key = await fetchKey(keyUrl);
	if (!key) return false;
	const path = url.replace(/\?.*/s, "");
	const line = `${decodeURIComponent(path)}${url.slice(path.length)}\n`;
	return verify(
		"RSA-MD5",
		Buffer.concat([Buffer.from(line), body]),
		key,
		fromBase64(headers.authorization),
	);
}
