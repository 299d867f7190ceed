/**
 * Builds accounts, RAM users and STS from the configuration. STS seals its keys into their tokens with a stored key, so
 * that tokens stay valid after a restart.
 */
import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { Accounts } from "../auth/accounts.ts";
import { Ram } from "../auth/ram.ts";
import { readRam } from "../auth/ram-document.ts";
import { SEALING_KEY_BYTES, SessionTokens } from "../auth/session-token.ts";
import type { Config } from "../config/config.ts";
import {
	corruptSecretFile,
	loadOrCreateSecret,
} from "../config/secret-file.ts";
import type { Emulator } from "../emulator.ts";
import { codeOf } from "../oss/code-of.ts";
import { JsonError } from "../oss/json-place.ts";
import type { Log } from "../oss/log.ts";
import { StartError } from "../oss/start-error.ts";
import { Sts } from "../sts/sts.ts";
import { AccountsStsBackend } from "./sts-backend.ts";

/** @throws StartError when the file of the sealing key is corrupt */
export async function loadKeys(
	config: Config,
	ram: Ram,
	log: Log,
): Promise<Pick<Emulator, "accounts" | "ram" | "sts">> {
	const tokens = new SessionTokens(await loadSealingKey(config));
	const accounts = new Accounts(config.accounts, ram, tokens);
	const backend = new AccountsStsBackend({
		accounts,
		ram,
		tokens,
		note: log.info,
	});
	return { accounts, ram, sts: new Sts(backend, config.checkSignatures) };
}

/** @throws StartError when the user's file is invalid */
export async function readOwnRam({
	ram: file,
	accounts,
}: Config): Promise<Ram> {
	if (file === "") return new Ram();
	try {
		const [{ uid }] = accounts;
		const taken = accounts.map(({ accessKeyId }) => accessKeyId);
		const json = await readFile(file, "utf8");
		const { users, roles } = readRam(json, uid, taken);
		return new Ram(users, roles);
	} catch (error) {
		throw explain(file, error);
	}
}

function explain(file: string, error: unknown): unknown {
	if (error instanceof JsonError)
		return new StartError(`--ram ${file}: ${error.message}`);
	const code = codeOf(error);
	if (code === "") return error;
	return new StartError(
		`--ram ${file} cannot be read (${code}): give a JSON file of users and roles`,
	);
}

const SEALING_KEY_FILE = "sts-key";

/** Every start waits for this, so it waits for the disk only with `--durable`. */
async function loadSealingKey({
	data: folder,
	durable,
}: Config): Promise<Buffer> {
	const text = await loadOrCreateSecret(
		folder,
		SEALING_KEY_FILE,
		async () => randomBytes(SEALING_KEY_BYTES).toString("base64"),
		durable,
	);
	const key = Buffer.from(text, "base64");
	if (key.length === SEALING_KEY_BYTES) return key;
	throw corruptSecretFile(folder, SEALING_KEY_FILE, "key");
}
