import assert from "node:assert/strict";
import { createPublicKey, generateKeyPairSync } from "node:crypto";
import { readFileSync } from "node:fs";
import { suite, test } from "node:test";
import {
	type KeyBits,
	makeKeyPair,
	readKeyPair,
} from "../../emulator/callback/key-pair.ts";
import { OSS_PUBLIC_KEY } from "./vectors.ts";

const bitsOf = (publicPem: string): number | undefined =>
	createPublicKey(publicPem).asymmetricKeyDetails?.modulusLength;

suite("The key pair of callbacks", () => {
	test("has 1024 bits by default", async () => {
		const { publicPem } = await makeKeyPair();

		assert.equal(bitsOf(publicPem), 1024);
	});

	for (const bits of [512, 2048] satisfies KeyBits[])
		test(`has ${bits} bits on request`, async () => {
			assert.equal(bitsOf((await makeKeyPair(bits)).publicPem), bits);
		});

	test("publishes a PEM in the format of OSS's key", async () => {
		const { publicPem } = await makeKeyPair(512);

		const form = (pem: string) => pem.replaceAll(/^(?!-).*$/gm, "");
		assert.equal(form(publicPem), form(OSS_PUBLIC_KEY));
		// The manual's Java sample removes these two lines and decodes the rest.
		const base64 = publicPem
			.replace("-----BEGIN PUBLIC KEY-----", "")
			.replace("-----END PUBLIC KEY-----", "");
		const key = Buffer.from(base64, "base64");
		createPublicKey({ key, format: "der", type: "spki" });
	});

	test("is unchanged after it has been stored and read", async () => {
		const made = await makeKeyPair();

		const read = readKeyPair(made.privatePem);

		assert.equal(read.publicPem, made.publicPem);
	});

	test("can be given by the user, in the format of OpenSSL", () => {
		const pem = readFileSync("fixtures/keys/callback-512.pem", "utf8");

		assert.equal(bitsOf(readKeyPair(pem).publicPem), 512);
	});

	test("cannot be a key of another kind", () => {
		const { privateKey } = generateKeyPairSync("ed25519");
		const pem = String(privateKey.export({ type: "pkcs8", format: "pem" }));

		assert.throws(() => readKeyPair(pem), /not an RSA key/);
	});

	for (const [what, pem] of [
		["text", "no key"],
		["a public key", OSS_PUBLIC_KEY],
	] as const)
		test(`cannot be ${what}`, () => {
			assert.throws(() => readKeyPair(pem), {
				name: "TypeError",
				message: "the key for callbacks is not a private key in PEM",
			});
		});
});
