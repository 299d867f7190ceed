/** Starts servers in separate processes, and measures their costs. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";

export type Server = {
	readonly port: number;
	readonly adminPort: number;
	/** The time from the start of the process to its first line, in milliseconds. */
	readonly readyMs: number;
	readonly process: ChildProcess;
	stop(): Promise<void>;
};

/** @param args the arguments of node: a server that prints its URL, or URLs, in its first line */
export async function startServer(args: readonly string[]): Promise<Server> {
	const started = performance.now();
	const child = spawn(process.execPath, args, {
		stdio: ["ignore", "pipe", "inherit"],
	});
	const line = await firstLine(child);
	const readyMs = performance.now() - started;
	const [port = 0, adminPort = 0] = [...line.matchAll(/:(\d+)\b/g)].map(
		([, digits]) => Number(digits),
	);
	const stop = async (): Promise<void> => {
		const ended = once(child, "exit");
		child.kill("SIGTERM");
		await ended;
	};
	return { port, adminPort, readyMs, process: child, stop };
}

function firstLine(child: ChildProcess): Promise<string> {
	const { promise, resolve, reject } = Promise.withResolvers<string>();
	let text = "";
	child.stdout?.on("data", (chunk: Buffer) => {
		text += chunk.toString();
		if (text.includes("\n")) resolve(text);
	});
	child.once("exit", (code) =>
		reject(new Error(`the server ended with ${code}`)),
	);
	return promise;
}

/** The current memory of the process and its peak, in MiB. Linux only. */
export function memoryOf({ process: { pid } }: Pick<Server, "process">): {
	now: number;
	peak: number;
} {
	const status = readFileSync(`/proc/${pid}/status`, "utf8");
	const read = (name: string): number =>
		Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1]) / 1024;
	return { now: read("VmRSS"), peak: read("VmHWM") };
}
