import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { suite, type TestContext, test } from "node:test";
import { StartError } from "../../emulator/oss/start-error.ts";
import { textsOf } from "../client.ts";
import { startEmulator } from "../emulator.ts";

async function makeFiles(
	t: TestContext,
	files: Readonly<Record<string, string>>,
): Promise<string> {
	const folder = await mkdtemp(join(tmpdir(), "seeds-"));
	t.after(() => rm(folder, { recursive: true }));
	for (const [name, text] of Object.entries(files)) {
		await mkdir(dirname(join(folder, name)), { recursive: true });
		await writeFile(join(folder, name), text);
	}
	return folder;
}

suite("--seed", () => {
	test("creates buckets from a folder's sub-folders, and objects from their files", async (t) => {
		const folder = await makeFiles(t, {
			"docs/index.html": "<p>hi",
			"docs/a b/猫.txt": "meow",
			"empty/.gitkeep": "",
			".hidden": "",
		});

		const { oss } = await startEmulator(t, "--seed", folder);

		assert.deepEqual(textsOf(await oss.get("/"), "Name"), ["docs", "empty"]);
		const page = await oss.get("/docs/index.html");
		assert.equal(page.text, "<p>hi");
		assert.equal(page.headers["content-type"], "text/html");
		assert.equal((await oss.get("/docs/a%20b/%E7%8C%AB.txt")).text, "meow");
		assert.deepEqual(textsOf(await oss.get("/empty"), "Key"), []);
	});

	test("accepts JSON files with content files next to them, and several seeds of both kinds", async (t) => {
		const folder = await makeFiles(t, {
			"seed.json": JSON.stringify({
				buckets: [
					{ name: "one", objects: [{ key: "a", file: "content.txt" }] },
				],
			}),
			"content.txt": "meow",
			"more/two/b": "",
		});

		const { oss } = await startEmulator(
			...([t, "--seed", `${folder}/seed.json,${folder}/more`] as const),
		);

		assert.deepEqual(textsOf(await oss.get("/"), "Name"), ["one", "two"]);
		assert.equal((await oss.get("/one/a")).text, "meow");
	});

	test("has no effect if it is repeated", async (t) => {
		const folder = await makeFiles(t, { "docs/a": "meow" });
		const data = join(folder, "..", `${folder}-data`);
		t.after(() => rm(data, { recursive: true, force: true }));
		const flags = ["--seed", folder, "--no-files"];
		const start = async (): Promise<string> => {
			const { startEmulator: open } = await import("../../emulator/index.ts");
			await using emulator = await open({ data, flags });
			const { adminUrl } = emulator;
			const answer = await fetch(`${adminUrl}/api/buckets/docs/objects`);
			return answer.text();
		};

		const first = await start();

		assert.equal(await start(), first);
	});

	const mistakes: readonly (readonly [string, string, RegExp])[] = [
		["does not exist", "", /cannot be read \(ENOENT\)$/],
		["is not JSON", "{", /is not JSON: /],
		["is invalid", '{"buckets":[{}]}', /buckets\[0\]\.name: must be text$/],
		[
			"has content that OSS would refuse",
			'{"buckets":[{"name":"docs","cors":"<a/>"}]}',
			/buckets\[0\]\.cors: MalformedXML: /,
		],
	];
	for (const [what, text, message] of mistakes)
		test(`from a file that ${what} is refused with one line, and the data folder is not created`, async (t) => {
			const folder = await makeFiles(t, text ? { "seed.json": text } : {});
			const data = join(folder, "data");
			const { startEmulator: open } = await import("../../emulator/index.ts");
			const flags = ["--seed", join(folder, "seed.json")];

			await assert.rejects(open({ data, flags }), (error) => {
				assert.ok(error instanceof StartError);
				assert.match(error.message, /^--seed .*seed\.json: /);
				assert.match(error.message, message);
				return true;
			});

			assert.ok(!existsSync(data));
		});

	test("from a folder with a file outside of a bucket is refused", async (t) => {
		const folder = await makeFiles(t, { "docs/a": "", "b.txt": "" });

		await assert.rejects(
			startEmulator(t, "--seed", folder),
			/--seed .*: b\.txt is not in a bucket: move it into a sub-folder$/,
		);
	});

	test("and --upstream are mutually exclusive", async (t) => {
		await assert.rejects(
			startEmulator(
				...([t, "--seed", "a", "--upstream", "http://127.0.0.1"] as const),
			),
			/^StartError: --seed and --upstream are mutually exclusive|--seed and/,
		);
	});
});
