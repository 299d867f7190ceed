import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { suite, test } from "node:test";
import { OPTION_NAMES } from "../../emulator/config/options.ts";

const FILES = ["index.ts", "client/types.ts", "client/connect.ts"];

/** Types whose members are shown by an editor's completion. */
const TYPES = ["EmulatorOptions", "ConnectOptions", "EmulatorControl", "Clock"];

const DESIGNED = [
	...["reset", "createAccount", "seed", "snapshot", "restore", "fault"],
	...["waitForCallback", "callbacks", "waitForRequest", "clock"],
	...["createBucket", "put", "get", "close"],
];

/** @returns the members of a type; the value is whether a comment precedes the member */
function membersOf(source: string, type: string): Map<string, boolean> {
	const [, body = ""] =
		new RegExp(`^export type ${type} = \\{\\n(.*?)^\\}`, "ms").exec(source) ??
		[];
	const lines = body.split("\n");
	const members = new Map<string, boolean>();
	for (const [at, line] of lines.entries()) {
		const [, name] = /^\t(?:readonly )?(\w+)\??[:(]/.exec(line) ?? [];
		if (name) members.set(name, lines[at - 1]?.trim().endsWith("*/") ?? false);
	}
	return members;
}

suite("The published types", () => {
	const read = async (): Promise<Map<string, Map<string, boolean>>> => {
		const texts = await Promise.all(
			FILES.map((file) =>
				readFile(new URL(`../../emulator/${file}`, import.meta.url), "utf8"),
			),
		);
		const source = texts.join("\n");
		return new Map(TYPES.map((type) => [type, membersOf(source, type)]));
	};

	test("have a comment for each option and method", async () => {
		for (const [type, members] of await read()) {
			assert.ok(members.size >= 3, type);
			const undocumented = [...members].filter(([, described]) => !described);
			assert.deepEqual(undocumented, [], type);
		}
	});

	test("have every option of startEmulator()", async () => {
		const members = (await read()).get("EmulatorOptions");
		assert.deepEqual([...(members ?? [])].map(([name]) => name).sort(), [
			...OPTION_NAMES.toSorted(),
		]);
	});

	test("have every method of the design", async () => {
		const members = (await read()).get("EmulatorControl");
		for (const name of DESIGNED) assert.ok(members?.has(name), name);
	});
});
