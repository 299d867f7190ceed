import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { suite, test } from "node:test";
import { startEmulator } from "../emulator.ts";
import { generate, README, readReadme } from "./generate.ts";

suite("README.md", () => {
	const readme = readReadme();

	test("lists the flags and the operations as they are: npm run readme", () => {
		assert.ok(readme === generate(readme), "stale: npm run readme");
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
			const known = paths[path.replace("ID", "{id}")] ?? {};
			assert.ok(method.toLowerCase() in known, `${method} ${path}`);
		}
		assert.ok(asked.length > 5);
	});
});
