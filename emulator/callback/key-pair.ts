/**
 * The key pair that signs callbacks; application servers fetch its public half.
 *
 * node-forge generates it with the platform's generator, which supports 512 bits; node:crypto signs. The public half is
 * SPKI with the label PUBLIC KEY, because verifiers strip exactly that line.
 *
 * Source: docs «Callback», step 4; the tutorial's Java verifier.
 */
import { createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";
import { generateRsaKey } from "../oss/rsa-key.ts";

/** Path of the public half on the OSS port, for any Host. No bucket can have this name. */
export const PUBLIC_KEY_PATH = "/callback_pub_key_v1.pem";

export type KeyPair = {
	readonly privateKey: KeyObject;
	/** PEM, to be stored. */
	readonly privatePem: string;
	/** PEM, to be published. */
	readonly publicPem: string;
};

/** OSS's own key has 512 bits, which current libraries refuse. */
export type KeyBits = 512 | 1024 | 2048;
export const KEY_BITS: KeyBits = 1024;

export const makeKeyPair = async (bits: KeyBits = KEY_BITS): Promise<KeyPair> =>
	readKeyPair(await generateRsaKey(bits));

/**
 * @param pem a private RSA key, PKCS #1 or #8, not encrypted
 * @throws TypeError that names the error in it
 */
export function readKeyPair(pem: string): KeyPair {
	const privateKey = readPrivateKey(pem);
	if (privateKey.asymmetricKeyType !== "rsa")
		throw new TypeError("the key for callbacks is not an RSA key");
	return toKeyPair(privateKey);
}

function readPrivateKey(pem: string): KeyObject {
	try {
		return createPrivateKey(pem);
	} catch (cause) {
		throw new TypeError("the key for callbacks is not a private key in PEM", {
			cause,
		});
	}
}

function toKeyPair(privateKey: KeyObject): KeyPair {
	const publicKey = createPublicKey(privateKey);
	return {
		privateKey,
		privatePem: String(privateKey.export({ type: "pkcs8", format: "pem" })),
		publicPem: String(publicKey.export({ type: "spki", format: "pem" })),
	};
}
