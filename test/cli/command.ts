/**
 * Runs `oss-emulator COMMAND …`. The first run of each command uses a separate process, like a user's. Later runs share
 * one process, command-host.ts, because starting a process costs ten times as much as most commands.
 */
import { type ChildProcess, fork, spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

export const LAUNCH = fileURLToPath(
	new URL("../../emulator/launch.js", import.meta.url),
);
const HOST = fileURLToPath(new URL("command-host.ts", import.meta.url));

export type Ended = {
	readonly code: number;
	readonly out: string;
	readonly err: string;
};

export type Circumstances = {
	/** The working directory; by default the one of this process. */
	readonly cwd?: string;
	/** Environment variables in addition to those of this process. */
	readonly env?: Readonly<Record<string, string>>;
	/** The content of standard input. */
	readonly input?: string;
};

/** A command that is sent to the host process. */
export type Order = Required<Circumstances> & {
	readonly args: readonly string[];
};

/** Commands that have already run in a separate process. */
const started = new Set<string>();

export async function runCommand(
	args: readonly string[],
	{ cwd = process.cwd(), env = {}, input = "" }: Circumstances = {},
): Promise<Ended> {
	const [name = ""] = args;
	const order = { args, cwd, env, input };
	if (started.has(name)) return askHost(order);
	started.add(name);
	return runProcess(order);
}

async function runProcess({ args, cwd, env, input }: Order): Promise<Ended> {
	const child = spawn(process.execPath, [LAUNCH, ...args], {
		cwd,
		env: { ...process.env, ...env },
	});
	child.stdin.end(input);
	const [out, err, [code]] = await Promise.all([
		text(child.stdout),
		text(child.stderr),
		once(child, "close"),
	]);
	return { code: Number(code), out, err };
}

let host: ChildProcess | undefined;
/** The host runs one command after another. */
let last: Promise<unknown> = Promise.resolve();

function askHost(order: Order): Promise<Ended> {
	const answer = last.then(() => exchange(order));
	last = answer.catch(() => {});
	return answer;
}

/** Runs a command in the host process, which ends with this process and keeps it alive only while a command runs. */
async function exchange(order: Order): Promise<Ended> {
	host ??= fork(HOST, { execArgv: [] });
	host.ref();
	host.channel?.ref();
	const settled = new AbortController();
	const answered = once(host, "message", settled);
	const exited = once(host, "exit", settled).then(([code]) => {
		throw new Error(`the command host exited with ${code}`);
	});
	exited.catch(() => {}); // it is aborted below
	host.send(order);
	const [ended] = await Promise.race([answered, exited]);
	settled.abort();
	host.unref();
	host.channel?.unref();
	return ended;
}
