/**
 * An application server for direct uploads. It gives a signed policy to each uploader (`GET /policy`), and
 * receives OSS's callback for each upload (`POST /uploaded`). The files themselves never pass through it.
 */
import { createHmac, createPublicKey, verify } from "node:crypto";
import { createServer } from "node:http";
import { buffer } from "node:stream/consumers";

const {
	HOST = "127.0.0.1",
	PORT = "8000",
	OSS_ENDPOINT = "http://127.0.0.1:6770",
	OSS_ACCESS_KEY_ID = "oss-emulator",
	OSS_ACCESS_KEY_SECRET = "oss-emulator-secret",
	// The URL at which OSS reaches this server.
	CALLBACK_URL = `http://127.0.0.1:${PORT}/uploaded`,
	// The trusted prefix of the public key's URL. In production: https://gosspublic.alicdn.com/
	OSS_KEY_URLS = `${OSS_ENDPOINT}/`,
} = process.env;

const toBase64 = (value) =>
	Buffer.from(JSON.stringify(value)).toString("base64");
const fromBase64 = (text = "") => Buffer.from(text, "base64");

/** The fields of a form that can upload photos of at most 10 MB within the next five minutes. */
function signPolicy() {
	const policy = toBase64({
		expiration: new Date(Date.now() + 300_000).toISOString(),
		conditions: [
			{ bucket: "photos" },
			["starts-with", "$key", "incoming/"],
			["content-length-range", 1, 10_000_000],
		],
	});
	const callback = toBase64({
		callbackUrl: CALLBACK_URL,
		callbackBody:
			'{"key":${object},"size":${size},"type":${mimeType},"by":${x:user}}',
		callbackBodyType: "application/json",
	});
	return {
		url: `${OSS_ENDPOINT}/photos`,
		fields: {
			OSSAccessKeyId: OSS_ACCESS_KEY_ID,
			policy,
			Signature: createHmac("sha1", OSS_ACCESS_KEY_SECRET)
				.update(policy)
				.digest("base64"),
			callback,
		},
	};
}

async function isFromOss({ url, headers }, body) {
	const keyUrl = fromBase64(headers["x-oss-pub-key-url"]).toString();
	if (!OSS_KEY_URLS.split(",").some((start) => keyUrl.startsWith(start)))
		return false;
	const publicKey = createPublicKey(await (await fetch(keyUrl)).text());
	const path = url.replace(/\?.*/s, "");
	const line = `${decodeURIComponent(path)}${url.slice(path.length)}\n`;
	const signed = Buffer.concat([Buffer.from(line), body]);
	return verify(
		"RSA-MD5",
		signed,
		publicKey,
		fromBase64(headers.authorization),
	);
}

async function answer(request) {
	if (request.url === "/policy") return [200, signPolicy()];
	if (request.url !== "/uploaded") return [404, { error: "not found" }];
	const body = await buffer(request);
	if (!(await isFromOss(request, body)))
		return [403, { error: "not from OSS" }];
	const photo = JSON.parse(body.toString());
	console.log(`${photo.by} uploaded ${photo.key}, ${photo.size} bytes`);
	return [200, { saved: photo.key }];
}

createServer(async (request, response) => {
	const [status, value] = await answer(request).catch((error) => [
		500,
		{ error: error.message },
	]);
	const content = JSON.stringify(value);
	response.writeHead(status, {
		"Content-Type": "application/json",
		"Content-Length": Buffer.byteLength(content), // OSS requires it
	});
	response.end(content);
}).listen(Number(PORT), HOST, function () {
	console.log(`application server on http://${HOST}:${this.address().port}`);
});
