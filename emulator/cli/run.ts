/**
 * One subcommand, from its words to its exit code: 0; 1 when what is asked for is not there; 2 for wrong usage, or when
 * there is no emulator.
 */
import { parseArgs } from "node:util";
import { printable } from "../oss/log.ts";
import { AdminClient } from "./admin-client.ts";
import { callbacks } from "./callbacks.ts";
import { cat } from "./cat.ts";
import { check } from "./check.ts";
import { type Command, type Flags, wrongUsage } from "./command.ts";
import { CommandError } from "./command-error.ts";
import { findAdminUrl } from "./find-admin-url.ts";
import { ls } from "./ls.ts";
import { type CommandName, USAGE } from "./manual.ts";
import { stat } from "./stat.ts";

const commands: Readonly<Record<CommandName, Command>> = {
	ls,
	cat,
	stat,
	callbacks,
	check,
};

const options = {
	admin: { type: "string" },
	recursive: { type: "boolean", short: "r" },
	follow: { type: "boolean", short: "f" },
	json: { type: "boolean" },
	"version-id": { type: "string" },
	bucket: { type: "string" },
	key: { type: "string" },
	status: { type: "string" },
	limit: { type: "string" },
	repair: { type: "boolean" },
} as const;

export async function run(
	name: CommandName,
	args: readonly string[],
	env: Readonly<Record<string, string | undefined>>,
): Promise<number> {
	try {
		await execute(name, args, env);
		return 0;
	} catch (error) {
		if (!(error instanceof CommandError)) throw error;
		process.stderr.write(`oss-emulator: ${printable(error.message)}\n`);
		return error.code;
	}
}

async function execute(
	name: CommandName,
	args: readonly string[],
	env: Readonly<Record<string, string | undefined>>,
): Promise<void> {
	const { words, flags, admin } = readArguments(name, args);
	const client = new AdminClient(
		admin ?? (env.OSS_EMULATOR_ADMIN || findAdminUrl(env)),
	);
	const write = (line: string): unknown => process.stdout.write(line);
	try {
		await commands[name]({ client, words, flags, write });
	} catch (error) {
		if (error instanceof CommandError && error.code === 1)
			throw new CommandError(1, `${words.join(" ")}: ${error.message}`);
		throw error;
	}
}

/** @throws CommandError for a flag that is none, or none of this command's */
function readArguments(
	name: CommandName,
	args: readonly string[],
): { words: readonly string[]; flags: Flags; admin: string | undefined } {
	const { positionals, values } = parse(name, args);
	const { admin, ...flags } = values;
	const other = Object.keys(flags).find(
		(flag) => !USAGE[name].includes(`--${flag}`),
	);
	if (other !== undefined)
		throw wrongUsage(name, `--${other} is not for this command`);
	return { words: positionals, flags, admin };
}

function parse(name: CommandName, args: readonly string[]) {
	try {
		return parseArgs({ args: [...args], options, allowPositionals: true });
	} catch (error) {
		if (!(error instanceof TypeError)) throw error;
		const [sentence = ""] = error.message.split(". ");
		throw wrongUsage(name, sentence);
	}
}
