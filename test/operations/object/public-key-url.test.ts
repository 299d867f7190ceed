// biome-ignore-all lint/suspicious/noTemplateCurlyInString: callback variables look like template literals
/** Application servers fetch the public key under the host name with which the upload reached the emulator. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { publicKeyUrlFor } from "../../../emulator/operations/object/upload-callback.ts";
import { startApplicationServer } from "../../callback/application-server.ts";
import { OPERATIONS, upload } from "../../callback/manual/uploads.ts";
import { base64Json } from "../../callback/request-callback.ts";
import { Client, type Sending } from "../../client.ts";
import { startWithBucket } from "../../emulator.ts";

const PATH = "/callback_pub_key_v1.pem";

suite("The URL of the public key follows the Host of the upload:", () => {
	// biome-ignore format: a table
	const cases = [
    ["a mapped port",                 { host: "127.0.0.1:16770" },                            "http://127.0.0.1:16770"],
    ["the name of a container",       { host: "oss:6770" },                                   "http://oss:6770"],
    ["an IPv6 address",               { host: "[::1]:6770" },                                 "http://[::1]:6770"],
    ["https",                         { host: "oss.test", scheme: "https" },                  "https://oss.test"],
    ["a bucket below an IP address",  { host: "photos.127.0.0.1:6770", isInHost: true },      "http://127.0.0.1:6770"],
    ["a bucket below a name",         { host: "photos.localhost:6770", isInHost: true },      "http://localhost:6770"],
    ["a custom domain of the bucket", { host: "img.example.com", isInHost: true },            "http://img.example.com"],
    ["a made-up name of the cloud",   { host: "photos.oss-cn-hangzhou.aliyuncs.com" },        ""],
    ["a Host that is not a name",     { host: 'a"><b' },                                      ""],
    ["no Host",                       { host: "" },                                           ""],
  ] as const;
	for (const [what, given, expected] of cases)
		test(what, () => {
			const base = {
				scheme: "http",
				bucket: "photos",
				isInHost: false,
			} as const;

			assert.equal(
				publicKeyUrlFor({ ...base, ...given }),
				expected && expected + PATH,
			);
		});
});

class HostClient extends Client {
	host = "";
	override send(method: string, target: string, sending: Sending = {}) {
		return super.send(method, target, { ...sending, host: this.host });
	}
}

const keyUrlIn = (headers: Record<string, unknown> | undefined): string =>
	Buffer.from(String(headers?.["x-oss-pub-key-url"]), "base64").toString();

for (const operation of OPERATIONS)
	test(`${operation} announces the key below the Host of the upload, unless --public-key-url is set`, async (t) => {
		const url = "http://keys.example.com/key.pem";
		const application = await startApplicationServer(t);
		const { url: callbackUrl } = application;
		for (const [flags, expected] of [
			[[], `http://oss:16770${PATH}`],
			[["--public-key-url", url], url],
		] as const) {
			const emulator = await startWithBucket(t, "private", ...flags);
			const { endpoint, accessKeyId: id, accessKeySecret: secret } = emulator;
			const oss = new HostClient(endpoint, { id, secret });
			t.after(() => oss.close());
			oss.host = "oss:16770";

			const answer = await upload({ ...emulator, oss }, operation, {
				callback: { callbackUrl, callbackBody: "o=${object}" },
			});

			assert.equal(answer.status, 200, answer.text);
			assert.equal(keyUrlIn(application.received.at(-1)?.headers), expected);
		}
	});

test("A callback for a Host of the cloud announces the emulator's own address", async (t) => {
	const emulator = await startWithBucket(t);
	const application = await startApplicationServer(t);

	const answer = await emulator.oss.send("PUT", "/cat", {
		host: "photos.oss-cn-hangzhou.aliyuncs.com",
		resource: "/photos/cat",
		body: "meow",
		headers: {
			"x-oss-callback": base64Json({
				callbackUrl: application.url,
				callbackBody: "o=${object}",
			}),
		},
	});

	assert.equal(answer.status, 200, answer.text);
	assert.equal(
		keyUrlIn(application.received[0]?.headers),
		emulator.endpoint + PATH,
	);
});

test("PutAsyncFetchTask announces the key below the Host of its request", async (t) => {
	const emulator = await startWithBucket(t);
	const application = await startApplicationServer(t);
	const source = await startApplicationServer(t);
	const callback = base64Json({
		callbackUrl: application.url,
		callbackBody: "o=${object}",
	});

	const answer = await emulator.oss.send("POST", "/photos?asyncFetch", {
		host: "oss:16770",
		body: `<AsyncFetchTaskConfiguration><Url>${source.url}</Url><Object>cat</Object><Callback>${callback}</Callback></AsyncFetchTaskConfiguration>`,
	});
	await fetch(`${emulator.adminUrl}/api/callbacks?wait=30s`);

	assert.equal(answer.status, 200, answer.text);
	assert.equal(
		keyUrlIn(application.received[0]?.headers),
		`http://oss:16770${PATH}`,
	);
});
