/** Secrets that are generated once and stored in the data folder, readable by their owner only. */
import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { codeOf } from "../oss/code-of.ts";
import { StartError } from "../oss/start-error.ts";

/**
 * @param folder null for a secret of this process only
 * @param file the name of the file in `folder`
 * @param durable whether a new secret is on the disk when this resolves. If not, a power cut may leave an empty file.
 * @throws StartError if the file cannot be read or written
 * @returns the content of the file; if the file does not exist or is empty, the result of `make`, which is then stored
 */
export async function loadOrCreateSecret(
	folder: string | null,
	file: string,
	make: () => Promise<string>,
	durable = true,
): Promise<string> {
	if (folder === null) return make();
	const path = join(folder, file);
	const found = await orRefuse(path, readFile(path, "utf8").catch(absent));
	if (found) return found;
	const made = await make();
	await orRefuse(path, store(path, made, durable));
	return made;
}

async function store(
	path: string,
	secret: string,
	durable: boolean,
): Promise<void> {
	await writeFile(`${path}.new`, secret, { mode: 0o600, flush: durable });
	await rename(`${path}.new`, path);
}

/** @throws StartError */
async function orRefuse<Result>(
	path: string,
	work: Promise<Result>,
): Promise<Result> {
	try {
		return await work;
	} catch (error) {
		throw new StartError(
			`${path} cannot be read or written (${codeOf(error)})`,
		);
	}
}

/** The error for a stored secret that cannot be read. After its file is removed, a new `what` is generated. */
export const corruptSecretFile = (
	folder: string | null,
	file: string,
	what: string,
): StartError =>
	new StartError(
		`${folder}/${file} is damaged or was changed: remove it, and a new ${what} is generated`,
	);

function absent(error: unknown): undefined {
	if (codeOf(error) === "ENOENT") return undefined;
	throw error;
}
