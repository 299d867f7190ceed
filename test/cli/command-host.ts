/** Runs commands that its parent process sends, one after another, and returns their output: command.ts. */
import { Readable } from "node:stream";
import { main } from "../../emulator/main.ts";
import { readVersion } from "../../emulator/version.ts";
import type { Ended, Order } from "./command.ts";

const environment = { ...process.env };

process.on("message", async (order: Order) => {
	process.send?.(await execute(order));
});

async function execute({ args, cwd, env, input }: Order): Promise<Ended> {
	process.chdir(cwd);
	process.env = { ...environment, ...env };
	Object.defineProperty(process, "stdin", {
		value: Readable.from([Buffer.from(input)]),
		configurable: true,
	});
	const out = record(process.stdout);
	const err = record(process.stderr);
	const code = Number(await main(args, readVersion()));
	return { code, out: out.text(), err: err.text() };
}

/** Captures writes to the stream: nothing is written to the stream itself. */
function record(stream: NodeJS.WriteStream): { text(): string } {
	const chunks: Buffer[] = [];
	stream.write = (chunk: Uint8Array | string): boolean => {
		chunks.push(Buffer.from(chunk as string));
		return true;
	};
	return { text: () => Buffer.concat(chunks).toString() };
}
