import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { suite, test } from "node:test";
import { readSeed } from "../../emulator/admin/seed/read-seed.ts";
import { readRam } from "../../emulator/auth/ram-document.ts";
import { startEmulator } from "../emulator.ts";
import { generate, README, readReadme, S3_PAGE, S3_PARTS } from "./generate.ts";

suite("README.md", () => {
	const readme = readReadme();

	test("lists the flags and the operations as they are: npm run readme", () => {
		assert.ok(readme === generate(readme), "stale: npm run readme");
	});

	test("has beside it the settings that cure S3's clients, as they are", () => {
		const page = readFileSync(S3_PAGE, "utf8");
		assert.ok(page === generate(page, S3_PARTS), "stale: npm run readme");
	});

	test("is found stale when a flag or an operation is not in it", () => {
		for (const fact of ["| `--memory` |", "PutObject, "]) {
			const stale = readme.replace(fact, "");
			assert.ok(stale !== readme, fact);
			assert.ok(stale !== generate(stale), fact);
		}
	});

	test("needs its markers", () => {
		for (const marker of ["<!-- flags -->", "<!-- /operations -->"])
			assert.throws(() => generate(readme.replace(marker, "")), /markers/);
	});

	test("links to nothing that is not there", () => {
		const links = [...readme.matchAll(/\]\((?!https?:|#)([^)#]+)/g)];
		for (const [, file = ""] of links)
			assert.doesNotThrow(() => readFileSync(new URL(file, README)), file);
		assert.ok(links.length > 0);
	});

	test("asks the admin API for nothing that is not there", async (t) => {
		const { adminUrl } = await startEmulator(t);
		const answer = await fetch(`${adminUrl}/api/openapi.json`);
		const { paths }: { paths: Record<string, Record<string, object>> } =
			JSON.parse(await answer.text());

		const asked = [...readme.matchAll(/`([A-Z]+) (\/api\/[a-zA-Z/-]+)/g)];
		for (const [, method = "", path = ""] of asked) {
			const place = path.replaceAll(/\b[A-Z]+\b/g, "{}");
			const known = Object.entries(paths).find(
				([template]) => template.replaceAll(/\{\w+\}/g, "{}") === place,
			);
			assert.ok(known && method.toLowerCase() in known[1], `${method} ${path}`);
		}
		assert.ok(asked.length > 5);
	});

	test("has a file for --ram that is one", () => {
		const [, json = ""] = /^```json\n(.*?)^```$/ms.exec(readme) ?? [];
		const { users, roles } = readRam(json, "1");
		assert.deepEqual([users.length, roles.length], [1, 1]);
	});

	test("has a file for --seed that is one", () => {
		const [, json = ""] =
			/^```json\n(\{\n {2}"buckets".*?)^```$/ms.exec(readme) ?? [];
		const resolveFile = (path: string): string => path;
		const seed = readSeed(JSON.parse(json), { account: "1", resolveFile });
		const [bucket] = seed.buckets;
		assert.deepEqual(
			bucket?.objects.map(({ content }) => content),
			[{ bytes: Buffer.from("meow") }, { file: "pictures/cat.jpg" }],
		);
		assert.equal(seed.faults.length, 1);
	});
});
