/**
 * The key that signs callbacks: the user's own, or one that is generated once and stored, so that application servers
 * can cache its public half.
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

/**
 * Starts to generate a key if there is none. That takes 20 ms on another core, while the start goes on.
 *
 * @param folder null for a key of this run alone; nothing is written there yet
 * @returns undefined when no key must be generated
 */
export function beginKeyPair(
	folder: string | null,
	{ file, bits }: CallbackKeyOptions,
): Promise<KeyPair> | undefined {
	const isThere = folder !== null && existsSync(join(folder, FILE));
	if (file !== "" || isThere) return undefined;
	const begun = folder === null ? keyOfProcess(bits) : makeKeyPair(bits);
	begun.catch(() => {}); // `loadKeyPair` throws it, if the start gets so far
	return begun;
}

/** Emulators in memory share a key: none of them outlives the process, and generating one takes longer than a start. */
const keysOfProcess = new Map<KeyBits, Promise<KeyPair>>();

function keyOfProcess(bits: KeyBits): Promise<KeyPair> {
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
 * The generated key, from the data folder or new.
 *
 * @param begun what `beginKeyPair` gave
 * @throws StartError
 */
export async function loadKeyPair(
	folder: string | null,
	{ bits }: CallbackKeyOptions,
	begun?: Promise<KeyPair>,
): Promise<KeyPair> {
	const pem = await loadOrCreateSecret(
		folder,
		FILE,
		async () => (await (begun ?? makeKeyPair(bits))).privatePem,
	);
	return parse(pem, folder === null ? FILE : join(folder, FILE));
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
