/** Starts an emulator in a separate process that measures how long requests have to wait. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { Client } from "../client.ts";
import type { Stretch } from "./probe.ts";

/** Runs the built package, because compiling the source would be measured too. */
const LAUNCH = fileURLToPath(new URL("../../dist/launch.cjs", import.meta.url));
const PROBE = fileURLToPath(new URL("./probe.ts", import.meta.url));
const FLAGS =
	"--port 0 --admin-port 0 --access-key id:secret --log-level error";

export type Probed = {
	readonly endpoint: string;
	readonly oss: Client;
	readonly admin: Client;
	/** Discards earlier measurements. */
	begin(): void;
	/** Returns the longest busy time since `begin`. */
	end(): Promise<Stretch>;
	stop(): Promise<void>;
};

/** @param flags e.g. `--memory`, or `--data` and a folder */
export async function startProbed(
	...flags: readonly string[]
): Promise<Probed> {
	const child = spawn(
		process.execPath,
		["--import", PROBE, LAUNCH, ...FLAGS.split(" "), ...flags],
		{ stdio: ["ignore", "pipe", "inherit", "ipc"] },
	);
	const exit = once(child, "exit");
	const [ready] = await Promise.race([
		once(createInterface(child.stdout ?? assert.fail()), "line"),
		exit.then(() => assert.fail("the emulator did not start")),
	]);
	const [, endpoint = "", admin = ""] =
		/OSS on (\S+), admin on (\S+)/.exec(String(ready)) ?? [];
	const key = { id: "id", secret: "secret" };
	const clients = [new Client(endpoint, key), new Client(admin, key)] as const;
	return {
		...{ endpoint, oss: clients[0], admin: clients[1] },
		begin: () => void child.send("begin"),
		end: async () => {
			child.send("read");
			const [stretch] = await once(child, "message");
			return stretch;
		},
		stop: async () => {
			for (const client of clients) client.close();
			child.kill("SIGTERM");
			await exit;
		},
	};
}
