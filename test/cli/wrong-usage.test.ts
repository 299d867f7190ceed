/**
 * Tests wrong usage of every command, derived from the manual: a misspelt flag, a flag without its value, a flag of
 * another command, too many arguments. Each is refused before a request is sent: no emulator is running.
 */
import assert from "node:assert/strict";
import { suite, type TestContext, test } from "node:test";
import {
	COMMAND_NAMES,
	flagsOf,
	isRunnable,
	type RunnableName,
	usageOf,
} from "../../emulator/cli/manual.ts";
import { run } from "../../emulator/cli/run.ts";
import { main } from "../../emulator/main.ts";

const UNREACHABLE = { OSS_EMULATOR_ADMIN: "http://127.0.0.1:1" };
const commands = COMMAND_NAMES.filter(isRunnable);

/** @returns the exit code and standard error */
async function output(
	t: TestContext,
	act: () => Promise<number | undefined>,
): Promise<string> {
	const { mock } = t.mock.method(process.stderr, "write", () => true);
	try {
		const code = await act();
		const texts = mock.calls.map((call) => String(call.arguments[0]));
		return `${code} ${texts.join("")}`;
	} finally {
		mock.restore();
	}
}

const runCommand = (
	t: TestContext,
	name: RunnableName,
	args: readonly string[],
): Promise<string> => output(t, () => run(name, args, UNREACHABLE, "0"));

suite("Every command exits with 2, and one line mentions", () => {
	const expectation = (what: string, name: RunnableName): string =>
		`2 oss-emulator: ${what}: oss-emulator ${usageOf(name)}\n`;

	test("a misspelt flag and the intended one", async (t) => {
		for (const name of commands)
			for (const flag of flagsOf(name)) {
				const wrong = `${flag.slice(0, -1)}${flag.at(-1) === "x" ? "y" : "x"}`;
				const what = `unknown flag --${wrong}, did you mean --${flag}?`;
				assert.equal(
					await runCommand(t, name, [`--${wrong}`]),
					expectation(what, name),
				);
			}
	});

	test("an unknown flag", async (t) => {
		for (const name of commands)
			assert.equal(
				await runCommand(t, name, ["--moonshine"]),
				expectation("unknown flag --moonshine", name),
			);
	});

	test("a flag of another command", async (t) => {
		const all = new Set(commands.flatMap(flagsOf));
		for (const name of commands) {
			const other = [...all].find((flag) => !flagsOf(name).includes(flag));
			assert.match(
				await runCommand(t, name, [`--${other}=1`, `--${other}`, "1"]),
				/^2 oss-emulator: --.* (does not apply to this command|takes no value): .*\n$/,
			);
		}
	});

	test("a flag without its value", async (t) => {
		for (const name of commands)
			for (const [, flag = ""] of usageOf(name).matchAll(/(--[a-z-]+) [A-Z]/g))
				assert.equal(
					await runCommand(t, name, [flag]),
					expectation(`${flag} needs a value`, name),
				);
	});

	test("the accepted arguments, if there are too many", async (t) => {
		for (const name of commands) {
			const text = await runCommand(t, name, Array(6).fill("a/b"));
			const [line = "", ...more] = text.split("\n");
			assert.match(line, /^2 oss-emulator: .+: oss-emulator /);
			assert.ok(line.endsWith(usageOf(name)), text);
			assert.deepEqual(more, [""]);
		}
	});
});

suite("The emulator command exits with 2, and one line reports", () => {
	const cases: readonly (readonly [string, RegExp])[] = [
		["--prot 0", /unknown flag --prot: did you mean --port\?/],
		["--prot=0", /unknown flag --prot=0: did you mean --port\?/],
		["--moonshine", /unknown flag --moonshine: see oss-emulator --help/],
		["--port", /--port needs a value/],
		["--memory=yes", /--memory takes no value/],
		["snapshto", /there is no command snapshto: did you mean snapshot\?/],
		["help snapshto", /there is no command snapshto: did you mean snapshot\?/],
		["version now", /version takes no arguments/],
		["fault clear all", /clear takes no arguments: oss-emulator fault /],
	];
	for (const [line, message] of cases)
		test(`oss-emulator ${line}`, async (t) => {
			const text = await output(t, () => main(line.split(" "), "0"));
			assert.match(text, /^2 oss-emulator: [^\n]+\n$/);
			assert.match(text, message);
		});
});
