// An application server for OSS's upload callbacks: callers other than OSS receive 403.
import { createPublicKey, verify } from "node:crypto";
import { createServer } from "node:http";
import { buffer } from "node:stream/consumers";

const KEY_URLS = [
	"http://gosspublic.alicdn.com/",
	"https://gosspublic.alicdn.com/",
];

const fromBase64 = (text = "") => Buffer.from(text, "base64");

async function isFromOss({ url, headers }, body) {
	const keyUrl = fromBase64(headers["x-oss-pub-key-url"]).toString();
	if (!KEY_URLS.some((start) => keyUrl.startsWith(start))) return false;
	const publicKey = createPublicKey(await (await fetch(keyUrl)).text());
	const [path] = url.split("?");
	const query = url.slice(path.length);
	const signed = Buffer.concat([
		Buffer.from(`${decodeURIComponent(path)}${query}\n`),
		body,
	]);
	const signature = fromBase64(headers.authorization);
	return verify("RSA-MD5", signed, publicKey, signature);
}

const server = createServer(async (request, response) => {
	const body = await buffer(request);
	const known = await isFromOss(request, body);
	const answer = JSON.stringify({ Status: known ? "OK" : "verify not ok" });
	response.writeHead(known ? 200 : 403, {
		"Content-Type": "application/json",
		"Content-Length": Buffer.byteLength(answer),
	});
	response.end(answer);
});

server.listen(process.env.PORT, "127.0.0.1", () => console.log("ready"));
