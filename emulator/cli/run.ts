/**
 * Runs a subcommand. Exit codes: 0; 1 when the named thing does not exist; 2 for wrong usage, or when there is no
 * emulator.
 */
import { parseArgs } from "node:util";
import { printable } from "../oss/log.ts";
import { findNearest } from "../oss/nearest.ts";
import { AdminClient } from "./admin-client.ts";
import { type Command, type Flags, wrongUsage } from "./command.ts";
import { CommandError } from "./command-error.ts";
import { findAdminUrl } from "./find-admin-url.ts";
import {
	type CommandName,
	flagsOf,
	pageOf,
	type RunnableName,
} from "./manual.ts";

/** Each command is loaded when it is used. */
const LOADERS: Readonly<Record<RunnableName, () => Promise<Command>>> = {
	ls: async () => (await import("./ls.ts")).ls,
	cat: async () => (await import("./cat.ts")).cat,
	stat: async () => (await import("./stat.ts")).stat,
	put: async () => (await import("./transfer.ts")).put,
	get: async () => (await import("./transfer.ts")).get,
	cp: async () => (await import("./cp.ts")).cp,
	rm: async () => (await import("./rm.ts")).rm,
	mb: async () => (await import("./buckets.ts")).mb,
	rb: async () => (await import("./buckets.ts")).rb,
	presign: async () => (await import("./presign.ts")).presign,
	callbacks: async () => (await import("./callbacks.ts")).callbacks,
	requests: async () => (await import("./requests.ts")).requests,
	resend: async () => (await import("./callbacks.ts")).resend,
	reset: async () => (await import("./state.ts")).reset,
	seed: async () => (await import("./state.ts")).seed,
	snapshot: async () => (await import("./state.ts")).snapshot,
	clock: async () => (await import("./state.ts")).clock,
	export: async () => (await import("./archive.ts")).exportTar,
	import: async () => (await import("./archive.ts")).importTar,
	fault: async () => (await import("./fault.ts")).fault,
	account: async () => (await import("./account.ts")).account,
	check: async () => (await import("./check.ts")).check,
	doctor: async () => (await import("./doctor.ts")).doctor,
	openapi: async () => (await import("./doctor.ts")).openapi,
	completion: async () => (await import("./completion.ts")).completion,
};

const text = { type: "string" } as const;
const flag = { type: "boolean" } as const;
const list = { type: "string", multiple: true } as const;

const options = {
	admin: text,
	help: { type: "boolean", short: "h" },
	recursive: { type: "boolean", short: "r" },
	follow: { type: "boolean", short: "f" },
	verbose: { type: "boolean", short: "v" },
	json: flag,
	force: flag,
	repair: flag,
	versioning: flag,
	"version-id": text,
	account: text,
	acl: text,
	after: text,
	bucket: text,
	callback: text,
	"callback-body": text,
	"content-type": text,
	key: text,
	limit: text,
	meta: list,
	method: text,
	name: text,
	seconds: text,
	status: text,
	"storage-class": text,
	tag: list,
	times: text,
	url: text,
} as const;

/** @param version the version of this package */
export async function run(
	name: RunnableName,
	args: readonly string[],
	env: Readonly<Record<string, string | undefined>>,
	version: string,
): Promise<number> {
	try {
		await execute(name, args, env, version);
		return 0;
	} catch (error) {
		if (!(error instanceof CommandError)) throw error;
		process.stderr.write(`oss-emulator: ${printable(error.message)}\n`);
		return error.code;
	}
}

async function execute(
	name: RunnableName,
	args: readonly string[],
	env: Readonly<Record<string, string | undefined>>,
	version: string,
): Promise<void> {
	const { words, flags, admin, help } = readArguments(name, args);
	const write = (line: string): unknown => process.stdout.write(line);
	const command = await LOADERS[name]();
	if (help) {
		write(pageOf(name));
		return;
	}
	const client = new AdminClient(
		admin ?? (env.OSS_EMULATOR_ADMIN || findAdminUrl(env)),
	);
	try {
		await command({ client, words, flags, version, write, progress });
	} catch (error) {
		if (error instanceof CommandError && error.code === 1)
			throw new CommandError(1, naming(words, error.message));
		throw error;
	}
}

/** Puts the command's words before a message that does not contain the last of them. */
function naming(words: readonly string[], message: string): string {
	const last = words.at(-1);
	return last === undefined || message.includes(last)
		? message
		: `${words.join(" ")}: ${message}`;
}

/** Writes a line that the next call overwrites. */
function progress(text: string): void {
	if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`);
}

/** @throws CommandError for a flag that is unknown or that the command does not accept */
function readArguments(
	name: CommandName,
	args: readonly string[],
): {
	words: readonly string[];
	flags: Flags;
	admin: string | undefined;
	help: boolean;
} {
	const { positionals, values } = parse(name, args);
	const { admin, help = false, ...flags } = values;
	const accepted = flagsOf(name);
	const other = Object.keys(flags).find((flag) => !accepted.includes(flag));
	if (other !== undefined)
		throw wrongUsage(name, `--${other} does not apply to this command`);
	return { words: positionals, flags, admin, help };
}

function parse(name: CommandName, args: readonly string[]) {
	try {
		return parseArgs({ args: [...args], options, allowPositionals: true });
	} catch (error) {
		if (!(error instanceof TypeError)) throw error;
		throw wrongUsage(name, explain(name, error.message));
	}
}

/** @param message of `parseArgs` */
function explain(name: CommandName, message: string): string {
	const [, unknown] = /^Unknown option '-*([^']+)'/.exec(message) ?? [];
	if (unknown !== undefined) {
		const near = findNearest(unknown, flagsOf(name));
		const hint = near === undefined ? "" : `, did you mean --${near}?`;
		return `unknown flag --${unknown}${hint}`;
	}
	const [, valued] = /^Option '.*(--[a-z-]+) <value>'/.exec(message) ?? [];
	const [, plain] = /^Option '.*(--[a-z-]+)' does not take/.exec(message) ?? [];
	if (valued !== undefined) return `${valued} needs a value`;
	if (plain !== undefined) return `${plain} takes no value`;
	const [sentence = ""] = message.split(". ");
	return sentence;
}
