/**
 * `oss-emulator doctor` and `openapi`: describes an emulator, for a bug report and for programs.
 */
import { arch, release, type } from "node:os";
import type { AdminClient } from "./admin-client.ts";
import { type Command, refuseArguments } from "./command.ts";
import { CommandError } from "./command-error.ts";

export const doctor: Command = async (requested) => {
	const { client, flags, version, write } = requested;
	refuseArguments("doctor", requested.words);
	const report = {
		command: version,
		node: process.version,
		system: `${type()} ${release()} ${arch()}`,
		emulator: await getOrError(client, "/health"),
		settings: await getOrError(client, "/api/settings"),
	};
	if (flags.json) {
		write(`${JSON.stringify(report, undefined, 2)}\n`);
		return;
	}
	const { settings, ...facts } = report;
	for (const [name, value] of Object.entries(facts))
		write(
			`${name}: ${typeof value === "string" ? value : JSON.stringify(value)}\n`,
		);
	write(`settings: ${JSON.stringify(settings, undefined, 2)}\n`);
};

/** The report is useful even without an emulator: it then states that no emulator answers. */
async function getOrError(client: AdminClient, path: string): Promise<unknown> {
	try {
		return await client.json(path);
	} catch (error) {
		if (error instanceof CommandError) return error.message;
		throw error;
	}
}

export const openapi: Command = async ({ client, words, write }) => {
	refuseArguments("openapi", words);
	const document = await client.json<object>("/api/openapi.json");
	write(`${JSON.stringify(document, undefined, 2)}\n`);
};
