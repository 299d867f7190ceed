/** Runs a command to its end, or in the background until the end of a test. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import type { TestContext } from "node:test";

export type Ran = {
	readonly code: number | null;
	readonly stdout: string;
	readonly stderr: string;
};

export type Running = {
	/** The working directory. */
	readonly cwd: string;
	/** Environment variables in addition to those of this process. */
	readonly env?: Readonly<Record<string, string>>;
};

/** The limit for a command. The slowest commands install packages from a registry. */
const RUN_MS_MAX = 300_000;

/** @param script a bash script, which stops at the first command that fails */
export async function run(script: string, running: Running): Promise<Ran> {
	const child = spawnShell(script, running);
	const tooLong = setTimeout(() => end(child, "SIGKILL"), RUN_MS_MAX);
	const [[code], stdout, stderr] = await Promise.all([
		once(child, "close"),
		text(child.stdout),
		text(child.stderr),
	]);
	clearTimeout(tooLong);
	return { code, stdout, stderr };
}

const spawnShell = (script: string, { cwd, env = {} }: Running) =>
	spawn("bash", ["-euo", "pipefail", "-c", script], {
		cwd,
		env: { ...outside(), ...env },
		stdio: ["ignore", "pipe", "pipe"],
		detached: true, // a new process group, so that all its processes can be ended
	});

/** Ends the process group if it is still running. */
function end(child: ChildProcess, signal: NodeJS.Signals): void {
	const { pid, exitCode, signalCode } = child;
	const runs = exitCode === null && signalCode === null;
	if (pid !== undefined && runs) process.kill(-pid, signal);
}

export type Background = {
	/** The ready line. */
	readonly ready: string;
	/** The lines of its output since the start. */
	readonly lines: readonly string[];
	/** @returns its exit code */
	stop(signal: NodeJS.Signals): Promise<number | null>;
};

/** @param isReady matches the line that ends the wait; the wait also ends with the process */
export async function startInBackground(
	t: Pick<TestContext, "after">,
	script: string,
	isReady: RegExp,
	running: Running,
): Promise<Background> {
	const child = spawnShell(`exec ${script}`, running);
	t.after(() => end(child, "SIGKILL"));
	const closed = once(child, "close");
	const errors = text(child.stderr);
	const lines: string[] = [];
	const { promise, resolve, reject } = Promise.withResolvers<string>();
	createInterface(child.stdout).on("line", (line) => {
		lines.push(line);
		if (isReady.test(line)) resolve(line);
	});
	closed.then(async ([code]) =>
		reject(new Error(`exit code ${code} of ${script}\n${await errors}`)),
	);
	const stop = async (signal: NodeJS.Signals): Promise<number | null> => {
		end(child, signal);
		const [code] = await closed;
		return code;
	};
	return { ready: await promise, lines, stop };
}

/** @throws Error with the whole output if the command fails */
export async function succeed(
	script: string,
	running: Running,
): Promise<string> {
	const { code, stdout, stderr } = await run(script, running);
	if (code === 0) return stdout;
	throw new Error(`exit code ${code} of\n${script}\n${stdout}\n${stderr}`);
}

/** The environment without the variables of npm and the test runner, which would affect the command. */
const outside = (): NodeJS.ProcessEnv =>
	Object.fromEntries(
		Object.entries(process.env).filter(
			([name]) =>
				!/^(npm_(package|lifecycle)_|npm_config_local_prefix$|(INIT_CWD|NODE_TEST_CONTEXT)$)/.test(
					name,
				),
		),
	);

export const has = async (tool: string): Promise<boolean> =>
	(await run(`command -v ${tool}`, { cwd: "." })).code === 0;
