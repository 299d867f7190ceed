#!/usr/bin/env node
/**
 * The first file that runs, in plain JavaScript: an older Node can read it, and is told in one line what to do.
 */
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);

if (major < 22 || (major === 22 && minor < 19)) {
	process.stderr.write(
		`oss-emulator: Node.js 22.19 or newer is needed, this is ${process.versions.node}: install a newer one (https://nodejs.org)\n`,
	);
	process.exit(2);
}

const { enableCompileCache } = await import("node:module");
enableCompileCache();
const { main } = await import("./main.ts");
const { readVersion } = await import("./version.ts");
const code = await main(process.argv.slice(2), readVersion());
if (code !== undefined) process.exitCode = code;
