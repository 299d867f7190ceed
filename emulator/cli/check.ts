/**
 * `oss-emulator check FOLDER`: reports the content of an unused data folder, missing and damaged data, and with
 * `--repair` repairs it.
 */
import { resolve } from "node:path";
import { printable } from "../oss/log.ts";
import { StartError } from "../oss/start-error.ts";
import type { Checked } from "../storage/folder/repair.ts";
import { type Command, wrongUsage } from "./command.ts";
import { CommandError } from "./command-error.ts";

export const check: Command = async ({ words, flags, write }) => {
	const [folder, ...more] = words;
	if (folder === undefined || more.length > 0)
		throw wrongUsage("check", "name one data folder");
	const checked = await checkOrRefuse(resolve(folder), flags.repair ?? false);
	if (flags.json) write(`${JSON.stringify(checked)}\n`);
	else {
		for (const line of describe(checked)) write(`${printable(line)}\n`);
	}
	const left = checked.left.length;
	if (left === 0) return;
	const count = `${left} ${left === 1 ? "problem" : "problems"}`;
	const hint = flags.repair
		? `${count} left`
		: `${count} found: --repair removes unreadable data`;
	throw new CommandError(1, hint);
};

/** @throws CommandError with the message of a StartError */
async function checkOrRefuse(
	folder: string,
	repair: boolean,
): Promise<Checked> {
	try {
		const { checkFolder } = await import("../storage/folder/repair.ts");
		return await checkFolder(folder, repair);
	} catch (error) {
		if (error instanceof StartError) throw new CommandError(2, error.message);
		throw error;
	}
}

const describe = ({ facts, problems, repairs, left }: Checked): string[] => [
	...problems.map((line) => `problem: ${line}`),
	...repairs,
	...(repairs.length > 0 ? left.map((line) => `still: ${line}`) : []),
	...facts,
	...(problems.length === 0 ? ["no problems found"] : []),
];
