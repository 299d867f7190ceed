import assert from "node:assert/strict";
import { existsSync, globSync } from "node:fs";
import { suite, test } from "node:test";
import { readSeed } from "../../emulator/admin/seed/read-seed.ts";
import { readRam } from "../../emulator/auth/ram-document.ts";
import { startEmulator } from "../emulator.ts";
import { generate, PAGES, readPage, urlOf } from "./generate.ts";

suite("The pages of the documentation", () => {
	for (const [path, parts] of Object.entries(PAGES)) {
		test(`are up to date: npm run readme (${path})`, () => {
			const page = readPage(path);
			assert.ok(page === generate(page, parts), "stale: npm run readme");
		});

		test(`must have their markers (${path})`, () => {
			for (const name of Object.keys(parts))
				for (const marker of [`<!-- ${name} -->`, `<!-- /${name} -->`]) {
					const page = readPage(path).replace(marker, "");
					assert.throws(() => generate(page, parts), /markers/);
				}
		});
	}

	test("are reported as stale when a flag or an operation is missing", () => {
		for (const [path, fact] of [
			["emulator/config/README.md", "| `--memory` |"],
			["emulator/operations/README.md", "PutObject, "],
		] as const) {
			const stale = readPage(path).replace(fact, "");
			assert.ok(stale !== readPage(path), fact);
			assert.ok(stale !== generate(stale, PAGES[path] ?? {}), fact);
		}
	});

	const pages = globSync(
		[
			"*.md",
			".github/*.md",
			"emulator/**/*.md",
			"examples/**/*.md",
			"test/**/*.md",
		],
		{ exclude: (path) => path.includes("node_modules") },
	);

	for (const path of pages)
		test(`link only to files that exist (${path})`, () => {
			const links = [...readPage(path).matchAll(/\]\((?!https?:|#)([^)#]+)/g)];
			for (const [, file = ""] of links)
				assert.ok(existsSync(new URL(file, urlOf(path))), file);
		});

	test("mention only existing routes of the admin API", async (t) => {
		const { adminUrl } = await startEmulator(t);
		const answer = await fetch(`${adminUrl}/api/openapi.json`);
		const { paths }: { paths: Record<string, Record<string, object>> } =
			JSON.parse(await answer.text());

		const routes = pages.flatMap((path) => [
			...readPage(path).matchAll(/`([A-Z]+) (\/api\/[a-zA-Z/-]+)/g),
		]);
		for (const [, method = "", path = ""] of routes) {
			const place = path.replaceAll(/\b[A-Z]+\b/g, "{}");
			const known = Object.entries(paths).find(
				([template]) => template.replaceAll(/\{\w+\}/g, "{}") === place,
			);
			assert.ok(known && method.toLowerCase() in known[1], `${method} ${path}`);
		}
		assert.ok(routes.length > 5);
	});

	const steering = readPage("emulator/admin/README.md");

	test("show a valid file for --ram", () => {
		const [, json = ""] = /^```json\n(.*?)^```$/ms.exec(steering) ?? [];
		const { users, roles } = readRam(json, "1");
		assert.deepEqual([users.length, roles.length], [1, 1]);
	});

	test("show a valid file for --seed", async () => {
		const [, json = ""] =
			/^```json\n(\{\n {2}"buckets".*?)^```$/ms.exec(steering) ?? [];
		const resolveFile = (path: string): string => path;
		const given = { account: "1", resolveFile };
		const seed = await readSeed(JSON.parse(json), given);
		const [bucket] = seed.buckets;
		assert.deepEqual(
			bucket?.objects.map(({ content }) => content),
			[{ bytes: Buffer.from("meow") }, { file: "pictures/cat.jpg" }],
		);
		assert.equal(seed.faults.length, 1);
	});
});
