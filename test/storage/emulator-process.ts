/** Starts an emulator in a separate process on a data folder, so that it can be killed and its log can be read. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { Client } from "../client.ts";

export const LAUNCH = fileURLToPath(
	new URL("../../emulator/launch.js", import.meta.url),
);
const FLAGS = "--port 0 --admin-port 0 --access-key id:secret".split(" ");

export type Started = {
	readonly oss: Client;
	readonly admin: Client;
	/** The lines on standard error so far. */
	readonly lines: readonly string[];
	stop(signal: NodeJS.Signals): Promise<void>;
	/** Waits until the process ends by itself. @returns its exit code */
	readonly ended: Promise<number | null>;
};

export async function start(
	t: Pick<TestContext, "after">,
	data: string,
	...flags: readonly string[]
): Promise<Started> {
	const child = spawn(
		process.execPath,
		[LAUNCH, "--data", data, ...FLAGS, ...flags],
		{ stdio: ["ignore", "pipe", "pipe"] },
	);
	const lines: string[] = [];
	createInterface(child.stderr).on("line", (line) => lines.push(line));
	const exit = once(child, "exit");
	const [ready] = await Promise.race([
		once(createInterface(child.stdout), "line"),
		exit.then(() => assert.fail(lines.join("\n"))),
	]);
	const [, oss = "", admin = ""] =
		/OSS on (\S+), admin on (\S+)/.exec(String(ready)) ?? [];
	const key = { id: "id", secret: "secret" };
	const clients = [new Client(oss, key), new Client(admin, key)] as const;
	const stop = async (signal: NodeJS.Signals): Promise<void> => {
		for (const client of clients) client.close();
		if (child.exitCode !== null || child.signalCode !== null) return;
		child.kill(signal);
		await exit;
	};
	t.after(() => stop("SIGKILL"));
	const ended = exit.then(([code]) => code);
	return { oss: clients[0], admin: clients[1], lines, stop, ended };
}
