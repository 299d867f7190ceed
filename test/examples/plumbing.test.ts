/**
 * Counts the lines of set-up code that users must write in each example suite, and compares them with the table in
 * examples/README.md.
 *
 * It counts the lines between the imports and the first test, and the lines of the configuration that mention the
 * helper, but not blank lines, comments, and lines that only open or close the test class. For a suite without the
 * helper it also counts the files of `without-helper/`, which run.ts runs instead of the helper.
 */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { suite, test } from "node:test";

const LINES_MAX = 10;

type Part = {
	readonly file: string;
	/** Match the first counted line, and the first line after the counted lines. Default: the whole file. */
	readonly from?: RegExp;
	readonly until?: RegExp;
};

const pytestSuite: Part = {
	file: "examples/pytest/test_photos.py",
	from: /^@pytest.fixture/,
	until: /^def test_/,
};
const junitSuite: Part = {
	file: "examples/junit/src/test/java/photos/PhotosTest.java",
	from: /^@ExtendWith/,
	until: /^ {2}@Test/,
};

const SUITES: Readonly<Record<string, readonly Part[]>> = {
	pytest: [{ file: "examples/pytest/conftest.py" }, pytestSuite],
	junit: [junitSuite],
	"go-test": [
		{
			file: "examples/go-test/photos_test.go",
			from: /^func TestMain/,
			until: /^func TestA/,
		},
	],
	vitest: [
		{
			file: "examples/vitest/photos.test.mjs",
			from: /^const test = /,
			until: /^test\(/,
		},
	],
	jest: [
		{
			file: "examples/jest/package.json",
			from: /"globalSetup"/,
			until: /^\t\}/,
		},
		{
			file: "examples/jest/photos.test.js",
			from: /^const account/,
			until: /^test\(/,
		},
	],
	"testcontainers/node": [
		{
			file: "examples/testcontainers/node/photos.test.ts",
			from: /^const emulator/,
			until: /^test\(/,
		},
	],
	"testcontainers/java": [
		{
			file: "examples/testcontainers/java/src/test/java/photos/PhotosTest.java",
			from: /^@Testcontainers/,
			until: /^ {2}@Test/,
		},
	],
};

const WITHOUT_HELPER: Readonly<Record<string, readonly Part[]>> = {
	pytest: [
		{
			file: "test/examples/without-helper/pytest/conftest.py",
			from: /^def call/,
		},
		pytestSuite,
	],
	junit: [
		{
			file: "test/examples/without-helper/junit/WithOss.java",
			from: /^abstract class/,
		},
		{ ...junitSuite, from: /@AutoClose/ },
	],
};

const root = new URL("../../", import.meta.url);
const UNCOUNTED = /^\s*(?:$|\/\/|#|(?:abstract )?class \w+ \{$|\}$(?![\s\S]))/;

async function count(parts: readonly Part[]): Promise<number> {
	let lines = 0;
	for (const { file, from, until } of parts) {
		const all = (await readFile(new URL(file, root), "utf8")).split("\n");
		const first = from ? all.findIndex((line) => from.test(line)) : 0;
		assert.ok(first >= 0, `${file} has no line ${from}`);
		const rest = all.slice(first);
		const length = until
			? rest.findIndex((line) => until.test(line))
			: rest.length;
		assert.ok(length > 0, `${file} has no line ${until}`);
		lines += rest
			.slice(0, length)
			.filter((line) => !UNCOUNTED.test(line)).length;
	}
	return lines;
}

suite("The set-up code of the example suite", () => {
	for (const [folder, parts] of Object.entries(SUITES))
		test(`examples/${folder} has at most ${LINES_MAX} lines, and the number in the table`, async () => {
			const lines = await count(parts);
			const without = WITHOUT_HELPER[folder];
			const before = without ? String(await count(without)) : "";

			assert.ok(lines <= LINES_MAX, `${lines} lines`);
			const page = await readFile(new URL("examples/README.md", root), "utf8");
			const [row = ""] =
				new RegExp(`^\\|[^|]*\\(${folder}/README.md\\).*$`, "m").exec(page) ??
				[];
			const cells = row.split("|").map((cell) => cell.trim());
			assert.deepEqual(cells.slice(3, 5), [before, String(lines)], row);
		});
});
