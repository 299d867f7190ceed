/**
 * Starts and stops a server of the comparison, with a data folder of its own.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { Peer } from "./peers.ts";
import { memoryOf } from "./processes.ts";

const START_MS_MAX = 30_000;
const STOP_MS_MAX = 5_000;
/** The memory is measured after this time, when garbage of the start or of the load has been collected. */
const SETTLE_MS = 1000;

/** A running peer with a separate data folder. */
export class RunningPeer {
	readonly port: number;
	readonly startMs: number;
	readonly #child: ChildProcess;

	private constructor(port: number, startMs: number, child: ChildProcess) {
		this.port = port;
		this.startMs = startMs;
		this.#child = child;
	}

	/** The time until the first response, for which a test has to wait. @throws Error with the last output of the peer */
	static async start(
		peer: Peer,
		installed: string,
		folders: string,
	): Promise<RunningPeer> {
		const folder = mkdtempSync(join(folders, "data-"));
		const port = await freePort();
		const [file = "", ...args] = peer.command(installed, port, folder);
		const started = performance.now();
		const child = spawn(file, args, { stdio: ["ignore", "ignore", "pipe"] });
		let printed = "";
		child.stderr.on("data", (text: Buffer) => {
			printed = `${printed}${text}`.slice(-1000);
		});
		let ended: string | undefined;
		child.once("exit", (code) => {
			ended = `it ended with ${code}: ${printed.trim().split("\n").at(-1)}`;
		});
		child.once("error", (error) => {
			ended = error.message;
		});
		while (performance.now() - started < START_MS_MAX) {
			if (ended !== undefined) break;
			const isReady = await fetch(`http://127.0.0.1:${port}/`).then(
				() => true,
				() => false,
			);
			const startMs = performance.now() - started;
			if (isReady) return new RunningPeer(port, startMs, child);
			await wait(2);
		}
		child.kill("SIGKILL");
		throw new Error(ended ?? "it does not answer");
	}

	/** The memory in MiB after a pause. */
	async memory(): Promise<number> {
		await wait(SETTLE_MS);
		return memoryOf({ process: this.#child }).now;
	}

	async stop(): Promise<void> {
		const late = setTimeout(() => this.#child.kill("SIGKILL"), STOP_MS_MAX);
		if (this.#child.exitCode === null && this.#child.signalCode === null) {
			const exited = once(this.#child, "exit");
			this.#child.kill("SIGTERM");
			await exited;
		}
		clearTimeout(late);
	}
}

async function freePort(): Promise<number> {
	const server = createServer().listen(0, "127.0.0.1");
	await once(server, "listening");
	const address = server.address();
	server.close();
	if (address === null || typeof address === "string")
		throw new Error("no port");
	return address.port;
}
