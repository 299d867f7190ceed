/** Complete HTTP requests with a V4 signature, which are made before the measurement. */
import { createHash, createHmac } from "node:crypto";

const ID = "oss-emulator";
const SECRET = "oss-emulator-secret";
const REGION = "cn-hangzhou";

const hmac = (key: string | Buffer, text: string): Buffer =>
	createHmac("sha256", key).update(text).digest();

/** @param path `/bucket/key`, without characters that must be encoded */
export function signedRequest(
	method: string,
	path: string,
	body: Buffer = Buffer.alloc(0),
	more: Readonly<Record<string, string>> = {},
): Buffer {
	const lines = Object.entries({
		...signedHeaders(method, path, more),
		"content-length": String(body.length),
	});
	const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join("");
	return Buffer.concat([
		Buffer.from(`${method} ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\n${head}\r\n`),
		body,
	]);
}

type Key = { readonly id: string; readonly secret: string };

/** Like `signedRequest`, for S3: the body's hash is signed, as SDKs do over http. */
export function signedS3Request(
	method: string,
	path: string,
	body: Buffer = Buffer.alloc(0),
	key: Key = { id: ID, secret: SECRET },
): Buffer {
	const payload = createHash("sha256").update(body).digest("hex");
	const lines = Object.entries({
		...signedS3Headers(method, path, payload, key),
		"content-length": String(body.length),
	}).map(([name, value]) => `${name}: ${value}\r\n`);
	return Buffer.concat([
		Buffer.from(`${method} ${path} HTTP/1.1\r\n${lines.join("")}\r\n`),
		body,
	]);
}

/** @param payload the hash of the body, or UNSIGNED-PAYLOAD */
export function signedS3Headers(
	method: string,
	path: string,
	payload: string,
	{ id, secret }: Key,
): Record<string, string> {
	const time = `${new Date().toISOString().slice(0, 19).replaceAll(/[-:]/g, "")}Z`;
	const scope = `${time.slice(0, 8)}/${REGION}/s3/aws4_request`;
	const headers: Record<string, string> = {
		host: "127.0.0.1",
		"x-amz-content-sha256": payload,
		"x-amz-date": time,
	};
	const names = Object.keys(headers).join(";");
	const canonical = Object.entries(headers)
		.map(([name, value]) => `${name}:${value}\n`)
		.join("");
	const request = `${method}\n${path}\n\n${canonical}\n${names}\n${payload}`;
	const hashed = createHash("sha256").update(request).digest("hex");
	const signing = scope
		.split("/")
		.reduce<Buffer>(hmac, Buffer.from(`AWS4${secret}`));
	const signature = hmac(
		signing,
		`AWS4-HMAC-SHA256\n${time}\n${scope}\n${hashed}`,
	).toString("hex");
	return {
		...headers,
		authorization: `AWS4-HMAC-SHA256 Credential=${id}/${scope}, SignedHeaders=${names}, Signature=${signature}`,
	};
}

/** @param path may have a query of sub-resources without values, in alphabetical order */
export function signedHeaders(
	method: string,
	path: string,
	more: Readonly<Record<string, string>> = {},
): Record<string, string> {
	const time = `${new Date().toISOString().slice(0, 19).replaceAll(/[-:]/g, "")}Z`;
	const scope = `${time.slice(0, 8)}/${REGION}/oss/aliyun_v4_request`;
	const headers: Record<string, string> = {
		...more,
		"x-oss-content-sha256": "UNSIGNED-PAYLOAD",
		"x-oss-date": time,
	};
	const [resource = "", query = ""] = path.split("?");
	const uri = /^\/[^/]+$/.test(resource) ? `${resource}/` : resource;
	const canonical = Object.keys(headers)
		.sort()
		.map((name) => `${name}:${headers[name]}\n`)
		.join("");
	const request = `${method}\n${uri}\n${query}\n${canonical}\n\nUNSIGNED-PAYLOAD`;
	const hashed = createHash("sha256").update(request).digest("hex");
	const key = [
		scope.slice(0, 8),
		REGION,
		"oss",
		"aliyun_v4_request",
	].reduce<Buffer>(
		(secret, part) => hmac(secret, part),
		Buffer.from(`aliyun_v4${SECRET}`),
	);
	const signature = hmac(
		key,
		`OSS4-HMAC-SHA256\n${time}\n${scope}\n${hashed}`,
	).toString("hex");
	return {
		...headers,
		authorization: `OSS4-HMAC-SHA256 Credential=${ID}/${scope},Signature=${signature}`,
	};
}
