/**
 * The addresses of an emulator for programs: a file that exists while it runs, or a line of JSON.
 */
import { accessSync, constants } from "node:fs";
import { rename, rm, writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import type { Config } from "../config/config.ts";
import { codeOf } from "../oss/code-of.ts";
import { StartError } from "../oss/start-error.ts";
import { readVersion } from "../version.ts";

export type Reached = {
	readonly endpoint: string;
	readonly adminUrl: string;
	/** undefined when STS has no port of its own. */
	readonly stsEndpoint: string | undefined;
	/** undefined without a port for https. */
	readonly tlsEndpoint: string | undefined;
};

export const describeReady = (
	{ accounts, region }: Config,
	{ endpoint, adminUrl, stsEndpoint, tlsEndpoint }: Reached,
) => ({
	endpoint,
	adminUrl,
	stsEndpoint,
	tlsEndpoint,
	accessKeyId: accounts[0].accessKeyId,
	accessKeySecret: accounts[0].accessKeySecret,
	uid: accounts[0].uid,
	region,
	version: readVersion(),
	pid: process.pid,
});

/** @throws StartError before any file is changed */
export function requireReadyFile({ readyFile }: Config): void {
	if (readyFile === "") return;
	try {
		accessSync(dirname(resolve(readyFile)), constants.W_OK);
	} catch (error) {
		throw unwritable(readyFile, error);
	}
}

const unwritable = (file: string, error: unknown): StartError =>
	new StartError(
		`--ready-file ${file} cannot be written (${codeOf(error) || error}): give a file in a folder that can be written`,
	);

/**
 * Writes a temporary file and renames it, so that a reader never sees a partial file. Only the user can read it,
 * because it contains a secret.
 *
 * @returns a function that removes the file
 * @throws StartError
 */
export async function writeReadyFile(
	config: Config,
	reached: Reached,
): Promise<() => Promise<void>> {
	const { readyFile } = config;
	if (readyFile === "") return async () => {};
	const temporary = `${readyFile}.${process.pid}`;
	try {
		const text = `${JSON.stringify(describeReady(config, reached))}\n`;
		await writeFile(temporary, text, { mode: 0o600 });
		await rename(temporary, readyFile);
	} catch (error) {
		await rm(temporary, { force: true });
		throw unwritable(readyFile, error);
	}
	return () => rm(readyFile, { force: true });
}
