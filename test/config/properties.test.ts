import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { readConfig } from "../../emulator/config/config.ts";
import { toArguments } from "../../emulator/config/options.ts";
import { settings, variableOf } from "../../emulator/config/settings.ts";
import { StartError } from "../../emulator/oss/start-error.ts";
import { fc, forAll, orRefused, text, textOf } from "../properties.ts";

const names = Object.keys(settings) as (keyof typeof settings)[];
const value = fc.oneof(
	text(8),
	textOf(["1", "0", ",", ":", "a", "-", "strict", "off", "http://", "."], 5),
	fc.nat(70_000).map(String),
);

suite("For any flags", () => {
	test("the flags and their environment variables have the same result", () =>
		forAll([fc.constantFrom(...names), value], async (name, one) => {
			const { kind } = settings[name];
			if (kind === "flag" || one === "" || one.startsWith("-")) return;
			const byFlag = await orRefused(
				() => readConfig([`--${name}=${one}`], {}, {}),
				StartError,
			);
			const byVariable = await orRefused(
				() => readConfig([], { [variableOf(name)]: one }, {}),
				StartError,
			);
			assert.deepEqual(byFlag, byVariable);
		}));

	test("an error is one line", () =>
		forAll(
			[
				fc.array(
					fc.oneof(
						fc.constantFrom(...names).map((name) => `--${name}`),
						value,
					),
					{ maxLength: 6 },
				),
			],
			(args) => {
				try {
					readConfig(args, {}, {});
				} catch (error) {
					assert.ok(error instanceof StartError, String(error));
					if (!args.some((arg) => arg.includes("\n")))
						assert.doesNotMatch(error.message, /\n/);
				}
			},
		));

	test("the options of startEmulator become arguments, or a StartError", () =>
		forAll(
			[
				fc.dictionary(
					fc.constantFrom(
						"port",
						"memory",
						"data",
						"region",
						"accounts",
						"flags",
						"domain",
						"x",
					),
					fc.oneof(
						value,
						fc.nat(),
						fc.boolean(),
						fc.array(value, { maxLength: 2 }),
					),
				),
			],
			async (options) => {
				const args = await orRefused(() => toArguments(options), StartError);
				if (args) await orRefused(() => readConfig(args, {}, {}), StartError);
			},
		));

	test("ports are numbers from 0 to 65535, separated by commas", () =>
		forAll(
			[
				fc.array(fc.integer({ min: 1, max: 65_535 }), {
					minLength: 1,
					maxLength: 3,
				}),
				fc.integer({ min: 65_536, max: 1e9 }),
			],
			(ports, wrong) => {
				const unique = [...new Set(ports)];
				assert.deepEqual(
					readConfig(["--port", unique.join(",")], {}, {}).ports,
					unique,
				);
				assert.throws(
					() => readConfig(["--port", `${wrong}`], {}, {}),
					StartError,
				);
			},
		));
});
