import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { suite, test } from "node:test";

const FILES = ["index.ts", "client/types.ts", "client/connect.ts"];

/** An editor shows the members of these types while an option or a method is typed. */
const TYPES = ["EmulatorOptions", "ConnectOptions", "EmulatorControl", "Clock"];

const DESIGNED = [
	...["reset", "createAccount", "seed", "snapshot", "restore", "fault"],
	...["waitForCallback", "callbacks", "waitForRequest", "clock"],
	...["createBucket", "put", "get", "close"],
];

/** @returns the members of a type, each with whether a comment precedes it */
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

	test("describe each option and method where it is declared", async () => {
		for (const [type, members] of await read()) {
			assert.ok(members.size >= 3, type);
			const silent = [...members].filter(([, described]) => !described);
			assert.deepEqual(silent, [], type);
		}
	});

	test("have every method that the design names", async () => {
		const members = (await read()).get("EmulatorControl");
		for (const name of DESIGNED) assert.ok(members?.has(name), name);
	});
});
