import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite, test } from "node:test";
import { OPTION_NAMES, toArguments } from "../../emulator/config/options.ts";
import { settings } from "../../emulator/config/settings.ts";
import { startEmulator } from "../../emulator/index.ts";
import { nodeMistake } from "../../emulator/node-version.js";

suite("An option of startEmulator() corresponds to a flag:", () => {
	const cases: readonly (readonly [object, readonly string[]])[] = [
		[{}, ["--port=0", "--admin-port=0", "--memory"]],
		[
			{ port: 7000, adminPort: 7001, memory: true },
			["--port=7000", "--admin-port=7001", "--memory"],
		],
		[
			{ port: [7000, 80], data: "-x" },
			["--admin-port=0", "--port=7000", "--port=80", "--data=-x"],
		],
		[{ memory: false }, ["--port=0", "--admin-port=0"]],
		[
			{ flags: ["--port", "1", "--data=a"] },
			["--admin-port=0", "--port", "1", "--data=a"],
		],
		[
			{
				port: 1,
				adminPort: 2,
				memory: true,
				strictExcept: ["a", "b"],
				callbackKeyBits: 512,
				noFiles: true,
				cors: undefined,
			},
			[
				"--port=1",
				"--admin-port=2",
				"--memory",
				"--strict-except=a",
				"--strict-except=b",
				"--callback-key-bits=512",
				"--no-files",
			],
		],
		[
			{
				port: 1,
				adminPort: 2,
				memory: true,
				accounts: [
					{ accessKeyId: "a", accessKeySecret: "b" },
					{ accessKeyId: "c", accessKeySecret: "d", uid: "7" },
				],
			},
			[
				"--port=1",
				"--admin-port=2",
				"--memory",
				"--access-key=a:b",
				"--access-key=c:d:7",
			],
		],
	];
	for (const [options, expected] of cases)
		test(JSON.stringify(options), () =>
			assert.deepEqual(toArguments({ ...options }), expected),
		);

	test("every setting has an option", () => {
		const camel = (name: string): string =>
			name.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
		const own = Object.keys(settings)
			.filter((name) => name !== "access-key" && name !== "ready")
			.map(camel);
		assert.deepEqual(
			[...OPTION_NAMES].sort(),
			[...own, "accounts", "flags"].sort(),
		);
	});
});

suite("An option of startEmulator() is refused with one line:", () => {
	const cases: readonly (readonly [string, object, RegExp])[] = [
		[
			"misspelt",
			{ memroy: true },
			/^startEmulator has no option memroy: did you mean memory\?$/,
		],
		[
			"unknown",
			{ color: "red" },
			/^startEmulator has no option color: (did you mean cors|the options are port, )/,
		],
		[
			"a value of the wrong type",
			{ memory: "yes" },
			/^memory must be true or false, not yes$/,
		],
		["an object for text", { region: {} }, /^region must be text or a number/],
		[
			"an invalid port",
			{ port: 70_000 },
			/^--port must be a port, 0 to 65535, not 70000$/,
		],
		[
			"an invalid choice",
			{ auth: "of" },
			/^--auth must be one of strict, off, not of$/,
		],
		[
			"data and memory",
			{ memory: true, data: "a" },
			/^--data and --memory are mutually exclusive/,
		],
		[
			"given twice",
			{ cors: "dev", flags: ["--cors", "off"] },
			/^--cors is given as an option and in flags/,
		],
		[
			"flags that are not a list",
			{ flags: "--auth off" },
			/^flags must be a list of texts/,
		],
		[
			"accounts without a secret",
			{ accounts: [{ accessKeyId: "a" }] },
			/^accounts must be a list of \{ accessKeyId, /,
		],
		["no accounts", { accounts: [] }, /^accounts must be a list/],
		["an unknown flag", { flags: ["--meow"] }, /^unknown flag --meow/],
	];
	for (const [what, options, message] of cases)
		test(what, async () => {
			await assert.rejects(startEmulator({ ...options }), { message });
		});

	test("each option with an invalid value, or with a missing letter", async () => {
		for (const name of OPTION_NAMES) {
			const flag = name.replaceAll(/[A-Z]/g, (c) => `-${c.toLowerCase()}`);
			await assert.rejects(
				startEmulator(Object.fromEntries([[name, [{}]]])),
				new RegExp(`^\\w+: (--${flag}|${name}|AdminApiError)\\b.*$`),
				name,
			);
			const misspelt = name.slice(0, -1);
			if (OPTION_NAMES.includes(misspelt)) continue;
			await assert.rejects(
				startEmulator(Object.fromEntries([[misspelt, 1]])),
				new RegExp(
					`^\\w+: startEmulator has no option ${misspelt}: did you mean \\w+\\?$`,
				),
			);
		}
	});

	test("options that are not an object", async () => {
		for (const options of [null, 7, "memory", ["memory"]])
			await assert.rejects(
				Reflect.apply(startEmulator, undefined, [options]),
				/^\w+: startEmulator takes an object of options: /,
			);
	});

	test("an invalid seed, without open handles", async (t) => {
		const folder = await mkdtemp(join(tmpdir(), "in-process-"));
		t.after(() => rm(folder, { recursive: true }));

		await assert.rejects(
			startEmulator({ logLevel: "silent", seed: { buckets: [{ name: "A" }] } }),
			/^AdminApiError: buckets\[0\]: InvalidBucketName/,
		);
		await assert.rejects(
			startEmulator({ data: join(folder, "data"), seed: join(folder, "none") }),
			/--seed .*none: cannot be read \(ENOENT\)/,
		);

		assert.ok(!existsSync(join(folder, "data")));
	});
});

suite("startEmulator()", () => {
	test("applies a seed before it resolves", async () => {
		await using emulator = await startEmulator({
			logLevel: "silent",
			accounts: [{ accessKeyId: "a", accessKeySecret: "b", uid: "7" }],
			seed: {
				buckets: [{ name: "docs", objects: [{ key: "a", text: "meow" }] }],
			},
		});

		assert.equal((await emulator.get("docs", "a")).text, "meow");
		assert.equal(emulator.accessKeyId, "a");
		assert.equal(emulator.accessKeySecret, "b");
	});

	test("can be closed twice, and its methods then reject with «closed»", async () => {
		const emulator = await startEmulator({ logLevel: "silent" });
		await emulator.reset();
		await emulator.close();
		await emulator.close();

		await assert.rejects(emulator.reset(), /the emulator has been closed/);
	});

	test("leaves no port, timer or listener open, in 20 runs", async () => {
		const count = (): Map<string, number> => {
			const counts = new Map<string, number>();
			for (const name of process.getActiveResourcesInfo())
				counts.set(name, (counts.get(name) ?? 0) + 1);
			for (const name of process.eventNames())
				counts.set(`on ${String(name)}`, process.listenerCount(name));
			return counts;
		};
		const before = count();
		const excess = (): string[] =>
			[...count()]
				.filter(([name, there]) => there > (before.get(name) ?? 0))
				.map(([name, there]) => `${there} ${name}`);

		const all = await Promise.all(
			Array.from({ length: 20 }, async (_, index) => {
				const emulator = await startEmulator({ logLevel: "silent" });
				await emulator.createBucket("photos");
				await emulator.put("photos", "a", `${index}`);
				const answer = await fetch(`${emulator.adminUrl}/api/buckets`);
				await answer.text();
				return emulator;
			}),
		);
		const texts = await Promise.all(
			all.map(async (emulator) => (await emulator.get("photos", "a")).text),
		);
		await Promise.all(all.map((emulator) => emulator.close()));

		assert.deepEqual(
			texts,
			all.map((_, index) => String(index)),
		);
		// Closed handles disappear a few turns of the event loop later.
		for (let turn = 0; turn < 1000 && excess().length > 0; turn++)
			await new Promise((resolve) => setImmediate(resolve));
		assert.deepEqual(excess(), []);
	});
});

test("An older Node.js prints a message with the required version", () => {
	for (const version of ["18.20.0", "20.19.0", "22.18.9"])
		assert.match(nodeMistake(version), /^Node\.js 22\.19 or newer is needed/);
	for (const version of ["22.19.0", "24.0.0", "26.1.0"])
		assert.equal(nodeMistake(version), "");
});
