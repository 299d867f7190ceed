import assert from "node:assert/strict";
import { createPrivateKey, verify } from "node:crypto";
import { readFileSync } from "node:fs";
import { suite, test } from "node:test";
import { makeKeyPair } from "../../emulator/callback/key-pair.ts";
import { signCallback, stringToSign } from "../../emulator/callback/sign.ts";
import { OSS_PUBLIC_KEY, SIGNED } from "./vectors.ts";

const signedText = (path: string, query: string, body: string): string =>
	stringToSign(path, query, Buffer.from(body)).toString();

suite("The string to sign", () => {
	for (const { path, query, body, authorization } of SIGNED) {
		test(`is what OSS signed for ${path}`, () => {
			const text = stringToSign(path, query, Buffer.from(body));

			const signature = Buffer.from(authorization, "base64");
			assert.ok(verify("RSA-MD5", text, OSS_PUBLIC_KEY, signature));
		});
	}

	test("has the path decoded, the query as it is", () => {
		const text = signedText("/%E7%8C%AB/a%2Fb", "q=%E7%8C%AB&r=a%20b", "x");

		assert.equal(text, "/猫/a/b?q=%E7%8C%AB&r=a%20b\nx");
	});

	test("has the body's bytes, whatever they are", () => {
		const body = Buffer.from([0, 0xff, 0x0a, 0xc4]);

		const text = stringToSign("/", "", body);

		assert.deepEqual(text, Buffer.concat([Buffer.from("/\n"), body]));
	});

	test("has the bytes of a path that is not UTF-8", () => {
		const text = stringToSign("/%C4%E3%ba%c3", "", Buffer.alloc(0));

		assert.equal(text.toString("hex"), "2fc4e3bac30a");
	});

	test("keeps the plus of a path (A-228)", () => {
		assert.equal(signedText("/a+b", "", ""), "/a+b\n");
	});

	test("keeps an escape that is none (A-229)", () => {
		assert.equal(signedText("/100%/%zz/%4", "", ""), "/100%/%zz/%4\n");
	});
});

suite("The signature", () => {
	for (const [bits, characters] of [
		[512, 88],
		[1024, 172],
		[2048, 344],
	] as const) {
		test(`of ${bits} bits is verified by the public key that is published`, async () => {
			const { privateKey, publicPem } = await makeKeyPair(bits);
			const text = Buffer.from("/cb?a=1\nbucket=photos");

			const signature = signCallback(text, privateKey);

			assert.equal(signature.length, characters);
			const bytes = Buffer.from(signature, "base64");
			assert.ok(verify("RSA-MD5", text, publicPem, bytes));
		});
	}

	// openssl dgst -md5 -sign KEY, of «/cb⏎a=1»: PKCS #1 v1.5 gives one signature only.
	test("is the one OpenSSL makes", () => {
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
