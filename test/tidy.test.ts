import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { suite, test } from "node:test";

/**
 * Files of one row can import files of their own folder and of the rows below, but not of other folders in the same
 * row.
 */
const LAYERS = [
	["launch", "load-main", "index"],
	["main"],
	["start"],
	["config"],
	["admin", "cli", "client"],
	["server"],
	["records", "gateway"],
	["operations"],
	["emulator"],
	["diagnosis", "faults", "s3", "upstream"],
	["auth", "callback", "image", "select-sql", "storage", "sts", "xml"],
	["oss", "version", "node-version"],
];
const FUNCTION_LINES_MAX = 60;
const COLUMNS_MAX = 120;

type File = { readonly path: string; readonly text: string };

const read = (pattern: string): File[] =>
	globSync(pattern)
		.sort()
		.map((path) => ({ path, text: readFileSync(path, "utf8") }));

const files = [
	...read("emulator/**/*.ts"),
	...read("emulator/*.js"),
	...read("emulator/admin/console/*.js"),
];
const tests = read("test/**/*.test.ts");

/** The name of the folder or file directly in `emulator/`. */
const placeOf = (path: string): string =>
	path.split("/")[1]?.replace(/\.(ts|js)$/, "") ?? "";

const depthOf = (path: string): number =>
	LAYERS.findIndex((row) => row.includes(placeOf(path)));

const importsOf = ({ path, text }: File): string[] =>
	Array.from(
		text.matchAll(/\b(?:from|import)\s*\(?\s*"(\.[^"]+)"/g),
		([, to = ""]) => normalize(join(dirname(path), to)),
	);

const upwards = (file: File): string[] =>
	importsOf(file)
		.filter((to) => placeOf(to) !== placeOf(file.path))
		.filter((to) => depthOf(to) <= depthOf(file.path))
		.map((to) => `${file.path} -> ${to}`);

/** @returns each import cycle once, as `a -> b -> a`, beginning with its first file */
function cycles(some: readonly File[]): string[] {
	const byPath = new Map(some.map((file) => [file.path, file]));
	const done = new Set<string>();
	const found: string[] = [];
	const visit = (path: string, above: readonly string[]): void => {
		const start = above.indexOf(path);
		if (start >= 0) found.push([...above.slice(start), path].join(" -> "));
		const file = byPath.get(path);
		if (start >= 0 || done.has(path) || !file) return;
		for (const to of importsOf(file)) visit(to, [...above, path]);
		done.add(path);
	};
	for (const { path } of some) visit(path, []);
	return found;
}

/** The files that are loaded with `path`: imports of types are erased, and `import()` loads only when it runs. */
function loadedWith(path: string, seen = new Set<string>()): string[] {
	const text = files.find((file) => file.path === path)?.text ?? "";
	seen.add(path);
	const imported = text.matchAll(
		/^(?:import|export)(?! type\b)(?:[^;"]*?\bfrom)?\s*"(\.[^"]+)"/gm,
	);
	for (const [, to = ""] of imported) {
		const next = normalize(join(dirname(path), to));
		if (!seen.has(next)) loadedWith(next, seen);
	}
	return [...seen];
}

const IMPURE = new RegExp(
	[
		'from "(?:fastify|undici|better-sqlite3)"',
		'from "node:(?:fs|https?|net|tls|dns|worker_threads|child_process|timers)\\b',
		"\\bDate\\.now\\b|new Date\\(\\)|performance\\.now",
		"Math\\.random|\\brandom(?:UUID|Bytes|Int)\\b",
		"\\bset(?:Timeout|Interval|Immediate)\\b",
		"\\bprocess\\.",
	].join("|"),
);

/** Imports of types, and functions of `node:net` that only read strings. */
const HARMLESS =
	/^import type [^;]*;|^import \{\s*(?:(?:isIP(?:v[46])?|BlockList|SocketAddress),?\s*)+\} from "node:net";/gm;

const withoutHarmless = (text: string): string => text.replaceAll(HARMLESS, "");

const isImpure = ({ text }: File): boolean =>
	/^ \* Pure/m.test(firstComment(text)) && IMPURE.test(withoutHarmless(text));

const firstComment = (text: string): string =>
	/^(?:#!.*\n)?(\/\*\*[\s\S]*?\*\/)/.exec(text)?.[1] ?? "";

/** The beginning of a function or method in Biome's format. */
const OPENINGS = [
	/^\t*(?:export (?:default )?)?(?:async )?function\b/,
	/^\t+(?:static |private |async |get |set )*\*?[\w#]+(?:<.*>)?\((?:.*\{)?$/,
	/=> \{$/,
	/^\t*(?:export )?const \w+ = (?:async )?(?:<.*>)?\($/,
];
const STATEMENT =
	/^\t*(?:\} )?(?:if|else|for|while|switch|catch|try|do|return|await|throw|yield)\b.*[^>] \{$/;

const indentOf = (line: string): number => /^\t*/.exec(line)?.[0].length ?? 0;

/** Counts by indentation: a function ends with the next line of the same depth, if that line is a closing brace. */
function functionLines(lines: readonly string[], start: number): number {
	const first = lines[start] ?? "";
	if (STATEMENT.test(first)) return 0;
	if (!OPENINGS.some((opening) => opening.test(first))) return 0;
	const indent = indentOf(first);
	for (let i = start + 1; i < lines.length; i++) {
		const line = lines[i] ?? "";
		const isInside = line === "" || indentOf(line) > indent;
		// The last line of a multi-line signature has the same depth as its first line.
		if (isInside || /^\t*\).*\{$/.test(line)) continue;
		const closes = indentOf(line) === indent && line[indent] === "}";
		return closes ? i - start + 1 : 0;
	}
	return 0;
}

const longFunctions = ({ path, text }: File): string[] => {
	const lines = text.split("\n");
	return lines.flatMap((_, start) => {
		const length = functionLines(lines, start);
		return length > FUNCTION_LINES_MAX
			? [`${path}:${start + 1}: ${length} lines`]
			: [];
	});
};

const TEXTS =
	/"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`(?:\\.|[^`\\])*`|\/(?:\\.|[^/\\ ])+\/[a-z]*/g;

/** String literals in code are not counted, because they cannot be wrapped. A tab is two columns, as in Biome. */
function longLines({ path, text }: File): string[] {
	return text.split("\n").flatMap((line, i) => {
		if (isRowOfTable(path, line)) return [];
		const isComment = /^\s*(?:\*|\/\*|\/\/)/.test(line);
		const counted = isComment ? line : line.replaceAll(TEXTS, "");
		const columns = counted.replaceAll("\t", "  ").length;
		return columns > COLUMNS_MAX
			? [`${path}:${i + 1}: ${columns} columns`]
			: [];
	});
}

/** The operation table has one operation on each line, of any length. */
const isRowOfTable = (path: string, line: string): boolean =>
	path === "emulator/operations/table.ts" && /^ {2}\w+\( *"/.test(line);

const assumptionsIn = (some: readonly File[]): string[] =>
	[
		...new Set(some.flatMap(({ text }) => text.match(/\bA-\d{2,3}\b/g) ?? [])),
	].sort();

const commentsOf = (text: string): string =>
	(text.match(/\/\*[\s\S]*?\*\/|(?<=\s|^)\/\/.*/g) ?? []).join("\n");

const missingMentions = ({ path, text }: File): string[] =>
	(commentsOf(text).match(/[\w./-]*\w\.ts\b/g) ?? [])
		.filter(
			(name) =>
				![join(dirname(path), name), join("emulator", name), name].some(
					(file) => existsSync(file),
				),
		)
		.map((name) => `${path}: ${name}`);

/** Bundlers do not follow `createRequire`: the loaded package would be missing in an installed emulator. */
const makesRequire = ({ path, text }: File): boolean =>
	path !== "emulator/load-main.js" && // its bundle is a file of this package
	/\bcreateRequire\b/.test(text);

/** `require("oss-emulator")` cannot load a module with top-level await; only launch.js may use it. */
const waitsAtTop = ({ path, text }: File): boolean =>
	path !== "emulator/launch.js" &&
	/^(?:\S.*)?\bawait\b/m.test(withoutComments(text));

const withoutComments = (text: string): string =>
	text.replaceAll(/\/\*[\s\S]*?\*\//g, "");

const opensSilently = ({ text }: File): boolean => firstComment(text) === "";

suite("The source", () => {
	test("has a layer for every folder and file", () => {
		const strangers = files.filter(({ path }) => depthOf(path) < 0);
		assert.deepEqual(
			strangers.map(({ path }) => path),
			[],
		);
	});

	test("imports downwards only", () => {
		assert.deepEqual(files.flatMap(upwards), []);
	});

	test("has no cycle of imports, including imports of types", () => {
		assert.deepEqual(cycles(files), []);
	});

	test("starts without the operations, which commands do not need, and which are loaded while the key is generated", () => {
		const loaded = loadedWith("emulator/main.ts");
		assert.ok(loaded.includes("emulator/config/config.ts"));
		assert.deepEqual(
			loaded.filter((path) => /^emulator\/(operations|server)\//.test(path)),
			[],
		);
	});

	test("has no clocks, randomness or I/O in files that are declared «Pure»", () => {
		assert.deepEqual(
			files.filter(isImpure).map(({ path }) => path),
			[],
		);
	});

	test(`has no function over ${FUNCTION_LINES_MAX} lines`, () => {
		assert.deepEqual(files.flatMap(longFunctions), []);
	});

	test(`has no line over ${COLUMNS_MAX} columns`, () => {
		assert.deepEqual(files.flatMap(longLines), []);
	});

	test("mentions the same assumptions about OSS (A-nn) as the tests", () => {
		const [made, pinned] = [files, tests.filter(isNotThis)].map(assumptionsIn);
		const unpinned = made?.filter((one) => !pinned?.includes(one));
		const unmade = pinned?.filter((one) => !made?.includes(one));
		assert.deepEqual({ unpinned, unmade }, { unpinned: [], unmade: [] });
	});

	test("mentions only files that exist", () => {
		assert.deepEqual(
			[...files, ...tests.filter(isNotThis)].flatMap(missingMentions),
			[],
		);
	});

	test("loads packages by import only", () => {
		assert.deepEqual(
			files.filter(makesRequire).map(({ path }) => path),
			[],
		);
	});

	test("can be loaded by require, because no module has a top-level await", () => {
		assert.deepEqual(
			files.filter(waitsAtTop).map(({ path }) => path),
			[],
		);
	});

	test("has a page on its architecture that mentions only files that exist", () => {
		const page = readFileSync("emulator/README.md", "utf8");
		const names = page.match(/(?<=`)[\w./-]+\/[\w-]+\.(?:ts|js)(?=`)/g) ?? [];
		assert.ok(names.length > 15);
		assert.deepEqual(
			names.filter(
				(name) =>
					![name, join("emulator", name)].some((file) => existsSync(file)),
			),
			[],
		);
	});

	test("has a comment about the purpose at the beginning of every file", () => {
		assert.deepEqual(
			files.filter(opensSilently).map(({ path }) => path),
			[],
		);
	});
});

function isNotThis({ path }: File): boolean {
	return path !== "test/tidy.test.ts";
}

suite("The check of", () => {
	const at = (path: string, text: string): File => ({ path, text });

	test("imports reports an import of a higher layer, and one of the same layer", () => {
		const from = (path: string, to: string): string[] =>
			upwards(at(path, `import { a } from "${to}";`));
		assert.deepEqual(from("emulator/oss/a.ts", "../server/b.ts"), [
			"emulator/oss/a.ts -> emulator/server/b.ts",
		]);
		assert.equal(from("emulator/auth/a.ts", "../storage/b.ts").length, 1);
		assert.equal(from("emulator/auth/a.ts", "../emulator.ts").length, 1);
		assert.equal(from("emulator/emulator.ts", "./start.ts").length, 1);
		assert.equal(from("emulator/auth/a.ts", "./b.ts").length, 0);
		assert.equal(from("emulator/auth/policy/a.ts", "../b.ts").length, 0);
		assert.equal(from("emulator/server/a.ts", "../oss/b.ts").length, 0);
		const lines = [
			'export * from "../server/b.ts";',
			'import type {\n\tA,\n} from "../server/b.ts";',
			'await import("../server/b.ts")',
			'import "../server/b.ts";',
		];
		for (const line of lines)
			assert.equal(upwards(at("emulator/oss/a.ts", line)).length, 1, line);
	});

	test("cycles reports each cycle once, whatever its length", () => {
		const importing = (path: string, to: string): File =>
			at(path, `import type { A } from "${to}";`);
		const ring = [
			importing("emulator/oss/a.ts", "./b.ts"),
			importing("emulator/oss/b.ts", "./c.ts"),
			importing("emulator/oss/c.ts", "./a.ts"),
			importing("emulator/oss/d.ts", "./a.ts"),
		];
		assert.deepEqual(cycles(ring), [
			"emulator/oss/a.ts -> emulator/oss/b.ts -> emulator/oss/c.ts -> emulator/oss/a.ts",
		]);
		assert.deepEqual(cycles(ring.slice(1)), []);
	});

	test("purity reports clocks, randomness and I/O, in files that are declared «Pure»", () => {
		const pure = (text: string): boolean =>
			!isImpure(
				at("a.ts", `/**\n * A file.\n *\n * Pure. Source: x.\n */\n${text}`),
			);
		for (const text of [
			"Date.now()",
			"new Date()",
			"Math.random()",
			"randomBytes(8)",
			'import { readFileSync } from "node:fs";',
			'import { readFile } from "node:fs/promises";',
			'import {\n\tisIP,\n\tconnect,\n} from "node:net";',
			"setTimeout(a, 1)",
			"process.env.A",
		]) {
			assert.ok(!pure(text), text);
			assert.ok(!isImpure(at("a.ts", `/** A file. */\n${text}`)), text);
		}
		for (const text of [
			"new Date(text)",
			'import type { Server } from "node:http";',
			'import { isIP } from "node:net";',
			'import { createHash } from "node:crypto";',
		])
			assert.ok(pure(text), text);
	});

	test("functions counts from the first line to the last, in every form", () => {
		const forms = [
			["function a(): void {", "}"],
			["export async function* a(\n\tb: string,\n): Promise<void> {", "}"],
			["const a = (b: string): void => {", "};"],
			["export const a = async (\n\tb: string,\n): Promise<void> => {", "};"],
			["class A {\n\tasync #b(c: string): Promise<void> {", "\t}\n}"],
			["class A {\n\tb(\n\t\tc: string,\n\t): void {", "\t}\n}"],
			["class A {\n\tconstructor(b: string) {", "\t}\n}"],
			["a.on(\n\tasync () => {", "\t},\n);"],
		] as const;
		for (const [open, close] of forms) {
			const inClass = open.startsWith("class") || open.startsWith("a.on");
			const own = open.split("\n").length + 1 - (inClass ? 1 : 0);
			const body = (lines: number): string =>
				Array(lines - own)
					.fill(`\t${inClass ? "\t" : ""}b();`)
					.join("\n");
			const of = (lines: number): string[] =>
				longFunctions(at("a.ts", `${open}\n${body(lines)}\n${close}\n`));
			assert.equal(of(FUNCTION_LINES_MAX).length, 0, open);
			assert.equal(of(FUNCTION_LINES_MAX + 1).length, 1, open);
		}
	});

	test("functions does not limit tables and classes", () => {
		const long = Array(100).fill("\ta: 1,").join("\n");
		assert.deepEqual(longFunctions(at("a.ts", `const a = {\n${long}\n};`)), []);
		assert.deepEqual(longFunctions(at("a.ts", `class A {\n${long}\n}`)), []);
	});

	test("lines counts columns, except in texts", () => {
		const of = (line: string): number => longLines(at("a.ts", line)).length;
		assert.equal(of("x".repeat(COLUMNS_MAX)), 0);
		assert.equal(of("x".repeat(COLUMNS_MAX + 1)), 1);
		assert.equal(of(`\t${"x".repeat(COLUMNS_MAX - 1)}`), 1);
		assert.equal(of(`a = "${"x".repeat(COLUMNS_MAX)}";`), 0);
		assert.equal(of(` * ${"x".repeat(COLUMNS_MAX)}`), 1);
	});

	test("assumptions finds them in comments and titles", () => {
		const found = assumptionsIn([
			at("a.ts", "/** A guess (A-90), (A-901: why). */ // A-91, UTF-8, A-9"),
			at("b.ts", 'test("it is so (A-90)")'),
		]);
		assert.deepEqual(found, ["A-90", "A-901", "A-91"]);
	});

	test("mentions resolves the paths in comments relative to the file and to the root", () => {
		const of = (comment: string): string[] =>
			missingMentions(at("emulator/server/a.ts", `${comment}\nb.c.ts`));
		assert.deepEqual(of("/** See handle.ts. */"), []);
		assert.deepEqual(of("/** See `oss/range.ts`, test/client.ts. */"), []);
		assert.deepEqual(of("a(); // see meow.ts"), [
			"emulator/server/a.ts: meow.ts",
		]);
		assert.deepEqual(of("/**\n * See meow.ts.\n */").length, 1);
	});

	test("openings requires a comment at the beginning", () => {
		assert.ok(opensSilently(at("a.ts", 'import "a";\n/** A. */')));
		assert.ok(opensSilently(at("a.ts", "// A.\n")));
		assert.ok(!opensSilently(at("a.ts", "/** A. */\n")));
		assert.ok(
			!opensSilently(at("a.js", "#!/usr/bin/env node\n/**\n * A.\n */")),
		);
	});
});
