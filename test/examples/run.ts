/**
 * The example suites, each by the commands of its README, typed in their order: `npm run test:examples`. It is not part
 * of `npm test`, for it installs packages from their registries.
 *
 * They run in a copy of the tree, so that what they install and build stays out of it. An example whose toolchain is
 * missing is skipped, and fails where the environment says CI.
 */
import assert from "node:assert/strict";
import { cp, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { after, before, suite, test } from "node:test";
import { fileURLToPath } from "node:url";
import { readBlocks } from "../readme/blocks.ts";
import { readPage } from "../readme/generate.ts";
import { run } from "../run.ts";

type Example = {
	readonly folder: string;
	/** Fails where it is missing. */
	readonly toolchain: string;
	/** What the commands print when the four tests have passed. */
	readonly passed: RegExp;
};

const EXAMPLES: readonly Example[] = [
	{
		folder: "pytest",
		toolchain: "python3 -m venv --help",
		passed: /\b4 passed\b/,
	},
	{
		folder: "go-test",
		toolchain: "go version",
		passed: /(?:^--- PASS[\s\S]+){4}^PASS$/m,
	},
	{
		folder: "junit",
		toolchain: "javac -version && mvn --version",
		passed: /Tests run: 4, Failures: 0, Errors: 0, Skipped: 0\s*$/m,
	},
	{ folder: "vitest", toolchain: "npm --version", passed: /(?<!\d)4 passed\b/ },
	{ folder: "jest", toolchain: "npm --version", passed: /(?<!\d)4 passed\b/ },
];

/** What a clone contains, as far as the examples use it. */
const COPIED = [
	".ci",
	".npmrc",
	"CHANGELOG.md",
	"Dockerfile",
	"LICENSE",
	"README.md",
	"emulator",
	"examples",
	"package-lock.json",
	"package.json",
	"tsconfig.json",
];
/** What somebody's own run has left in an example's folder. */
const INSTALLED = ["node_modules", "venv", "target", "package-lock.json"];

const root = fileURLToPath(new URL("../..", import.meta.url));
let clone = "";

before(async () => {
	clone = await mkdtemp(join(tmpdir(), "oss-emulator-examples-"));
	for (const name of COPIED)
		await cp(join(root, name), join(clone, name), {
			recursive: true,
			filter: (path) =>
				!path.startsWith(join(root, "examples")) ||
				!INSTALLED.includes(basename(path)),
		});
	await symlink(join(root, "node_modules"), join(clone, "node_modules"));
});
after(() => rm(clone, { recursive: true }));

suite("The commands of the README, in their order, pass in", () => {
	for (const { folder, toolchain, passed } of EXAMPLES)
		test(`examples/${folder}`, async (t) => {
			const cwd = join(clone, "examples", folder);
			const found = await run(`{ ${toolchain}; } >/dev/null 2>&1`, { cwd });
			if (!process.env.CI && found.code !== 0)
				return t.skip(`skipped: it fails: ${toolchain}`);
			const { code, stdout, stderr } = await run(commandsOf(folder), { cwd });
			const printed = `${stdout}\n${stderr}`; // Jest reports on stderr
			assert.equal(code, 0, printed);
			assert.match(printed, passed);
		});
});

const commandsOf = (folder: string): string =>
	readBlocks(readPage(`examples/${folder}/README.md`))
		.filter(({ language }) => language === "sh")
		.map(({ text }) => text)
		.join("");
