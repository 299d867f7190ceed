/**
 * Makes dist/, the files of the npm package and of the image: declarations by tsc, and our own source in a few
 * JavaScript files by esbuild.
 *
 * One file instead of five hundred, because the emulator then starts faster. Other people's packages stay outside: they
 * are installed from `dependencies`, where audits and licence scanners see them.
 */
import { execFileSync } from "node:child_process";
import { cpSync, rmSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";

const DIST = "dist";

rmSync(DIST, { recursive: true, force: true });
execFileSync("tsc", ["-p", "emulator"], { stdio: "inherit" });
await build({
	// Each in dist/ itself, so that paths relative to the file hold from every chunk.
	entryPoints: [
		"emulator/launch.js",
		"emulator/index.ts",
		"emulator/storage/checkpoint-worker.ts",
		"emulator/storage/plain-files/plain-copy-worker.ts",
	],
	entryNames: "[name]",
	outdir: DIST,
	bundle: true,
	splitting: true,
	platform: "node",
	format: "esm",
	target: "node22.19",
	packages: "external",
});
cpSync("emulator/admin/console", join(DIST, "console"), { recursive: true });
