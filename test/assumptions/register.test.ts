import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { suite, test } from "node:test";
import { PAGE, readRegister } from "./generate.ts";
import { assumptionsOf, sentenceOf, writeRegister } from "./register.ts";

const PROBES_MIN = 110;

suite("The register of assumptions", async () => {
	const register = await readRegister();
	const page = readFileSync(PAGE, "utf8");
	const ids = assumptionsOf(register);
	const probes = register.probeFiles.flatMap((file) => file.probes);

	test("is current: npm run readme", () => {
		assert.ok(page === writeRegister(register), "stale: npm run readme");
	});

	test("has a row for each assumption, in order, with a sentence, a source and a test", () => {
		const rows = [...page.matchAll(/^\| (A-\d+) \| (.+) \|$/gm)];
		assert.deepEqual(
			rows.map(([, id]) => id),
			ids,
		);
		for (const [row] of rows) {
			const cells = row.split(/(?<!\\) \| /);
			assert.equal(cells.length, 5, row);
			for (const cell of cells) assert.match(cell, /\w/, row);
		}
	});

	test("links to files that exist", () => {
		for (const [, target = ""] of page.matchAll(/\]\(([^)]+)\)/g))
			assert.ok(existsSync(new URL(target, PAGE)), target);
	});

	test(`has at least ${PROBES_MIN} probes, each for an existing assumption`, () => {
		assert.ok(probes.length >= PROBES_MIN, `${probes.length}`);
		const probed = probes.map(({ id }) => id);
		assert.equal(
			new Set(probed).size,
			probed.length,
			"one probe for each assumption",
		);
		assert.deepEqual(
			probed.filter((id) => !ids.includes(id)),
			[],
		);
	});

	test("gives the reason for a missing probe only where the probe is missing", () => {
		const probed = new Set(probes.map(({ id }) => id));
		const needless = Object.keys(register.unprobed).filter(
			(id) => probed.has(id) || !ids.includes(id),
		);
		assert.deepEqual(needless, []);
	});

	test("takes the sentence of a new assumption from its comment", () => {
		// Written like this, the number is not found as the number of a tested assumption.
		const [id, other] = [`A-${999}`, `A-${998}`];
		const of = (comment: string): string =>
			sentenceOf([{ path: "a.ts", text: `${comment}\nconst a = 1;` }], id);
		assert.equal(
			of(`/** Docs say so. A name has\n * 5 letters (${id}). Not more. */`),
			"A name has 5 letters.",
		);
		assert.equal(of(`\t// One line (${other}, ${id}).`), "One line.");
		assert.equal(
			of(`// Two\n// lines (${id}: a guess).`),
			"Two lines (a guess).",
		);
	});
});
