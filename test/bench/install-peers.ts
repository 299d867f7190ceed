/**
 * Installs the servers with which the emulator is compared, by the package managers of their languages, in the user's
 * cache folder, where they remain for the next run.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { basename, join } from "node:path";
import { text } from "node:stream/consumers";
import type { Source } from "./peers.ts";

const CACHE = join(
	process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"),
	"oss-emulator-bench",
);

/** Building the largest takes ten minutes on two busy cores. */
const INSTALL_MS_MAX = 20 * 60_000;

/**
 * @returns the file to start
 * @throws Error with the last lines of the package manager's output
 */
export async function installPeer(source: Source): Promise<string> {
	const { by, name, version, file } = source;
	const folder = join(CACHE, `${basename(name)}-${version}`);
	if (existsSync(folder)) return join(folder, file);
	const unfinished = `${folder}.unfinished`;
	rmSync(unfinished, { recursive: true, force: true });
	mkdirSync(unfinished, { recursive: true });
	const quiet = ["--no-audit", "--no-fund", "--no-save", "--ignore-scripts"];
	const [command, ...args] =
		by === "npm"
			? ["npm", "install", "--prefix", unfinished, ...quiet]
			: ["go", "install"];
	await execute(command ?? "", [...args, `${name}@${version}`], {
		GOBIN: join(unfinished, "bin"),
	});
	if (!existsSync(join(unfinished, file)))
		throw new Error(`${command} has not installed ${file}`);
	renameSync(unfinished, folder);
	return join(folder, file);
}

async function execute(
	command: string,
	args: readonly string[],
	env: Readonly<Record<string, string>>,
): Promise<void> {
	const child = spawn(command, args, {
		stdio: ["ignore", "ignore", "pipe"],
		env: { ...process.env, ...env },
		signal: AbortSignal.timeout(INSTALL_MS_MAX),
	});
	const printed = text(child.stderr);
	const [code] = await once(child, "close"); // rejects if the command does not exist
	if (code !== 0) throw new Error(lastLines(await printed) || `exit ${code}`);
}

/** npm's last line is the name of its log. */
function lastLines(printed: string): string {
	const lines = printed.split("\n").map((line) => line.trim());
	return lines
		.filter((line) => line !== "" && !line.includes("complete log"))
		.slice(-LINES_MAX)
		.join(" ");
}

const LINES_MAX = 3;
