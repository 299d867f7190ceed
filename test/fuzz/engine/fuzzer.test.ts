import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { suite, test } from "node:test";
import { readXml } from "../../../emulator/xml/read.ts";
import { type Finding, Fuzzer } from "./fuzzer.ts";
import { targetNames, urlOf } from "./run.ts";
import { reading, type Target } from "./target.ts";

const watch = { starts: () => {}, found: () => {}, added: () => {} };

/** The words in the files that the planted target runs. */
const LITERALS = /(?:MalformedXML|apos|quot|ErrorDetail|hex|__proto__|utf8)/;

suite("The fuzzer", () => {
	test("finds an input that throws, by the texts with which the reader compares its input, and minimizes it", async () => {
		const found: Finding[] = [];
		const planted: Target = {
			about: "a planted fault",
			seeds: ["<a>b</a>"],
			run: async (input) => {
				await reading(input, () => readXml(input, "a"));
				if (LITERALS.test(String(input))) throw new Error("planted");
			},
		};
		const fuzzer = new Fuzzer(planted, 7, {
			...watch,
			found: (finding) => found.push(finding),
		});
		for (let seconds = 0; found.length === 0 && seconds < 50; seconds++)
			await fuzzer.run(0.1, []);
		assert.match(String(found[0]?.input), new RegExp(`^${LITERALS.source}$`));
		assert.match(found[0]?.what ?? "", /^Error: planted/);
	});

	test("accepts the names of its targets, and exits with 2 for unknown names", () => {
		const file = join(import.meta.dirname, "run.ts");
		const { status, stderr } = spawnSync(process.execPath, [file, "xlm"]);
		assert.equal(status, 2);
		assert.match(String(stderr), /^fuzz: xlm is not one of .*xml/);
	});
});

suite("A target of the fuzzer", () => {
	for (const name of targetNames())
		test(`accepts its seeds: ${name}`, async () => {
			const { default: target }: { default: Target } = await import(
				urlOf(name)
			);
			const end = await target.start?.();
			for (const seed of target.seeds) await target.run(Buffer.from(seed));
			await end?.();
		});
});
