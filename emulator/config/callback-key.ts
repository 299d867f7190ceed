/**
 * The key that signs callbacks: the user's own, or a generated one that is stored, so that application servers can
 * cache its public half.
 */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import {
	type KeyBits,
	type KeyPair,
	makeKeyPair,
	readKeyPair,
} from "../callback/key-pair.ts";
import { codeOf } from "../oss/code-of.ts";
import { StartError } from "../oss/start-error.ts";
import { loadOrCreateSecret } from "./secret-file.ts";

const FILE = "callback-key.pem";

export type CallbackKeyOptions = {
	/** The user's own file; '' for a generated key. */
	readonly file: string;
	/** Size of a generated key. */
	readonly bits: KeyBits;
};

/** Returns the key pair, which may have to be generated; called once. @throws as the generator */
export type KeySource = () => Promise<KeyPair>;

/**
 * Emulators in memory share a key, because they end with the process and generating a key takes longer than a start.
 */
const keysOfProcess = new Map<KeyBits, Promise<KeyPair>>();

export function keyOfProcess(bits: KeyBits): Promise<KeyPair> {
	const key = keysOfProcess.get(bits) ?? makeKeyPair(bits);
	keysOfProcess.set(bits, key);
	return key;
}

/** @returns the user's own key; undefined if the user has none @throws StartError */
export async function readOwnKeyPair({
	file,
}: CallbackKeyOptions): Promise<KeyPair | undefined> {
	return file === "" ? undefined : parse(await readOwn(file), file);
}

/**
 * Opens the key of the data folder. An existing key is read immediately, so that a damaged file prevents the start. A
 * new key is generated when it is first needed, because that takes longer than the rest of a start.
 *
 * @param folder the data folder; null for the key of this process
 * @throws StartError
 */
export async function openKeyPair(
	folder: string | null,
	{ bits }: CallbackKeyOptions,
): Promise<KeySource> {
	if (folder === null) return () => keyOfProcess(bits);
	if (existsSync(join(folder, FILE))) {
		const stored = await loadKeyPair(folder, bits);
		return async () => stored;
	}
	return () => loadKeyPair(folder, bits);
}

async function loadKeyPair(folder: string, bits: KeyBits): Promise<KeyPair> {
	const pem = await loadOrCreateSecret(
		folder,
		FILE,
		async () => (await makeKeyPair(bits)).privatePem,
	);
	return parse(pem, join(folder, FILE));
}

async function readOwn(file: string): Promise<string> {
	try {
		return await readFile(file, "utf8");
	} catch (error) {
		const reason = codeOf(error) || String(error);
		throw new StartError(
			`--callback-key ${file} cannot be read (${reason}): give a private RSA key in PEM`,
		);
	}
}

function parse(pem: string, path: string): KeyPair {
	try {
		return readKeyPair(pem);
	} catch (error) {
		if (!(error instanceof TypeError)) throw error;
		throw new StartError(
			`${path}: ${error.message}: put a private RSA key in PEM there, or remove it`,
		);
	}
}
