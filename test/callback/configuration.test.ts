// biome-ignore-all lint/suspicious/noTemplateCurlyInString: callback variables look like template literals
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { readConfiguration } from "../../emulator/callback/configuration.ts";
import { readTemplate } from "../../emulator/callback/template.ts";
import { errorOf } from "./request-callback.ts";

const URL = "http://app.example.com/cb";
const GOOD = { callbackUrl: URL, callbackBody: "a=${object}" };

suite("The JSON of a callback", () => {
	test("must have a URL and a body; the rest has defaults", () => {
		assert.deepEqual(readConfiguration(GOOD), {
			urls: [
				{
					text: URL,
					secure: false,
					hostname: "app.example.com",
					port: 80,
					path: "/cb",
					query: "",
				},
			],
			host: "",
			template: readTemplate("a=${object}"),
			bodyType: "application/x-www-form-urlencoded",
			sni: false,
			additionalHeaders: [],
		});
	});

	test("can have all documented members, and unknown ones", () => {
		const read = readConfiguration({
			...GOOD,
			callbackHost: "app.example.org",
			callbackBodyType: "application/json",
			callbackSNI: true,
			signatureVersion: "1.0",
			additionalHeaders: { key1: "val1", "key-2": "" },
			unknown: { anything: 1 },
		});

		assert.ok(read);
		const { urls, template, ...rest } = read;
		assert.deepEqual(rest, {
			host: "app.example.org",
			bodyType: "application/json",
			sni: true,
			additionalHeaders: [
				["key1", "val1"],
				["key-2", ""],
			],
		});
	});

	test("can have empty text fields, which are ignored (A-212)", () => {
		const fields = ["callbackHost", "callbackBodyType", "signatureVersion"];
		const empty = Object.fromEntries(fields.map((name) => [name, ""]));

		const read = readConfiguration({ ...GOOD, ...empty });

		assert.deepEqual(read, readConfiguration(GOOD));
	});

	test("can have a stage and a failure action, which have no effect (A-213)", () => {
		const more = { callbackStage: "x", callbackFailureAction: "y" };

		const read = readConfiguration({ ...GOOD, ...more });

		assert.deepEqual(read, readConfiguration(GOOD));
	});

	for (const callbackUrl of ["", " ", ";"])
		test(`requests no callback with the URL «${callbackUrl}»`, () => {
			assert.equal(readConfiguration({ ...GOOD, callbackUrl }), undefined);
		});

	test("is ignored without a URL", () => {
		assert.equal(readConfiguration({ callbackBody: 1 }), undefined);
	});
});

suite("The JSON of a callback is refused with OSS's EC:", () => {
	const many = (count: number): Record<string, string> =>
		Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, "v"]));
	// biome-ignore format: a table
	const rows = [
    ["0007-00000004", "The callback url configuration is invalid.",         { callbackUrl: 1 }, "callbackUrl", "1", ""],
    ["0007-00000004", "The callback url configuration is invalid.",         { callbackUrl: null }, "callbackUrl", "null", ""],
    ["0007-00000004", "The callback url configuration is invalid.",         { callbackUrl: "10.101.166.30:test" }, "callbackUrl", "10.101.166.30:test", ""],
    ["0007-00000005", "The number of callback url exceed max value.",       { callbackUrl: "a;b;c;d;e;f;" }, "callbackUrl", "a;b;c;d;e;f;", ""],
    ["0007-00000009", "The callback host configuration is invalid.",        { callbackHost: ["h"] }, "callbackHost", '["h"]', ""],
    ["0007-00000009", "The callback host configuration is invalid.",        { callbackHost: "a\r\nb: c" }, "callbackHost", "a\r\nb: c", " (A-215)"],
    ["0007-00000010", "The callback body is invalid.",                      { callbackBody: { a: 1 } }, "callbackBody", '{"a":1}', ""],
    ["0007-00000010", "The callback body is invalid.",                      { callbackBody: null }, "callbackBody", "null", ""],
    ["0007-00000011", "The callback body is empty.",                        { callbackBody: "" }, "callbackBody", "", ""],
    ["0007-00000012", "The callback body type configuration is invalid.",   { callbackBodyType: true }, "callbackBodyType", "true", ""],
    ["0007-00000013", "The body type of callback is not supported.",        { callbackBodyType: "text/plain" }, "callbackBodyType", "text/plain", ""],
    ["0007-00000013", "The body type of callback is not supported.",        { callbackBodyType: "Application/JSON" }, "callbackBodyType", "Application/JSON", ""],
    ["0007-00000014", "The callback sni is invalid.",                       { callbackSNI: "true" }, "callbackSNI", "true", ""],
    ["0007-00000015", "The callback stage is invalid.",                     { callbackStage: 1 }, "callbackStage", "1", " (A-200)"],
    ["0007-00000017", "The callback failure action is invalid.",            { callbackFailureAction: 1 }, "callbackFailureAction", "1", " (A-200)"],
    ["0007-00000018", "The callback signature version is invalid.",         { signatureVersion: 1 }, "signatureVersion", "1", " (A-201)"],
    ["0007-00000019", "The callback signature version is invalid.",         { signatureVersion: "3" }, "signatureVersion", "3", " (A-201)"],
    ["0007-00000020", "The callback signature version is invalid.",         { signatureVersion: "2.0" }, "signatureVersion", "2.0", " (A-214)"],
    ["0007-00000021", "The additional headers of callback is invalid.",     { additionalHeaders: ["a"] }, "additionalHeaders", '["a"]', ""],
    ["0007-00000021", "The additional headers of callback is invalid.",     { additionalHeaders: { a: 1 } }, "additionalHeaders", "1", ""],
    ["0007-00000022", "The number of additional headers exceed max value.", { additionalHeaders: many(11) }, "additionalHeaders", JSON.stringify(many(11)), " (A-201)"],
    ["0007-00000023", "The key of additional headers is invalid.",          { additionalHeaders: { Key: "v" } }, "additionalHeaders", "Key", " (A-201)"],
    ["0007-00000024", "The key of additional headers is invalid.",          { additionalHeaders: { "content-length": "9" } }, "additionalHeaders", "content-length", " (A-216)"],
    ["0007-00000025", "The value of additional headers is invalid.",        { additionalHeaders: { a: "b\r\nc: d" } }, "additionalHeaders", "b\r\nc: d", ""],
    ["0007-00000026", "The key of additional headers can not start with x-oss-.", { additionalHeaders: { "x-oss-test": "v" } }, "additionalHeaders", "x-oss-test", ""],
    ["0007-00000105", "Left brace must be adjacent to dollar sign.",        { callbackBody: "$x:my_var}" }, "ReplaceKeyPrefix", "$x:my_var}", ""],
    ["0007-00000105", "Left brace must be adjacent to dollar sign.",        { callbackBody: "o=$(object)" }, "ReplaceKeyPrefix", "o=$(object)", ""],
    ["0007-00000105", "Left brace must be adjacent to dollar sign.",        { callbackBody: "o=${object}$" }, "ReplaceKeyPrefix", "o=${object}$", ""],
    ["0007-00000105", "Left brace must be adjacent to dollar sign.",        { callbackBody: "$${object}{a}" }, "ReplaceKeyPrefix", "$${object}{a}", ""],
    ["0007-00000105", "Right brace is missing.",                            { callbackBody: "a=${b}${object" }, "ReplaceKeyPrefix", "a=${b}${object", " (A-200)"],
  ] as const;
	for (const [ec, message, faulty, name, value, assumed] of rows)
		test(`${ec} for ${JSON.stringify(faulty)}${assumed}`, async () => {
			const error = await errorOf(() =>
				readConfiguration({ ...GOOD, ...faulty }),
			);

			const code = "InvalidArgument";
			assert.deepEqual(error, { code, status: 400, message, ec, name, value });
		});

	test("0007-00000011 for a missing body", async () => {
		const error = await errorOf(() => readConfiguration({ callbackUrl: URL }));

		assert.equal(error?.ec, "0007-00000011");
	});

	test("the first fault is reported, in the order of the ECs (A-219)", async () => {
		const faults = {
			callbackUrl: ":",
			callbackHost: 1,
			callbackBody: "",
			callbackBodyType: "x",
			callbackSNI: 1,
			callbackStage: 1,
			callbackFailureAction: 1,
			signatureVersion: 1,
			additionalHeaders: 1,
		};
		const good = { ...GOOD, callbackBody: "$" };
		const ecs: (string | undefined)[] = [];
		const names = Object.keys(faults) as (keyof typeof faults)[];
		for (const [index] of names.entries()) {
			const later = names.slice(index).map((name) => [name, faults[name]]);
			const json = { ...good, ...Object.fromEntries(later) };
			ecs.push((await errorOf(() => readConfiguration(json)))?.ec);
		}
		ecs.push((await errorOf(() => readConfiguration(good)))?.ec);

		assert.deepEqual(
			ecs.map((ec) => Number(ec?.slice(-8))),
			[4, 9, 11, 13, 14, 15, 17, 18, 21, 105],
		);
	});
});

test("A field of nested lists, deeper than the stack, is refused without its value", async () => {
	const depth = 100_000;
	const callbackUrl = JSON.parse("[".repeat(depth) + "]".repeat(depth));

	const error = await errorOf(() => readConfiguration({ callbackUrl }));

	assert.equal(error?.ec, "0007-00000004");
	assert.equal(error?.value, "");
});
