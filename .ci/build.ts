/**
 * Makes dist/, the files of the npm package and of the image: declarations by tsc, and our own source in a few
 * JavaScript files by esbuild.
 *
 * A few files instead of five hundred, because the emulator then starts faster. Third-party packages are not bundled:
 * they are installed from `dependencies`, where audits and licence scanners see them.
 *
 * The package consists of ES modules. The command is one CommonJS file instead: of about 130 ms it saves 6 to 9 ms,
 * because Node's loader of ES modules is slower, for our chunks and for the hundred files of Fastify that they load.
 * Node reads and hashes the whole file before it finds its compiled form, so removing whitespace saves another 8 ms.
 */
import { execFileSync } from "node:child_process";
import { cpSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { type BuildOptions, build } from "esbuild";

const DIST = "dist";

/** All output files are in dist/ itself, so that paths relative to a file are the same from every chunk. */
const WORKERS = [
	"emulator/image/image-worker.ts",
	"emulator/storage/checkpoint-worker.ts",
	"emulator/storage/large-changes/change-worker.ts",
	"emulator/storage/plain-files/plain-copy-worker.ts",
];

const COMMON: BuildOptions = {
	entryNames: "[name]",
	outdir: DIST,
	bundle: true,
	platform: "node",
	target: "node22.19",
	packages: "external",
};

// Without `node:`, which a Node.js does not know that is too old and must say so.
const HERE = 'const HERE = require("url").pathToFileURL(__filename).href;';

const COMMON_JS: BuildOptions = {
	...COMMON,
	format: "cjs",
	outExtension: { ".js": ".cjs" },
	minifyWhitespace: true,
	minifySyntax: true,
	lineLimit: 120, // Node prints the whole source line of an uncaught error
	supported: { "dynamic-import": false }, // `import()` becomes a `require` at the same place
	define: { "import.meta.url": "HERE" },
	// Without `node:`, because versions of Node.js that are too old must get as far as the error message that says so.
	banner: { js: 'const HERE = require("url").pathToFileURL(__filename).href;' },
};

rmSync(DIST, { recursive: true, force: true });
execFileSync("tsc", ["-p", "emulator"], { stdio: "inherit" });
await build({
	...COMMON,
	entryPoints: ["emulator/index.ts", ...WORKERS],
	format: "esm",
	splitting: true,
});
await build({ ...COMMON_JS, entryPoints: WORKERS });
await build({
	...COMMON_JS,
	entryPoints: ["emulator/main.ts"],
	// For load-main.js. Its checksums and V8's are of bytes, which are characters only in ASCII.
	charset: "ascii",
	banner: {
		js: `(function(exports,require,module,__filename,__dirname){${HERE}`,
	},
	footer: { js: "})" },
});
await build({
	...COMMON_JS,
	entryPoints: ["emulator/launch.js"],
	plugins: [
		{
			name: "keep main separate, because older versions of Node.js cannot parse it",
			setup: ({ onResolve }) =>
				onResolve({ filter: /\/main\.ts$/ }, () => ({
					path: resolve("emulator/load-main.js"),
				})),
		},
	],
});
cpSync("emulator/admin/console", join(DIST, "console"), { recursive: true });
