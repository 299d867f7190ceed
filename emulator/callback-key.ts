/**
 * The key that signs callbacks: made once, kept in the data folder, so that application servers may cache its public
 * half.
 */
import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type KeyPair, makeKeyPair, readKeyPair } from "./callback/key-pair.ts";
import { StartError } from "./oss/start-error.ts";

const FILE = "callback-key.pem";

/** @param folder null for a key of this run alone */
export async function loadKeyPair(folder: string | null): Promise<KeyPair> {
	if (folder === null) return makeKeyPair();
	const path = join(folder, FILE);
	const pem = await readFile(path, "utf8").catch(absent);
	if (pem !== undefined) return parse(pem, path);
	const made = await makeKeyPair();
	await writeFile(`${path}.new`, made.privatePem, { mode: 0o600 });
	await rename(`${path}.new`, path);
	return made;
}

function parse(pem: string, path: string): KeyPair {
	try {
		return readKeyPair(pem);
	} catch (error) {
		if (!(error instanceof TypeError)) throw error;
		throw new StartError(
			`${path}: ${error.message}: put a private RSA key in PEM there, or remove the file`,
		);
	}
}

function absent(error: unknown): undefined {
	if (error instanceof Error && "code" in error && error.code === "ENOENT")
		return undefined;
	throw error;
}
