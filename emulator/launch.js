#!/usr/bin/env node
/**
 * The first file that runs, in plain JavaScript, so that an older Node.js can read it and prints a one-line
 * instruction.
 */
import { nodeMistake } from "./node-version.js";

const mistake = nodeMistake(process.versions.node);
if (mistake !== "") {
	process.stderr.write(`oss-emulator: ${mistake}\n`);
	process.exit(2);
}

launch();

async function launch() {
	const { enableCompileCache } = await import("node:module");
	enableCompileCache();
	const { main } = await import("./main.ts");
	const { readVersion } = await import("./version.ts");
	const code = await main(process.argv.slice(2), readVersion());
	if (code !== undefined) process.exitCode = code;
}
