// biome-ignore-all lint/suspicious/noTemplateCurlyInString: callback variables look like template literals
import assert from "node:assert/strict";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { suite, test } from "node:test";
import { setImmediate } from "node:timers/promises";
import {
	quotedIn,
	readTemplate,
	TEMPLATE_VARIABLES_MAX,
} from "../../emulator/callback/template.ts";
import { startWithBucket } from "../emulator.ts";
import { base64Json, errorOf } from "./request-callback.ts";

const LEFT = "Left brace must be adjacent to dollar sign.";
const RIGHT = "Right brace is missing.";

suite("The template of a callback body", () => {
	test("is split into constants and the names between them", () => {
		assert.deepEqual(readTemplate("a=${object}&${x:b}"), {
			text: "a=${object}&${x:b}",
			constants: ["a=", "&", ""],
			names: ["object", "x:b"],
		});
	});

	// biome-ignore format: a table
	const malformed = [
    ["$",              LEFT],
    ["a$b",            LEFT],
    ["$(object)",      LEFT],
    ["$${object}",     LEFT],
    ["${object",       RIGHT],
    ["${a}${b",        RIGHT],
    ["${",             RIGHT],
    ["${a}$",          LEFT],
    ["${object and $", LEFT],
  ] as const;
	for (const [text, message] of malformed)
		test(`is refused if it is ${text}: ${message}`, async () => {
			assert.deepEqual(await errorOf(() => readTemplate(text)), {
				...{ code: "InvalidArgument", status: 400, message },
				...{ ec: "0007-00000105", name: "ReplaceKeyPrefix", value: text },
			});
		});

	test("has a limited number of variables (A-885)", async () => {
		const text = "${a}".repeat(TEMPLATE_VARIABLES_MAX);
		readTemplate(text);

		const error = await errorOf(() => readTemplate(`${text}\${a}`));

		assert.equal(error?.ec, "0007-00000010");
		assert.equal(error?.message, "The callback body is invalid.");
	});

	test("finds the variables between unescaped quotation marks", () => {
		const names = (text: string): string[] => quotedIn(readTemplate(text));

		assert.deepEqual(names('{"a":"${a}","b":${b}}'), ["a"]);
		assert.deepEqual(names('{"\\"${a}":${b}}'), ["a"]);
		assert.deepEqual(names('{"\\\\":${a}}'), []);
		assert.deepEqual(names('"${a}${a} ${b}"'), ["a", "b"]);
	});
});

/** A text that counts how often it is searched, which measures the work independently of the machine. */
class CountedText extends String {
	searched = 0;

	override indexOf(text: string, from = 0): number {
		const found = super.indexOf(text, from);
		this.searched += (found < 0 ? this.length : found) - from + 1;
		return found;
	}
}

suite("Reading a template examines each character a fixed number of times", () => {
	// biome-ignore format: a table
	const hostile = [
    ["variables without end", "${".repeat(500_000)],
    ["variables",             `\${${"a".repeat(9)}}`.repeat(80_000)],
    ["nested variables",      `${"${a".repeat(9_000)}}`],
    ["one long name",         `\${${"a$".repeat(400_000)}}`],
  ] as const;
	for (const [what, given] of hostile)
		test(`of ${what}`, async () => {
			const counted = new CountedText(given);

			await errorOf(() => readTemplate(counted as unknown as string));

			assert.ok(counted.searched > 0);
			assert.ok(counted.searched <= 3 * given.length, `${counted.searched}`);
		});
});

suite("A form with many ${ is refused, and other requests are answered meanwhile:", () => {
	// biome-ignore format: a table
	const sizes = [
    ["150 KB",                       75_000, "0007-00000105"],
    ["1 MB, which is longer than a callback may be (A-885)", 370_000, "0007-00000001"],
  ] as const;
	for (const [size, variables, ec] of sizes)
		test(size, async (t) => {
			const { endpoint } = await startWithBucket(t, "public-read-write");
			const form = new FormData();
			const json = {
				callbackUrl: "http://127.0.0.1:1/",
				callbackBody: "${".repeat(variables),
			};
			form.set("key", "cat");
			form.set("callback", base64Json(json));
			form.set("file", new Blob(["meow"]));
			const delay = monitorEventLoopDelay({ resolution: 1 });
			await setImmediate();
			delay.enable();

			const answer = await fetch(`${endpoint}/photos`, {
				method: "POST",
				body: form,
			});
			const text = await answer.text();

			delay.disable();
			assert.equal(answer.status, 400);
			assert.ok(text.includes(`<EC>${ec}</EC>`), text.slice(-300));
			t.diagnostic(`the event loop waited ${delay.max / 1e6} ms at most`);
		});
});
