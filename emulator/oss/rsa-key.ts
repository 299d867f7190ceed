/**
 * Generates RSA keys: for callbacks, and for certificates of the https port.
 *
 * node-forge is loaded when the first key is generated, because loading it would make the start too slow.
 */

/**
 * @param bits 512 or more
 * @returns the private key, PEM of PKCS #1
 */
export async function generateRsaKey(bits: number): Promise<string> {
	const { default: forge } = await import("node-forge");
	const { promise, resolve, reject } = Promise.withResolvers<string>();
	// Runs on another thread if the platform has a generator, which forge then uses.
	forge.pki.rsa.generateKeyPair({ bits, e: 0x10001 }, (error, pair) => {
		if (error) reject(error);
		else resolve(forge.pki.privateKeyToPem(pair.privateKey));
	});
	return promise;
}
