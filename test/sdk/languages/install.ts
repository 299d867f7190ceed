/**
 * Installs an SDK into a cache outside of the repository, once for each state of the file that contains its version.
 */
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { type Running, run } from "../../run.ts";
import type { Sdk } from "./table.ts";

const CACHE = join(
	process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"),
	"oss-emulator",
	"sdks",
);

/** The folder in which the SDK's commands run, and the variable `CACHE`: the folder in which it is installed. */
export function environmentOf({
	folder,
	manifest,
	install,
}: Sdk): Required<Running> {
	const cwd = join(import.meta.dirname, folder);
	const hash = createHash("sha256")
		.update(install)
		.update(readFileSync(join(cwd, manifest)))
		.digest("hex")
		.slice(0, 16);
	return { cwd, env: { CACHE: join(CACHE, `${folder}-${hash}`) } };
}

const markOf = (sdk: Sdk): string =>
	join(environmentOf(sdk).env.CACHE ?? "", "installed");

export const isInstalled = (sdk: Sdk): boolean => existsSync(markOf(sdk));

/** @returns the missing tools; '' if the SDK is installed and its program is built */
export async function install(sdk: Sdk): Promise<string> {
	const running = environmentOf(sdk);
	const found = await run(`{ ${sdk.toolchain}; } >/dev/null 2>&1`, running);
	if (found.code !== 0) return `it fails: ${sdk.toolchain}`;
	if (!isInstalled(sdk)) {
		await mkdir(running.env.CACHE ?? "", { recursive: true });
		const { code, stdout, stderr } = await run(sdk.install, running);
		if (code !== 0)
			return `not installed: ${`${stdout}${stderr}`.slice(-2000)}`;
		await writeFile(markOf(sdk), "");
	}
	const { code, stdout, stderr } = await run(sdk.build, running);
	return code === 0 ? "" : `not built: ${`${stdout}${stderr}`.slice(-2000)}`;
}
