/** Headers with bytes that are not UTF-8: cpp's PutObjectFullSettings sends GBK in `x-oss-meta-*`. */
import assert from "node:assert/strict";
import { createHash, createHmac } from "node:crypto";
import { buffer } from "node:stream/consumers";
import { suite, test } from "node:test";
import { openSocket, sendRaw } from "../client.ts";
import { startWithBucket } from "../emulator.ts";

/** 中文 in GBK, one character per byte. */
const GBK = "\xd6\xd0\xce\xc4";
const ID = "oss-emulator";
const SECRET = "oss-emulator-secret";
const DISPOSITION = `attachment; filename="${GBK}.txt"`;

const bytes = (latin1: string): Buffer => Buffer.from(latin1, "latin1");
const sha256 = (latin1: string): string =>
	createHash("sha256").update(bytes(latin1)).digest("hex");
const hmac = (key: string | Buffer, latin1: string): Buffer =>
	createHmac("sha256", key).update(bytes(latin1)).digest();

/** The head of a GET request, one character per byte. */
async function readHead(endpoint: string, key: string): Promise<string> {
	const socket = await openSocket(endpoint);
	socket.write(
		`GET /photos/${key} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`,
	);
	return (await buffer(socket)).toString("latin1");
}

type Signed = Readonly<Record<string, string>>;

/** The signature schemes, according to the manual. */
const SCHEMES: Readonly<Record<string, () => Signed>> = {
	V1: () => {
		const date = new Date().toUTCString();
		const stringToSign = `PUT\n\n\n${date}\nx-oss-meta-name:${GBK}\n/photos/a`;
		const signature = createHmac("sha1", SECRET).update(bytes(stringToSign));
		return {
			Date: date,
			Authorization: `OSS ${ID}:${signature.digest("base64")}`,
		};
	},
	V2: () => {
		const date = new Date().toUTCString();
		const stringToSign = `PUT\n\n\n${date}\nx-oss-meta-name:${GBK}\n\n%2Fphotos%2Fa`;
		return {
			Date: date,
			Authorization: `OSS2 AccessKeyId:${ID},Signature:${hmac(SECRET, stringToSign).toString("base64")}`,
		};
	},
	V4: () => {
		const time = `${new Date().toISOString().slice(0, 19).replaceAll(/[-:]/g, "")}Z`;
		const day = time.slice(0, 8);
		const scope = `${day}/cn-hangzhou/oss/aliyun_v4_request`;
		const canonical = `PUT\n/photos/a\n\nx-oss-content-sha256:UNSIGNED-PAYLOAD\nx-oss-date:${time}\nx-oss-meta-name:${GBK}\n\n\nUNSIGNED-PAYLOAD`;
		const key = [day, "cn-hangzhou", "oss", "aliyun_v4_request"].reduce<
			string | Buffer
		>((before, part) => hmac(before, part), `aliyun_v4${SECRET}`);
		const stringToSign = `OSS4-HMAC-SHA256\n${time}\n${scope}\n${sha256(canonical)}`;
		return {
			"x-oss-date": time,
			"x-oss-content-sha256": "UNSIGNED-PAYLOAD",
			Authorization: `OSS4-HMAC-SHA256 Credential=${ID}/${scope},Signature=${hmac(key, stringToSign).toString("hex")}`,
		};
	},
};

suite("Header bytes that are not UTF-8 are stored and returned unchanged,", () => {
	for (const [scheme, sign] of Object.entries(SCHEMES))
		test(`if ${scheme} signs the bytes as they are sent`, async (t) => {
			const { endpoint, oss } = await startWithBucket(t, "public-read");
			const headers = Object.entries({
				...sign(),
				"x-oss-meta-name": GBK,
				"Content-Disposition": DISPOSITION,
			}).map(([name, value]) => `${name}: ${value}\r\n`);
			const answer = await sendRaw(
				endpoint,
				bytes(
					`PUT /photos/a HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${headers.join("")}Content-Length: 4\r\n\r\nmeow`,
				),
			);
			assert.match(answer, /^HTTP\/1\.1 200 OK/);
			await oss.put("/photos/b", "", { "x-oss-copy-source": "/photos/a" });
			for (const key of ["a", "b"]) {
				const head = await readHead(endpoint, key);
				assert.ok(head.includes(`x-oss-meta-name: ${GBK}\r\n`), key);
				assert.ok(
					head.includes(`Content-Disposition: ${DISPOSITION}\r\n`),
					key,
				);
			}
		});

	test("in the fields of a form", async (t) => {
		const { endpoint } = await startWithBucket(t, "public-read-write");
		const part = (name: string, value: string): string =>
			`--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
		const body = `${part("key", "a")}${part("x-oss-meta-name", GBK)}${part("Content-Disposition", DISPOSITION)}${part("file", "meow")}--b--\r\n`;
		const answer = await sendRaw(
			endpoint,
			bytes(
				`POST /photos HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
			),
		);
		assert.match(answer, /^HTTP\/1\.1 204/);
		const head = await readHead(endpoint, "a");
		assert.ok(head.includes(`x-oss-meta-name: ${GBK}\r\n`));
		assert.ok(head.includes(`Content-Disposition: ${DISPOSITION}\r\n`));
	});
});
