/**
 * `oss-emulator reset`, `seed`, `snapshot` and `clock`: the state for a test.
 */
import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { codeOf } from "../oss/code-of.ts";
import {
	type Command,
	readOnly,
	refuseArguments,
	wrongUsage,
} from "./command.ts";
import { CommandError } from "./command-error.ts";

export const reset: Command = async ({ client, words, flags }) => {
	refuseArguments("reset", words);
	const { account } = flags;
	await client.sendJson("POST", "/api/reset", {
		body: account === undefined ? {} : { account },
	});
};

export const seed: Command = async ({ client, words, flags, write }) => {
	const file = readOnly("seed", words, "file");
	const json = file === "-" ? await text(process.stdin) : await read(file);
	let body: unknown;
	try {
		body = JSON.parse(json);
	} catch {
		throw new CommandError(2, `${file} is not JSON`);
	}
	const { account } = flags;
	const made = await client.sendJson("PUT", "/api/seed", {
		query: { account },
		body,
	});
	write(`${JSON.stringify(made)}\n`);
};

async function read(file: string): Promise<string> {
	try {
		return await readFile(file, "utf8");
	} catch (error) {
		throw new CommandError(1, `${file} cannot be read (${codeOf(error)})`);
	}
}

type Snapshots = {
	readonly snapshots: readonly {
		readonly name: string;
		readonly createdAt?: string;
	}[];
};

export const snapshot: Command = async ({ client, words, flags, write }) => {
	const [verb, name, ...more] = words;
	if (verb === undefined) {
		const found = await client.json<Snapshots>("/api/snapshots");
		for (const snapshot of found.snapshots)
			write(
				flags.json ? `${JSON.stringify(snapshot)}\n` : `${snapshot.name}\n`,
			);
		return;
	}
	if (name === undefined || more.length > 0)
		throw wrongUsage("snapshot", "name one snapshot");
	const path = `/api/snapshots/${encodeURIComponent(name)}`;
	if (verb === "save") await client.sendJson("PUT", path);
	else if (verb === "restore") await client.sendJson("POST", `${path}/restore`);
	else if (verb === "rm") await client.sendJson("DELETE", path);
	else throw wrongUsage("snapshot", `${verb} is not save, restore or rm`);
};

type Clock = { readonly now: string };

export const clock: Command = async ({ client, words, flags, write }) => {
	const [word, ...more] = words;
	if (more.length > 0) throw wrongUsage("clock", "name one time");
	const moved =
		word === undefined
			? await client.json<Clock>("/api/clock")
			: word === "follow"
				? await client.sendJson<Clock>("DELETE", "/api/clock")
				: await client.sendJson<Clock>("PUT", "/api/clock", {
						body: readMove(word),
					});
	write(flags.json ? `${JSON.stringify(moved)}\n` : `${moved.now}\n`);
};

function readMove(word: string): object {
	if (word === "freeze") return { frozen: true };
	const [, seconds] = /^\+(\d+)s?$/.exec(word) ?? [];
	if (seconds !== undefined) return { advance: Number(seconds) };
	const moment = new Date(word);
	if (Number.isNaN(moment.getTime()))
		throw wrongUsage(
			"clock",
			`${word} is not a time, like 2027-01-01T00:00:00Z`,
		);
	return { now: moment.toISOString() };
}
