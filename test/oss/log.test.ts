import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { LOG_LEVELS, makeLog } from "../../emulator/oss/log.ts";

suite("The log", () => {
	for (const [level, expected] of [
		["silent", []],
		["error", ["error"]],
		["warn", ["error", "warn"]],
		["info", ["error", "warn", "info"]],
		["debug", ["error", "warn", "info", "debug"]],
	] as const) {
		test(`at level ${level} includes ${expected.length} of four levels`, () => {
			const lines: string[] = [];
			const log = makeLog(level, (line) => lines.push(line));

			for (const own of LOG_LEVELS) if (own !== "silent") log[own]("meow");

			assert.deepEqual(
				lines,
				expected.map((own) => `${own}: meow\n`),
			);
		});
	}

	test("has one line per event, even if a key contains line breaks", () => {
		const lines: string[] = [];

		makeLog("info", (line) => lines.push(line)).info(
			"a\r\nerror: forged\u2028\u001b[31m\u0085猫",
		);

		assert.deepEqual(lines, [
			"info: a\\r\\nerror: forged\\u2028\\u001b[31m\\u0085猫\n",
		]);
	});

	test("can be JSON: one object per line, with the fields of the event", () => {
		const lines: string[] = [];
		const log = makeLog("info", (line) => lines.push(line), "json");

		log.info("a\nb", { status: 200 });

		const [line = ""] = lines;
		const { time, ...rest } = JSON.parse(line);
		assert.ok(line.endsWith("}\n") && line.indexOf("\n") === line.length - 1);
		assert.equal(new Date(time).toISOString(), time);
		assert.deepEqual(rest, { level: "info", message: "a\nb", status: 200 });
	});

	test("reports which levels are enabled", () => {
		const log = makeLog("warn", () => {});

		assert.deepEqual([log.has("warn"), log.has("info")], [true, false]);
	});
});
