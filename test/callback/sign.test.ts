import assert from "node:assert/strict";
import { createPrivateKey, verify } from "node:crypto";
import { readFileSync } from "node:fs";
import { suite, test } from "node:test";
import { readUrls } from "../../emulator/callback/configuration.ts";
import { makeKeyPair, readKeyPair } from "../../emulator/callback/key-pair.ts";
import type {
	Callback,
	CallbackRequest,
} from "../../emulator/callback/model.ts";
import {
	composeRequest,
	signCallback,
	stringToSign,
} from "../../emulator/callback/sign.ts";
import { callbackTo } from "./request-callback.ts";
import { OSS_PUBLIC_KEY, SIGNED } from "./vectors.ts";

const signedText = (path: string, query: string, body: string): string =>
	stringToSign(path, query, Buffer.from(body)).toString();

suite("The string to sign", () => {
	for (const { path, query, body, authorization } of SIGNED) {
		test(`equals the text that OSS signed for ${path}`, () => {
			const text = stringToSign(path, query, Buffer.from(body));

			const signature = Buffer.from(authorization, "base64");
			assert.ok(verify("RSA-MD5", text, OSS_PUBLIC_KEY, signature));
		});
	}

	test("has the decoded path and the unchanged query", () => {
		const text = signedText("/%E7%8C%AB/a%2Fb", "q=%E7%8C%AB&r=a%20b", "x");

		assert.equal(text, "/猫/a/b?q=%E7%8C%AB&r=a%20b\nx");
	});

	test("has the bytes of the body unchanged", () => {
		const body = Buffer.from([0, 0xff, 0x0a, 0xc4]);

		const text = stringToSign("/", "", body);

		assert.deepEqual(text, Buffer.concat([Buffer.from("/\n"), body]));
	});

	test("has the bytes of a path that is not UTF-8", () => {
		const text = stringToSign("/%C4%E3%ba%c3", "", Buffer.alloc(0));

		assert.equal(text.toString("hex"), "2fc4e3bac30a");
	});

	test("has a plus in the path unchanged (A-228)", () => {
		assert.equal(signedText("/a+b", "", ""), "/a+b\n");
	});

	test("has a malformed escape unchanged (A-229)", () => {
		assert.equal(signedText("/100%/%zz/%4", "", ""), "/100%/%zz/%4\n");
	});
});

suite("The signature", () => {
	for (const [bits, characters] of [
		[512, 88],
		[1024, 172],
		[2048, 344],
	] as const) {
		test(`of ${bits} bits is verified by the published public key`, async () => {
			const { privateKey, publicPem } = await makeKeyPair(bits);
			const text = Buffer.from("/cb?a=1\nbucket=photos");

			const signature = signCallback(text, privateKey);

			assert.equal(signature.length, characters);
			const bytes = Buffer.from(signature, "base64");
			assert.ok(verify("RSA-MD5", text, publicPem, bytes));
		});
	}

	// Output of openssl dgst -md5 -sign KEY for «/cb⏎a=1»; with PKCS #1 v1.5 there is only one signature.
	test("equals the one that OpenSSL makes", () => {
		const pem = readFileSync("fixtures/keys/callback-512.pem");

		const signature = signCallback(
			Buffer.from("/cb\na=1"),
			createPrivateKey(pem),
		);

		assert.equal(
			signature,
			"VtCBtHMBThCOABOe+u2X8WJAv51wZFLXa8nsSjmG0OTrlgLApykzfMu1h4CEh7jJORDcQSnGxvyAzlOH60NqvQ==",
		);
	});
});

const pem = readFileSync("fixtures/keys/callback-512.pem", "utf8");
const UPLOADED = {
	bucket: "photos",
	owner: "1000000000000001",
	requester: "1000000000000002",
	requestId: "5C1B138A109F4E4057B5B1E2",
};

function composed(
	url: string,
	body = "a=1",
	given: Partial<Callback> & { requester?: string } = {},
): CallbackRequest {
	const { requester = UPLOADED.requester, ...rest } = given;
	const [first] = readUrls(url);
	assert.ok(first);
	const resolved = { ...first, addresses: [], lookupMs: 0 };
	const callback = callbackTo(url, rest);
	return composeRequest({
		url: resolved,
		callback,
		uploaded: { ...UPLOADED, requester },
		body: Buffer.from(body),
		signer: {
			privateKey: createPrivateKey(pem),
			publicKeyUrl: "https://gosspublic.alicdn.com/callback_pub_key_v1.pem",
		},
		now: new Date("2018-09-15T10:27:41.000Z"),
	});
}

const headerOf = (request: CallbackRequest, name: string): string | undefined =>
	request.headers.find(([given]) => given === name)?.[1];

suite("The request to the application server", () => {
	test("has the headers of OSS's callbacks, in the same order (A-231)", () => {
		const request = composed("http://app.example.com:8080/cb?a=1", "b=2");

		const authorization = headerOf(request, "Authorization");
		assert.deepEqual(request.headers, [
			["host", "app.example.com:8080"],
			["connection", "close"],
			["Authorization", authorization],
			["Content-MD5", "Gb+UQr6jdaJKu0wi6ZUakg=="],
			["Content-Type", "application/x-www-form-urlencoded"],
			["Date", "Sat, 15 Sep 2018 10:27:41 GMT"],
			["User-Agent", "aliyun-oss-callback"],
			["x-oss-additional-headers", ""],
			["x-oss-bucket", "photos"],
			["x-oss-owner", "1000000000000001"],
			[
				"x-oss-pub-key-url",
				"aHR0cHM6Ly9nb3NzcHVibGljLmFsaWNkbi5jb20vY2FsbGJhY2tfcHViX2tleV92MS5wZW0=",
			],
			["x-oss-request-id", "5C1B138A109F4E4057B5B1E2"],
			["x-oss-requester", "1000000000000002"],
			["x-oss-signature-version", "1.0"],
			["x-oss-tag", "CALLBACK"],
			["eagleeye-rpcid", "0.1"],
			["content-length", "3"],
		]);
	});

	test("is signed for its URL and body", () => {
		const request = composed("http://a.b/%E7%8C%AB?q=%20", "b=2");

		const signature = headerOf(request, "Authorization") ?? "";
		const bytes = Buffer.from(signature, "base64");
		const { publicPem } = readKeyPair(pem);
		assert.ok(
			verify("RSA-MD5", Buffer.from("/猫?q=%20\nb=2"), publicPem, bytes),
		);
	});

	// The Content-MD5 of these two bodies in OSS's own callbacks.
	for (const [index, md5] of [
		[1, "eiEMyp7lbL8KStPBzMdr9w=="],
		[4, "nbXlrGfwFyDIgSJjs1PBHA=="],
	] as const)
		test(`has the Content-MD5 that OSS sent: ${md5}`, () => {
			const request = composed("http://a.b/", SIGNED[index]?.body);

			assert.equal(headerOf(request, "Content-MD5"), md5);
		});

	for (const [url, host] of [
		["http://a.b/", "a.b"],
		["http://a.b:80/", "a.b"],
		["https://a.b/", "a.b"],
		["https://a.b:443/", "a.b"],
		["http://a.b:443/", "a.b:443"],
		["http://127.0.0.1:9090/", "127.0.0.1:9090"],
	] as const)
		test(`to ${url} has the Host ${host} (A-232)`, () => {
			assert.equal(headerOf(composed(url), "host"), host);
		});

	test("has callbackHost as its Host, unchanged", () => {
		const request = composed("http://a.b:1/", "a", { host: "c.d" });

		assert.equal(headerOf(request, "host"), "c.d");
	});

	test("has the length of the body in bytes, not in characters", () => {
		const request = composed("a.b", "猫");

		assert.equal(headerOf(request, "content-length"), "3");
	});

	test("has an empty requester for an anonymous upload (A-233)", () => {
		const request = composed("a.b", "a", { requester: "" });

		assert.equal(headerOf(request, "x-oss-requester"), "");
	});

	test("has the additional headers of the upload, and their names (A-234)", () => {
		const additionalHeaders = [
			["key1", "val1"],
			["key2", "val2"],
		] as const;

		const request = composed("a.b", "a", { additionalHeaders });

		assert.equal(headerOf(request, "x-oss-additional-headers"), "key1;key2");
		assert.deepEqual(request.headers.slice(-3, -1), additionalHeaders);
	});

	test("has the target with its original spelling", () => {
		const targets = ["a.b", "a.b/x?", "a.b?y=1", "a.b/%2f?z"].map(
			(url) => composed(url).target,
		);

		assert.deepEqual(targets, ["/", "/x", "/?y=1", "/%2f?z"]);
	});
});
