// biome-ignore-all lint/suspicious/noTemplateCurlyInString: callback variables look like template literals
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { findInJsonBody } from "../../../emulator/callback/advice/find-in-body.ts";
import { fill, readTemplate } from "../../../emulator/callback/template.ts";
import { startWithBucket } from "../../emulator.ts";
import { startApplicationServer } from "../application-server.ts";
import { base64Json } from "../request-callback.ts";
import { SIGNED } from "../vectors.ts";

const VALUES: Readonly<Record<string, string>> = {
	object: '"cat"',
	size: "5",
	"imageInfo.width": "",
	"imageInfo.height": "",
	"x:a": "null",
};
const write = (name: string): string => VALUES[name] ?? "";

function sentences(text: string): string[] {
	const template = readTemplate(text);
	const body = Buffer.from(fill(template, write, 9999) ?? "");
	return findInJsonBody(body, template, write).map(({ id, sentence }) => {
		assert.equal(id, "body-not-json");
		return sentence;
	});
}

suite("A body with the type JSON", () => {
	// biome-ignore format: a table
	const cases = [
    ["has a finding that lists the variables without a value", '{"w":${imageInfo.width},"h":${imageInfo.height},"s":${size}}', /^\$\{imageInfo\.width\}, \$\{imageInfo\.height\} has no value, .*--callback-absent null/],
    ["has a finding that lists the variable that is quoted twice", '{"o":"${object}","s":"${size}"}', /^\$\{object\} broke the JSON/],
    ["has a finding that is not about a variable",             '{"o":${object}', /^callbackBody is not JSON for any values of its variables/],
  ] as const;
	for (const [what, template, sentence] of cases)
		test(what, () => {
			const [found = ""] = sentences(template);

			assert.match(found, sentence);
		});

	test("has no finding if it is JSON", () => {
		assert.deepEqual(sentences('{"o":${object},"s":${size},"猫":${x:a}}'), []);
	});

	test("has a finding if it is not JSON, as a body that OSS was observed to send", () => {
		const [, , , , , , seventh] = SIGNED;

		const [found] = sentences((seventh?.body ?? "").replaceAll("$", ""));

		assert.match(found ?? "", /^callbackBody is not JSON/);
	});
});

test("The width of an object that is not an image breaks JSON: the record mentions it and --callback-absent", async (t) => {
	const { oss, adminUrl } = await startWithBucket(t);
	const { url: callbackUrl } = await startApplicationServer(t);
	const callback = {
		callbackUrl,
		callbackBody: '{"w":${imageInfo.width}}',
		callbackBodyType: "application/json",
	};

	await oss.put("/photos/cat.txt", "meow", {
		"x-oss-callback": base64Json(callback),
	});

	const answer = await fetch(`${adminUrl}/api/callbacks?wait=30s`);
	const { callbacks } = JSON.parse(await answer.text());
	const found = callbacks[0].findings.find(
		({ id }: { id: string }) => id === "body-not-json",
	);
	assert.match(found.sentence, /^\$\{imageInfo\.width\} .*--callback-absent/);
});
