/** The application under test: clients upload photos directly to OSS, and OSS notifies this server of each of them. */
import { createVerify } from "node:crypto";
import { createServer } from "node:http";
import { buffer } from "node:stream/consumers";
import OSS from "ali-oss";

const KEY_URLS_OF_OSS = [
	"http://gosspublic.alicdn.com/",
	"https://gosspublic.alicdn.com/",
];

/** Starts the application. It uses temporary keys, and fetches new ones when they have expired. */
export async function startPhotos({
	endpoint,
	stsEndpoint = "https://sts.aliyuncs.com",
	region,
	bucket,
	role,
	accessKeyId,
	accessKeySecret,
	keyUrls = KEY_URLS_OF_OSS,
	sldEnable = false, // puts the bucket into the path, for endpoints that are IP addresses
	host = "127.0.0.1", // the name or address at which OSS reaches this server
}) {
	const saved = new Map();
	const sts = new OSS.STS({
		endpoint: stsEndpoint,
		accessKeyId,
		accessKeySecret,
	});

	async function connect() {
		const { credentials } = await sts.assumeRole(role, "", 900, "photos");
		return new OSS({
			...{ endpoint, region, bucket, sldEnable },
			accessKeyId: credentials.AccessKeyId,
			accessKeySecret: credentials.AccessKeySecret,
			stsToken: credentials.SecurityToken,
			authorizationV4: true,
		});
	}
	let client = await connect();

	async function isFromOss({ url, headers }, body) {
		const keyUrl = fromBase64(headers["x-oss-pub-key-url"]).toString();
		if (!keyUrls.some((start) => keyUrl.startsWith(start))) return false;
		const key = await (await fetch(keyUrl)).text();
		const [path, ...query] = url.split(/(?=\?)/);
		return createVerify("RSA-MD5")
			.update(`${decodeURIComponent(path)}${query.join("")}\n`)
			.update(body)
			.verify(key, fromBase64(headers.authorization));
	}

	const server = createServer(async (request, response) => {
		const body = await buffer(request);
		const known = await isFromOss(request, body);
		const form = new URLSearchParams(body.toString());
		if (known) saved.set(form.get("name"), Number(form.get("size")));
		const answer = known
			? { saved: form.get("name") }
			: { error: "not from OSS" };
		const content = JSON.stringify(answer);
		response
			.writeHead(known ? 200 : 403, {
				"Content-Type": "application/json",
				"Content-Length": Buffer.byteLength(content), // OSS requires it
			})
			.end(content);
	});
	await new Promise((resolve) => server.listen(0, resolve));

	return {
		/** The sizes of the photos that OSS has reported, by name. */
		saved,

		/** Returns a permit to upload one photo: a signed URL and the headers that it signs. */
		async permit(name) {
			const callback = {
				callbackUrl: `http://${host}:${server.address().port}/uploaded`,
				callbackBody: "name=${object}&size=${size}",
			};
			const headers = { "x-oss-callback": toBase64(JSON.stringify(callback)) };
			const url = await client.signatureUrlV4("PUT", 3600, { headers }, name);
			return { url, headers };
		},

		/** Returns the size of a photo according to OSS. */
		async sizeInOss(name) {
			const head = async () =>
				Number((await client.head(name)).res.headers["content-length"]);
			try {
				return await head();
			} catch (error) {
				// A response to HEAD has no body, so an expired token can be recognized only by the status.
				if (error.status !== 403) throw error;
				client = await connect();
				return head();
			}
		},

		close: () => new Promise((resolve) => server.close(resolve)),
	};
}

const toBase64 = (text) => Buffer.from(text).toString("base64");
const fromBase64 = (text = "") => Buffer.from(text, "base64");

/** Runs in a client: uploads with a permit, and retries while OSS returns 503. */
export async function upload({ url, headers }, content, attempts = 3) {
	const body = Buffer.from(content); // for a string, fetch would add a Content-Type, which is part of the signature
	const response = await fetch(url, { method: "PUT", headers, body });
	if (response.status !== 503 || attempts === 1) return response;
	await response.arrayBuffer();
	return upload({ url, headers }, content, attempts - 1);
}
