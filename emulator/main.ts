/**
 * The command: arguments in, a running emulator out, until a signal.
 */
import { describeSettings, readConfig } from "./config.ts";
import { StartError } from "./oss/start-error.ts";
import { start } from "./start.ts";

const MANUAL = `oss-emulator: Alibaba Cloud OSS on localhost, upload callbacks included

usage: oss-emulator [flags]

${describeSettings()}
  --help                              this page
  --version                           the version

Every flag can be given as an environment variable: --admin-port as OSS_EMULATOR_ADMIN_PORT.
`;

/** @returns the exit code, or undefined while the emulator runs */
export async function main(
	args: readonly string[],
	version: string,
): Promise<number | undefined> {
	if (args.includes("--help") || args.includes("-h")) return print(MANUAL);
	if (args.includes("--version")) return print(`${version}\n`);
	try {
		const running = await start(readConfig(args, process.env));
		const { endpoint, adminUrl, stsEndpoint } = running;
		const sts = stsEndpoint === undefined ? "" : `, STS on ${stsEndpoint}`;
		process.stdout.write(
			`oss-emulator ${version} ready: OSS on ${endpoint}, admin on ${adminUrl}${sts}\n`,
		);
		closeOnSignal(running);
		return undefined;
	} catch (error) {
		if (!(error instanceof StartError)) throw error;
		process.stderr.write(`oss-emulator: ${error.message}\n`);
		return 2;
	}
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
