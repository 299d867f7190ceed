/**
 * The command: starts an emulator according to its arguments, and ends it on a signal.
 */
import {
	COMMAND_NAMES,
	commandsManual,
	isCommand,
	isRunnable,
	pageOf,
} from "./cli/manual.ts";
import { type Config, readConfig } from "./config/config.ts";
import { describeSettings } from "./config/settings.ts";
import { printable } from "./oss/log.ts";
import { findNearest } from "./oss/nearest.ts";
import { StartError } from "./oss/start-error.ts";
import type { Running } from "./start/start.ts";

const manual =
	(): string => `oss-emulator: Alibaba Cloud OSS on localhost, upload callbacks included

usage: oss-emulator [flags], and an emulator runs until it is interrupted

${describeSettings()}
  --help                              this page
  --version                           the version

Every flag can be given as an environment variable: --admin-port as OSS_EMULATOR_ADMIN_PORT.

${commandsManual()}
`;

/** @returns the exit code, or undefined while the emulator runs */
export async function main(
	args: readonly string[],
	version: string,
): Promise<number | undefined> {
	const [command, ...rest] = args;
	if (command === "help") return help(rest);
	if (command === "version" && rest.length === 0) return print(`${version}\n`);
	if (isRunnable(command)) {
		const { run } = await import("./cli/run.ts");
		return run(command, rest, process.env, version);
	}
	if (args.includes("--help") || args.includes("-h")) return print(manual());
	if (args.includes("--version")) return print(`${version}\n`);
	if (command === "version")
		return fail(
			new StartError("version takes no arguments: oss-emulator version"),
		);
	if (command !== undefined && !command.startsWith("-"))
		return unknownCommand(command);
	try {
		const { start } = await import("./start/start.ts"); // other commands do not need it
		const config = readConfig(args, process.env);
		const running = await start(config, (error) => process.exit(fail(error)));
		closeOnSignal(running); // a reader of the next line may send a signal at once
		print(`${await readyLine(config, running, version)}\n`);
		return undefined;
	} catch (error) {
		if (!(error instanceof StartError)) throw error;
		return fail(error);
	}
}

/** Writes to standard output, which has no other line. */
async function readyLine(
	config: Config,
	running: Running,
	version: string,
): Promise<string> {
	const { endpoint, adminUrl, stsEndpoint, tlsEndpoint } = running;
	if (config.ready === "json") {
		const { describeReady } = await import("./start/ready.ts");
		return JSON.stringify(describeReady(config, running));
	}
	const sts = stsEndpoint === undefined ? "" : `, STS on ${stsEndpoint}`;
	const tls = tlsEndpoint === undefined ? "" : `, https on ${tlsEndpoint}`;
	return `oss-emulator ${version} ready: OSS on ${endpoint}, admin on ${adminUrl} (open it for the console)${sts}${tls}`;
}

function help([command, ...more]: readonly string[]): number {
	if (command === undefined) return print(manual());
	return isCommand(command) && more.length === 0
		? print(pageOf(command))
		: unknownCommand([command, ...more].join(" "));
}

function unknownCommand(word: string): number {
	const near = findNearest(word, COMMAND_NAMES);
	const hint = near === undefined ? "" : ` did you mean ${near}?`;
	return fail(
		new StartError(
			`there is no command ${word}:${hint || " see oss-emulator help"}`,
		),
	);
}

function fail({ message }: StartError): number {
	process.stderr.write(`oss-emulator: ${printable(message)}\n`);
	return 2;
}

function print(text: string): number {
	process.stdout.write(text);
	return 0;
}

function closeOnSignal({ close }: { close(): Promise<void> }): void {
	let closing = false;
	const stop = async (): Promise<void> => {
		if (closing) return;
		closing = true;
		await close();
		process.exit(0);
	};
	process.on("SIGTERM", stop);
	process.on("SIGINT", stop);
}
