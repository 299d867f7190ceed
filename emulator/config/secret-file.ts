/**
 * Keys that are made once and kept in the data folder, readable by their owner only.
 */
import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { codeOf } from "../oss/code-of.ts";
import { StartError } from "../oss/start-error.ts";

/**
 * @param folder null for what lasts as long as the process
 * @param file in it
 * @returns what the file holds, or what `make` gives, which the file holds from then on
 */
export async function kept(
	folder: string | null,
	file: string,
	make: () => Promise<string>,
): Promise<string> {
	if (folder === null) return make();
	const path = join(folder, file);
	const found = await readFile(path, "utf8").catch(absent);
	if (found !== undefined) return found;
	const made = await make();
	await writeFile(`${path}.new`, made, { mode: 0o600 });
	await rename(`${path}.new`, path);
	return made;
}

/** What is kept and cannot be read again; `what` is then made anew. */
export const spoilt = (
	folder: string | null,
	file: string,
	what: string,
): StartError =>
	new StartError(
		`${folder}/${file} is not what the emulator wrote: remove it, and a new ${what} is made`,
	);

function absent(error: unknown): undefined {
	if (codeOf(error) === "ENOENT") return undefined;
	throw error;
}
