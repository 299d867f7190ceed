/**
 * `npm run test:examples`: runs the commands of each example's README in their order. It is not part of `npm test`
 * because it installs packages from their registries.
 *
 * The examples run in a copy of the tree, so that the tree contains no installed or built files. An example whose
 * toolchain is missing is skipped; if the environment variable CI is set, it fails.
 */
import assert from "node:assert/strict";
import { cp, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { after, before, suite, type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { readBlocks } from "../readme/blocks.ts";
import { readPage } from "../readme/generate.ts";
import { run, startInBackground, succeed } from "../run.ts";

type Example = {
	readonly folder: string;
	/** A command that fails if the toolchain is missing. */
	readonly toolchain: string;
	/** Matches the output of the commands if the four tests have passed. */
	readonly passed: RegExp;
};

const VITEST = /(?<!\d)4 passed\b/;
const MAVEN = /Tests run: 4, Failures: 0, Errors: 0, Skipped: 0\s*$/m;

/** Examples that start an emulator, or use a running one. */
const PROCESSES: readonly Example[] = [
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
		passed: MAVEN,
	},
	{ folder: "vitest", toolchain: "npm --version", passed: VITEST },
	{ folder: "jest", toolchain: "npm --version", passed: /(?<!\d)4 passed\b/ },
];

/** Examples that start a container. The image is the one of test/docker, or is built with the same command. */
const CONTAINERS: readonly Example[] = [
	{
		folder: "testcontainers/node",
		toolchain: "docker version",
		passed: VITEST,
	},
	{
		folder: "testcontainers/java",
		toolchain: "docker version && javac -version && mvn --version",
		passed: MAVEN,
	},
];

const IMAGE = "oss-emulator-test";
const BUILD = `docker build --quiet --network host --tag ${IMAGE} .`;

/**
 * Ryuk, the container that removes the containers of killed suites, is disabled because its image cannot be pulled
 * everywhere; the suites stop their containers themselves. The engine runs on this machine, even if this machine is a
 * container.
 */
const TESTCONTAINERS = {
	OSS_EMULATOR_IMAGE: IMAGE,
	TESTCONTAINERS_RYUK_DISABLED: "true",
	TESTCONTAINERS_HOST_OVERRIDE: "localhost",
};

/** The files of a clone that the examples use. */
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
/** Files of an earlier run in an example's folder. */
const INSTALLED = ["node_modules", "venv", "target", "package-lock.json"];

function find(folder: string): Example {
	const found = PROCESSES.find((example) => example.folder === folder);
	assert.ok(found, folder);
	return found;
}

const root = fileURLToPath(new URL("../..", import.meta.url));
const HAND_WRITTEN = join(root, "test/examples/without-helper");
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

suite("The commands of the README pass in their order in", () => {
	for (const example of PROCESSES)
		test(`examples/${example.folder}`, async (t) => {
			if (await isMissing(t, example)) return;
			await pass(example, commandsOf(example).join("\n"));
		});

	for (const example of CONTAINERS)
		test(`examples/${example.folder}, with callbacks from the container to this machine`, async (t) => {
			if (await isMissing(t, example)) return;
			await succeed(BUILD, { cwd: clone });
			const [build, ...commands] = commandsOf(example);
			assert.match(build ?? "", /^docker build /);
			await pass(example, commands.join("\n"), TESTCONTAINERS);
		});
});

suite("These tests pass with a running emulator, and leave no objects:", () => {
	for (const example of PROCESSES)
		test(`examples/${example.folder}`, async (t) => {
			if (await isMissing(t, example)) return;
			const { ready, lines } = await startInBackground(
				t,
				"node emulator/launch.js --memory --port 0 --admin-port 0 --ready json --log-level info 2>&1",
				/^\{/,
				{ cwd: clone },
			);
			const { adminUrl } = JSON.parse(ready);

			await pass(example, commandsOf(example).at(-1) ?? "", {
				OSS_EMULATOR_ADMIN: adminUrl,
				OSS_EMULATOR_COMMAND: "false", // starts nothing
				GOFLAGS: "-count=1", // Go would reuse the result of an earlier run
			});

			const read = async (path: string) =>
				JSON.parse(await (await fetch(adminUrl + path)).text());
			const { accounts } = await read("/api/accounts");
			assert.equal(accounts.length, 1);
			assert.deepEqual((await read("/api/buckets")).buckets, []);
			assert.equal((await read("/api/clock")).aheadSeconds, 0);
			const uploads = lines.filter((line) => line.includes(" PUT /test-"));
			assert.ok(uploads.length >= 7, lines.join("\n"));
		});
});

/**
 * The same tests with handwritten set-up code, with which examples/README.md compares the helpers. They use the
 * packages that the first suite has installed.
 */
const WITHOUT_HELPER: readonly (Example & { readonly script: string })[] = [
	{
		...find("pytest"),
		script: `
			rm oss_emulator.py && cp ${HAND_WRITTEN}/pytest/conftest.py .
			OSS_EMULATOR_COMMAND="node ../../emulator/launch.js" ../pytest/venv/bin/pytest`,
	},
	{
		...find("junit"),
		script: `
			rm -r src/test/java/ossemulator && cp ${HAND_WRITTEN}/junit/WithOss.java src/test/java/photos
			sed --in-place '/OssEmulator;$/d; /^@ExtendWith/d; /extension.ExtendWith;$/d
				s/^class PhotosTest /&extends WithOss /; s/OssEmulator.Account oss//' src/test/java/photos/PhotosTest.java
			OSS_EMULATOR_COMMAND="node $PWD/../../emulator/launch.js" mvn --batch-mode test`,
	},
];

suite("These tests pass without the helper, with handwritten set-up code:", () => {
	for (const example of WITHOUT_HELPER)
		test(`examples/${example.folder}`, async (t) => {
			if (await isMissing(t, example)) return;
			const folder = `${example.folder}-without-helper`;
			await succeed(
				`mkdir ${folder} && tar --create --exclude=venv --exclude=target --directory=${example.folder} . | tar --extract --directory=${folder}`,
				{ cwd: join(clone, "examples") },
			);
			await pass({ ...example, folder }, example.script);
		});
});

async function isMissing(
	t: TestContext,
	{ toolchain }: Example,
): Promise<boolean> {
	if (process.env.CI) return false;
	const command = `{ ${toolchain}; } >/dev/null 2>&1`;
	const { code } = await run(command, { cwd: clone });
	if (code !== 0) t.skip(`skipped, because this command fails: ${toolchain}`);
	return code !== 0;
}

async function pass(
	{ folder, passed }: Example,
	commands: string,
	env: Readonly<Record<string, string>> = {},
): Promise<void> {
	const cwd = join(clone, "examples", folder);
	const { code, stdout, stderr } = await run(commands, { cwd, env });
	const printed = `${stdout}\n${stderr}`; // Jest writes its report to stderr
	assert.equal(code, 0, printed);
	assert.match(printed, passed);
}

/** @returns the lines of the README's blocks of commands */
const commandsOf = ({ folder }: Example): string[] =>
	readBlocks(readPage(`examples/${folder}/README.md`))
		.filter(({ language }) => language === "sh")
		.flatMap(({ text }) => text.trim().split("\n"));
