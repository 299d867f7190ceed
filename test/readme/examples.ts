/**
 * `npm run test:readme`: runs the first uploads of README.md and of examples/first-upload, exactly as printed, in an
 * empty folder with a new emulator. It is not part of `npm test` because it installs the SDKs from their registries.
 *
 * An example whose toolchain is missing is skipped; if the environment variable CI is set, it fails.
 */
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite, test } from "node:test";
import { stripVTControlCharacters } from "node:util";
import { startEmulator } from "../../emulator/index.ts";
import { findFreePort } from "../free-port.ts";
import { has, succeed } from "../run.ts";
import { commandsOf, fileOf, readBlocks } from "./blocks.ts";
import { readPage } from "./generate.ts";

const blocks = readBlocks(
	`${readPage("README.md")}\n${readPage("examples/first-upload/README.md")}`,
);

type Example = {
	readonly needs: string;
	/** File names of the example in the README. */
	readonly files: readonly string[];
	/** A text that occurs in the block of commands. */
	readonly commands: string;
	/** Commands that run first. */
	readonly before?: string;
};

const venv = "python3 -m venv venv; source venv/bin/activate;";

const examples: Readonly<Record<string, Example>> = {
	"Node.js with ali-oss": {
		needs: "npm",
		files: ["server.mjs", "upload.mjs"],
		commands: "node upload.mjs",
	},
	"Python with oss2": {
		needs: "python3",
		files: ["server.py", "upload.py"],
		commands: "python upload.py",
		before: venv,
	},
	"Python with alibabacloud-oss-v2": {
		needs: "python3",
		files: ["server.py", "upload_v2.py"],
		commands: "python upload_v2.py",
		before: venv,
	},
	"Java with aliyun-sdk-oss": {
		needs: "mvn",
		files: ["pom.xml", "Upload.java"],
		commands: "mvn ",
	},
	"Go with aliyun-oss-go-sdk": {
		needs: "go",
		files: ["server.go", "upload.go"],
		commands: "go run",
	},
	"Go with alibabacloud-oss-go-sdk-v2": {
		needs: "go",
		files: ["server.go", "upload_v2.go"],
		commands: "go run",
	},
};

/** Matches the documented output of the example. */
const promiseWith = (text: string): string => {
	const [found] = blocks.filter(
		(block) => block.language === "text" && block.text.includes(text),
	);
	assert.ok(found, text);
	return found.text;
};
const promised = promiseWith('{"saved":"hello.txt"');

suite("A first upload", { concurrency: 1 }, () => {
	for (const [name, example] of Object.entries(examples)) {
		test(`in ${name} prints the documented output`, async (t) => {
			if (!process.env.CI && !(await has(example.needs)))
				return t.skip(`skipped: no ${example.needs}`);
			const emulator = await startEmulator(); // with the default settings, including a generated key
			t.after(() => emulator.close());
			const { host } = new URL(emulator.endpoint);
			const folder = await mkdtemp(join(tmpdir(), "oss-emulator-readme-"));
			t.after(() => rm(folder, { recursive: true }));
			for (const file of example.files) {
				const text = fileOf(blocks, file).replaceAll("127.0.0.1:6770", host);
				await writeFile(join(folder, file), text);
			}

			const commands = commandsOf(blocks, example.commands);
			const printed = await succeed(`${example.before ?? ""}${commands}`, {
				cwd: folder,
			});

			const [last = ""] = stripVTControlCharacters(printed)
				.trim()
				.split("\n")
				.slice(-1);
			assert.deepEqual(JSON.parse(last), JSON.parse(promised));
		});
	}

	test("of README.md prints the documented output", async (t) => {
		const emulator = await startEmulator();
		t.after(() => emulator.close());
		const { host } = new URL(emulator.endpoint);
		const port = String(await findFreePort());
		const folder = await mkdtemp(join(tmpdir(), "oss-emulator-readme-"));
		t.after(() => rm(folder, { recursive: true }));
		const text = fileOf(blocks, "first.mjs")
			.replaceAll("127.0.0.1:6770", host)
			.replaceAll("8000", port);
		await writeFile(join(folder, "first.mjs"), text);
		const printed = await succeed(commandsOf(blocks, "node first.mjs"), {
			cwd: folder,
		});
		assert.ok(
			stripVTControlCharacters(printed).endsWith(
				promiseWith("Callback from OSS:"),
			),
			printed,
		);
	});
});
