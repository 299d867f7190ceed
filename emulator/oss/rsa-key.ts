/**
 * Generates RSA keys: for callbacks, and for certificates of the https port.
 *
 * node-forge is loaded by the first key: loading it takes longer than a whole start may.
 */

/**
 * @param bits 512 or more
 * @returns the private key, PEM of PKCS #1
 */
export async function generateRsaKey(bits: number): Promise<string> {
	const { default: forge } = await import("node-forge");
	const { promise, resolve, reject } = Promise.withResolvers<string>();
	// It works on another thread: forge uses the platform's generator where there is one.
	forge.pki.rsa.generateKeyPair({ bits, e: 0x10001 }, (error, pair) => {
		if (error) reject(error);
		else resolve(forge.pki.privateKeyToPem(pair.privateKey));
	});
	return promise;
}
