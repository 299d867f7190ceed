import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, posix, win32 } from "node:path";
import { suite, test } from "node:test";
import {
	nameNextToFolder,
	plainName,
	plainNames,
} from "../../emulator/storage/plain-files/plain-names.ts";
import { dice } from "./stores.ts";

const LONG = "k".repeat(1023);
const AWKWARD = [
	...'ab./%~ 0\0\n\u007f\u0085\\:*?"<>|é猫',
	"\u{1F600}",
	"..",
	"//",
	"con",
	"%2E",
	"%object",
	"%~",
	LONG,
];

suite("A key as a file", () => {
	for (const [key, expected] of [
		["photo.jpg", "photo.jpg"],
		["a/b c/猫.jpg", "a/b c/猫.jpg"],
		[".hidden", ".hidden"],
		["a..b", "a..b"],
		[".", "%2E"],
		["..", ".%2E"],
		["../../etc/passwd", ".%2E/.%2E/etc/passwd"],
		["...", "..%2E"],
		["a.", "a%2E"],
		["a ", "a%20"],
		["a/", "a/%"],
		["a//b", "a/%/b"],
		["/a", "%/a"],
		["100%", "100%25"],
		["a%2Fb", "a%252Fb"],
		["a\0\n\u007f", "a%00%0A%7F"],
		["\u0085", "%C2%85"],
		['\\ : * ? " < > |', "%5C %3A %2A %3F %22 %3C %3E %7C"],
		["C:\\x", "C%3A%5Cx"],
		["con", "%63on"],
		["NUL.txt", "%4EUL.txt"],
		["lpt1 .x", "%6Cpt1 .x"],
		["com¹", "%63om¹"],
		["console", "console"],
		["comx", "comx"],
	] as const) {
		test(`${JSON.stringify(key)} is ${expected}`, () => {
			assert.equal(plainNames(key).join("/"), expected);
		});
	}

	test("is truncated between characters and ends with a digest if it is too long", () => {
		for (const text of [
			"k".repeat(241),
			"猫".repeat(341),
			"\u{1F600}".repeat(255),
			"\n".repeat(1023),
			`a${"\n".repeat(1022)}`,
		]) {
			const name = plainName(text);

			assert.match(name, /^(?:[^%]|%[0-9A-F]{2})+%~[0-9a-f]{16}$/u);
			assert.equal(name, name.toWellFormed());
			const bytes = Buffer.byteLength(name);
			assert.ok(bytes <= 240 && bytes >= 236, `${bytes}`);
		}
		assert.equal(plainName("k".repeat(240)), "k".repeat(240));
		assert.notEqual(plainName(`${LONG}a`), plainName(`${LONG}b`));
	});

	test("is unique for every key, even next to a folder", () => {
		const roll = dice(5);
		const keys = new Map<string, string>();
		for (let i = 0; i < 20_000; i++) {
			const key = randomKey(roll);
			const path = plainNames(key).join("/");
			for (const [name, what] of [
				[path, key],
				[nameNextToFolder(path), `${key}, beside`],
			] as const) {
				assert.equal(keys.get(name) ?? what, what);
				keys.set(name, what);
			}
		}
	});

	test("is a valid name on every system, below its folder", () => {
		const roll = dice(6);
		for (let i = 0; i < 20_000; i++) {
			for (const name of plainNames(randomKey(roll))) {
				assert.ok(Buffer.byteLength(nameNextToFolder(name)) <= 255);
				// biome-ignore lint/suspicious/noControlCharactersInRegex: the pattern searches for them
				assert.doesNotMatch(name, /[\0-\x1f"*:<>?\\|/]|[. ]$|^$/);
				for (const path of [posix, win32]) {
					const file = path.join("/data", name);
					assert.equal(path.dirname(file), path.normalize("/data"));
					assert.equal(path.basename(file), name);
				}
			}
		}
	});

	test("can be created", (t) => {
		const folder = mkdtempSync(join(tmpdir(), "oss-emulator-"));
		t.after(() => rmSync(folder, { recursive: true }));
		const roll = dice(7);
		for (let i = 0; i < 200; i++) {
			const names = plainNames(randomKey(roll));
			const name = names.pop() ?? assert.fail();
			const below = join(folder, String(i), ...names);
			mkdirSync(below, { recursive: true });
			writeFileSync(join(below, nameNextToFolder(name)), "");
		}
	});
});

const randomKey = (roll: (below: number) => number): string =>
	Array.from({ length: 1 + roll(4) }, () => AWKWARD[roll(AWKWARD.length)]).join(
		"",
	);
