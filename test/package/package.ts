/**
 * `npm run test:package`: tests the npm package like its users: packs it, installs it into an empty folder without
 * development dependencies, and uses the command, the module and the types, with the oldest supported Node.js and with
 * an unsupported one. It is not part of `npm test` because it installs from the registry.
 */
import assert from "node:assert/strict";
import {
	cp,
	mkdir,
	mkdtemp,
	readdir,
	readFile,
	rm,
	symlink,
	writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, suite, type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { readVersion } from "../../emulator/version.ts";
import { startApplicationServer } from "../application-server.ts";
import { skip, useBrowser } from "../browser/browser.ts";
import { Client } from "../client.ts";
import { fileOf, readBlocks } from "../readme/blocks.ts";
import { readPage } from "../readme/generate.ts";
import { type Background, run, startInBackground, succeed } from "../run.ts";
import {
	callEveryRoute,
	openEveryPage,
	runEveryCommand,
	uploadWithCallback,
} from "./as-users-do.ts";

const BYTES_MAX = 80_000_000;
const PACKAGES_MAX = 120;
/** Matches the name of a package that a built file imports. */
const IMPORTED =
	/(?:\bfrom|\b(?:import|require)\()\s*"(?!node:)((?:@[\w.-]+\/)?[a-z][\w.-]*)[^"]*"/g;
/** Matches files that belong in the package. */
const PACKED =
	/^package\/(dist\/.+\.(c?js|d\.ts|html|css|svg|ico)|package\.json|README\.md|CHANGELOG\.md|LICENSE)$/;
const KEY = { id: "oss-emulator", secret: "oss-emulator-secret" };

const root = fileURLToPath(new URL("../..", import.meta.url));

let work = "";
let tarball = "";
/** A user's folder in which the package is installed. */
let user = "";

before(async () => {
	work = await mkdtemp(join(tmpdir(), "oss-emulator-package-"));
	await succeed(`npm pack --silent --pack-destination ${work}`, { cwd: root });
	tarball = join(work, `oss-emulator-${readVersion()}.tgz`);
	user = await makeFolder("user");
	await succeed(`npm install --omit=dev ${tarball}`, { cwd: user });
});
after(() => rm(work, { recursive: true }));

async function makeFolder(name: string): Promise<string> {
	const folder = join(work, name);
	await mkdir(folder);
	await writeFile(join(folder, "package.json"), '{ "type": "module" }');
	return folder;
}

suite("The package", { concurrency: 1, skip }, () => {
	const open = useBrowser();

	test("contains the used files and nothing else", async () => {
		const listed = await succeed(`tar -tzf ${tarball}`, { cwd: work });
		const strange = listed
			.trim()
			.split("\n")
			.filter((file) => !PACKED.test(file));
		assert.deepEqual(strange, []);
	});

	test("contains no other package's code, but names each package that it imports as a dependency", async () => {
		const folder = join(user, "node_modules/oss-emulator");
		const manifest = JSON.parse(
			await readFile(join(folder, "package.json"), "utf8"),
		);
		const declared = Object.keys({
			...manifest.dependencies,
			...manifest.optionalDependencies,
		});
		const files = (await readdir(join(folder, "dist"))).filter((name) =>
			name.endsWith(".js"),
		);
		const texts = await Promise.all(
			files.map((name) => readFile(join(folder, "dist", name), "utf8")),
		);
		const imported = texts.flatMap((text) =>
			Array.from(text.matchAll(IMPORTED), ([, name = ""]) => name),
		);
		assert.deepEqual(
			[...new Set(imported)].filter((name) => !declared.includes(name)),
			[],
		);
		assert.ok(imported.includes("fastify"));
		assert.ok(!texts.some((text) => text.includes("node_modules/")));
	});

	test("is small, including its dependencies", async (t) => {
		const cwd = user;
		const bytes = Number(
			await succeed("du -sb node_modules | cut -f 1", { cwd }),
		);
		const list = await succeed("npm ls --all --parseable", { cwd });
		const packages = list.trim().split("\n").length - 1; // the first is the folder itself
		t.diagnostic(
			`installed: ${(bytes / 1e6).toFixed(1)} MB, ${packages} packages`,
		);
		assert.ok(bytes <= BYTES_MAX, `${bytes} bytes`);
		assert.ok(packages <= PACKAGES_MAX, `${packages} packages`);
	});

	test("provides a command", async () => {
		const cwd = user;
		const version = await succeed("npx oss-emulator --version", { cwd });
		assert.equal(version, `${readVersion()}\n`);
		const manual = await succeed("npx oss-emulator --help", { cwd });
		assert.match(manual, /^usage: oss-emulator/m);
		const wrong = await run("npx oss-emulator --colour", { cwd });
		assert.equal(wrong.code, 2);
		assert.match(wrong.stderr, /unknown flag --colour/);
	});

	test("starts, stores an object, and exits with 0", async (t) => {
		const emulator = await startCommand(t, "node_modules/.bin/oss-emulator");
		await putAndGet(emulator);
		assert.equal(await emulator.stop("SIGTERM"), 0);
	});

	test("works in every documented way: uploads, commands, routes, pages of the console", async (t) => {
		const emulator = await startCommand(
			t,
			"node_modules/.bin/oss-emulator",
			`--data ${join(work, "used")}`,
		);
		const [endpoint = "", adminUrl = ""] =
			emulator.ready.match(/http:\S+?:\d+/g) ?? [];
		const oss = new Client(endpoint, KEY);
		t.after(() => oss.close());
		const application = await startApplicationServer(t);
		const used = {
			...{ oss, adminUrl, application },
			applicationUrl: application.url,
		};
		await uploadWithCallback(used);
		await runEveryCommand(
			(args) =>
				succeed(`npx oss-emulator ${args}`, {
					cwd: user,
					env: { OSS_EMULATOR_ADMIN: adminUrl },
				}),
			join(work, "used"),
		);
		await openEveryPage(t, open, adminUrl);
		await callEveryRoute(used);
		assert.equal(await emulator.stop("SIGTERM"), 0);
	});

	test("can be imported and required", async () => {
		const use = `startEmulator({ memory: true }).then(async (emulator) => {
			console.log(emulator.endpoint);
			await emulator.close();
		});`;
		const imported = `import { startEmulator } from "oss-emulator";\n${use}`;
		const required = `const { startEmulator } = require("oss-emulator");\n${use}`;
		await writeFile(join(user, "use.mjs"), imported);
		await writeFile(join(user, "use.cjs"), required);
		for (const file of ["use.mjs", "use.cjs"]) {
			const printed = await succeed(`node ${file}`, { cwd: user });
			assert.match(printed, /^http:\/\/127\.0\.0\.1:\d+\n$/, file);
		}
	});

	test("starts in the process of a test, as the README shows", async () => {
		const file = fileOf(readBlocks(readPage("README.md")), "photos.test.mjs");
		await writeFile(join(user, "photos.test.mjs"), file);
		await symlink(
			join(root, "node_modules/ali-oss"),
			join(user, "node_modules/ali-oss"),
		);
		const printed = await succeed("node --test photos.test.mjs", { cwd: user });
		assert.match(printed, /pass 1\b/);
	});

	test("includes types, which work with and without those of Node.js", async () => {
		await writeFile(join(user, "typed.mts"), TYPED);
		const tsc = join(root, "node_modules/.bin/tsc");
		const flags = "--noEmit --strict --module nodenext --target es2023";
		await succeed(`${tsc} --ignoreConfig ${flags} --types '' typed.mts`, {
			cwd: user,
		});
		await succeed(
			`${tsc} --ignoreConfig ${flags} --typeRoots ${root}/node_modules/@types --types node typed.mts`,
			{ cwd: user },
		);
	});

	for (const runner of ["vitest", "jest"]) {
		test(`serves the example with ${runner}`, async () => {
			const cwd = join(work, runner);
			await cp(join(root, "examples", runner), cwd, { recursive: true });
			await succeed(`npm install ${tarball}`, { cwd });
			await succeed("npm test", { cwd });
		});
	}
});

const TYPED = `
import {
	AdminApiError,
	type Callback,
	connectEmulator,
	type EmulatorControl,
	type FaultRule,
	type Seed,
	startEmulator,
	type StartedEmulator,
} from "oss-emulator";

const emulator: StartedEmulator = await startEmulator({ memory: true, port: 0 });
const endpoint: string = emulator.endpoint;
// @ts-expect-error: a port is a number
await startEmulator({ port: endpoint });
// @ts-expect-error: no such property
emulator.colour;
const seed: Seed = {
	buckets: [{ name: "docs", cors: [{ AllowedOrigin: ["*"] }], objects: [{ key: "a", text: "b" }] }],
};
const rule: FaultRule = { operation: "PutObject", after: 1, do: { status: 503, code: "SlowDown" } };
// @ts-expect-error: no such fault of callbacks
const wrong: FaultRule = { operation: "callback", do: { callback: "meow" } };
// @ts-expect-error: an error and a cut are mutually exclusive
const both: FaultRule = { operation: "*", do: { status: 503, direction: "request" } };
async function use(control: EmulatorControl): Promise<string> {
	await control.reset();
	const { uid } = await control.createAccount({ name: "a test" });
	const { written } = await control.seed(seed, { account: uid });
	const count: number = written;
	await control.snapshot("base");
	await control.restore("base");
	const { id, struck } = await control.fault(rule);
	await control.createBucket("photos", { acl: "public-read", owner: uid });
	await control.put("photos", "a", new Uint8Array(count + struck), { metadata: { by: id } });
	const { body, text } = await control.get("photos", "a");
	const bytes: Uint8Array = body;
	const { aheadSeconds } = await control.clock.advance(60, { scope: "expiry" });
	const callback: Callback = await control.waitForCallback({ key: "a", timeoutMs: aheadSeconds });
	const request = await control.waitForRequest({ status: "4xx", since: new Date() });
	return callback.body + request.code + text + bytes.length;
}
await use(emulator);
const other = await connectEmulator({ adminUrl: emulator.adminUrl }).catch((error) => {
	if (error instanceof AdminApiError) console.log(error.code);
	throw error;
});
await use(other);
// @ts-expect-error: a misspelt option
await startEmulator({ memroy: true });
await startEmulator({ auth: "off", cors: "dev", strict: true, seed, logLevel: "silent", accounts: [] });
await emulator.close();
`;

suite("The start of the command", { concurrency: 1 }, () => {
	test("stores compiled code next to Node's, and replaces it when it is damaged", async (t) => {
		const cache = join(work, "compiled");
		const startAndStop = async (): Promise<void> => {
			const command = `env NODE_COMPILE_CACHE=${cache} node_modules/.bin/oss-emulator`;
			const emulator = await startCommand(t, command);
			await putAndGet(emulator);
			assert.equal(await emulator.stop("SIGTERM"), 0);
		};
		await startAndStop();
		const files = await readdir(cache, { recursive: true });
		const stored = files.filter((name) => name.includes("oss-emulator-"));
		assert.equal(stored.length, 1, String(stored));
		const file = join(cache, stored[0] ?? "");
		const code = await readFile(file);
		await startAndStop();
		assert.ok(code.equals(await readFile(file)), "unchanged");

		await writeFile(file, code.subarray(0, 100_000));
		await startAndStop();
		assert.ok((await readFile(file)).length > 100_000, "whole again");
	});

	test("does not load what the first requests do not need", async (t) => {
		await writeFile(
			join(user, "loaded.cjs"),
			`process.once("exit", () => {
	process.stdout.write(Object.keys(require.cache).join("\\n"));
});`,
		);
		const emulator = await startCommand(
			t,
			"node --require ./loaded.cjs node_modules/oss-emulator/dist/launch.cjs",
		);
		await putAndGet(emulator);
		assert.equal(await emulator.stop("SIGTERM"), 0);
		const loaded = emulator.lines.join("\n");
		assert.match(loaded, /node_modules\/fastify\//);
		assert.doesNotMatch(loaded, /node_modules\/(ajv|undici|sharp)\//);
	});
});

suite("Of Node.js", { concurrency: 1 }, () => {
	test("22.19 is supported", async (t) => {
		const node = await installNode("22.19");
		const emulator = await startCommand(
			t,
			`${node} node_modules/oss-emulator/dist/launch.cjs`,
		);
		await putAndGet(emulator);
		assert.equal(await emulator.stop("SIGTERM"), 0);
	});

	test("20 prints the required version in one line", async () => {
		const node = await installNode("20");
		const { code, stdout, stderr } = await run(
			`${node} node_modules/oss-emulator/dist/launch.cjs`,
			{ cwd: user },
		);
		assert.deepEqual([code, stdout], [2, ""]);
		assert.match(stderr, NEEDED);
	});

	test("20 gets the same message from startEmulator()", async () => {
		const node = await installNode("20");
		await writeFile(
			join(user, "old.mjs"),
			`import { startEmulator } from "oss-emulator";
await startEmulator().catch(({ message }) => console.log(message));`,
		);
		const printed = await succeed(`${node} old.mjs`, { cwd: user });
		assert.match(`oss-emulator: ${printed}`, NEEDED);
	});

	test("20 gets the same message in a clone without development dependencies", async () => {
		const cwd = join(work, "clone");
		await mkdir(cwd);
		for (const name of [
			"emulator",
			"package.json",
			"package-lock.json",
			".npmrc",
		])
			await cp(join(root, name), join(cwd, name), { recursive: true });
		const path = `${dirname(await installNode("20"))}:${process.env.PATH}`;
		await succeed("npm ci --omit=dev", { cwd, env: { PATH: path } });
		const { code, stderr } = await run("npm start", {
			cwd,
			env: { PATH: path },
		});
		assert.equal(code, 2);
		assert.match(stderr, NEEDED);
	});
});

const NEEDED =
	/^oss-emulator: Node\.js 22\.19 or newer is needed, this is 20\.\d+\.\d+: .+$/m;

/** @returns the path of that version of Node.js, installed from the npm registry */
async function installNode(version: string): Promise<string> {
	const name = `node-${process.platform}-${process.arch}`;
	const folder = join(work, `node-${version}`);
	const node = join(folder, "node_modules", name, "bin/node");
	if ((await readdir(work)).includes(`node-${version}`)) return node;
	await makeFolder(`node-${version}`);
	await succeed(`npm install --no-save ${name}@${version}`, { cwd: folder });
	return node;
}

const startCommand = (
	t: TestContext,
	command: string,
	place = `--data ${join(work, "data")}`,
): Promise<Background> =>
	startInBackground(t, `${command} --port 0 --admin-port 0 ${place}`, /ready/, {
		cwd: user,
	});

/** Stores and reads an object, and checks that the admin port reports no problem. */
async function putAndGet({ ready }: Background): Promise<void> {
	const [endpoint = "", adminUrl = ""] = ready.match(/http:\S+?:\d+/g) ?? [];
	const oss = new Client(endpoint, KEY);
	await oss.put("/photos");
	const put = await oss.put("/photos/cat.txt", "meow");
	const got = await oss.get("/photos/cat.txt");
	oss.close();
	assert.deepEqual([put.status, got.status, got.text], [200, 200, "meow"]);
	const health = await fetch(`${adminUrl}/health`);
	assert.equal(health.status, 200);
}
