// biome-ignore-all lint/suspicious/noTemplateCurlyInString: callback variables look like template literals
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { Callback } from "../../emulator/callback/model.ts";
import {
	CALLBACK_BYTES_MAX,
	type Lookups,
	readCallback,
	readFormCallback,
} from "../../emulator/callback/read.ts";
import { DEFAULT_SWITCHES } from "../../emulator/callback/switches.ts";
import {
	base64,
	base64Json,
	carriers,
	errorOf,
	NO_LOOKUPS,
	type Seen,
} from "./request-callback.ts";

const JSON_TEXT = '{"callbackUrl":"http://a.b/cb","callbackBody":"x=${x:v}"}';
const CALLBACK = base64(JSON_TEXT);
const VAR = base64Json({ "x:v": "1" });

const read = (
	headers: Record<string, string>,
	query: Record<string, string> = {},
	lookups: Lookups = NO_LOOKUPS,
): Promise<Callback | undefined> =>
	readCallback(carriers(headers, query), DEFAULT_SWITCHES, lookups);

const refused = (
	headers: Record<string, string>,
	query: Record<string, string> = {},
): Promise<Seen | undefined> => errorOf(() => read(headers, query));

suite("A callback in headers or query", () => {
	const ways = [
		["headers", { "x-oss-callback": CALLBACK, "x-oss-callback-var": VAR }, {}],
		["the query", {}, { callback: CALLBACK, "callback-var": VAR }],
		[
			"both, mixed (A-220)",
			{ "x-oss-callback": CALLBACK },
			{ "callback-var": VAR },
		],
	] as const;
	for (const [way, headers, query] of ways)
		test(`is read from ${way}`, async () => {
			const callback = await read(headers, query);

			assert.equal(callback?.template.text, "x=${x:v}");
			assert.deepEqual(callback?.variables, new Map([["x:v", "1"]]));
			assert.equal(callback?.json, JSON_TEXT);
		});

	test("is undefined for an upload without a callback, or with empty values", async () => {
		assert.equal(await read({}), undefined);
		const empty = { "x-oss-callback": "", "x-oss-callback-var": "" };
		assert.equal(await read(empty, { callback: "" }), undefined);
	});

	test("can have an empty callback-var, as sent by the C# SDK", async () => {
		const callback = await read({
			"x-oss-callback": CALLBACK,
			"x-oss-callback-var": "",
		});

		assert.equal(callback?.variables.size, 0);
	});

	test("is required for reading its variables (A-221)", async () => {
		assert.equal(
			await read({ "x-oss-callback-var": "error argument" }),
			undefined,
		);
	});

	for (const after of ["\n", " "])
		test(`can have ${JSON.stringify(after)} after its JSON, as sent by the Go and Java SDKs`, async () => {
			const padded = { "x-oss-callback": base64(JSON_TEXT + after) };

			assert.ok(await read(padded));
		});

	test("can have the JSON escapes of Go's encoder", async () => {
		const json = '{"callbackUrl":"a.b","callbackBody":"a=1\\u0026b=\\u732b"}';

		const callback = await read({ "x-oss-callback": base64(json) });

		assert.equal(callback?.template.text, "a=1&b=猫");
	});

	test("can have variables with Chinese names, as in Java's test", async () => {
		const callback = await read({
			"x-oss-callback": CALLBACK,
			"x-oss-callback-var": base64Json({ "x:键值1": "值1", "x:a-b": "" }),
		});

		const expected = new Map([
			["x:键值1", "值1"],
			["x:a-b", ""],
		]);
		assert.deepEqual(callback?.variables, expected);
	});

	test("can have variables with upper-case names, which differ from lower-case ones (A-217)", async () => {
		const callback = await read({
			"x-oss-callback": CALLBACK,
			"x-oss-callback-var": base64Json({ "x:V": "1", "x:v": "2" }),
		});

		assert.equal(callback?.variables.size, 2);
	});

	test("can have 5 KB of base64, and 5 KB of variables", async () => {
		const json = (bytes: number, rest: object) => {
			const empty = JSON.stringify({ ...rest, "x:fill": "" }).length;
			const fill = "a".repeat((bytes / 4) * 3 - empty);
			return base64Json({ ...rest, "x:fill": fill });
		};
		const callback = json(CALLBACK_BYTES_MAX, JSON.parse(JSON_TEXT));
		const variables = json(CALLBACK_BYTES_MAX, {});
		assert.equal(callback.length, 5120);
		assert.equal(variables.length, 5120);

		assert.ok(
			await read({
				"x-oss-callback": callback,
				"x-oss-callback-var": variables,
			}),
		);
	});
});

suite("A callback is refused with OSS's EC:", () => {
	const long = "A".repeat(CALLBACK_BYTES_MAX + 4);
	const withVar = (text: string) => ({
		"x-oss-callback": CALLBACK,
		"x-oss-callback-var": text,
	});
	// biome-ignore format: a table
	const rows = [
    ["0007-00000001", "more than 5 KB",       { "x-oss-callback": long }, "The length of callback exceed max value.", "callback", long],
    ["0007-00000002", "plain text",           { "x-oss-callback": "error argument" }, "The callback configuration is not base64 encoded.", "callback", "error argument"],
    ["0007-00000002", "the manual's example", { "x-oss-callback": "x123-*&" }, "The callback configuration is not base64 encoded.", "callback", "x123-*&"],
    ["0007-00000002", "no padding",           { "x-oss-callback": base64("{ }").slice(0, -1) }, "The callback configuration is not base64 encoded.", "callback", base64("{ }").slice(0, -1)],
    ["0007-00000003", "no JSON",              { "x-oss-callback": base64("hello") }, "The callback configuration is not json format.", "callback", "hello"],
    ["0007-00000003", "a list",               { "x-oss-callback": base64("[1]") }, "The callback configuration is not json format.", "callback", "[1]"],
    ["0007-00000003", "null",                 { "x-oss-callback": base64("null") }, "The callback configuration is not json format.", "callback", "null"],
    ["0007-00000101", "10 variables of 1 KB", withVar(long), "The length of callback var exceed max value.", "callback-var", long],
    ["0007-00000102", "plain text (A-200)",   withVar("x:v=1"), "The callback var is not base64 encoded.", "callback-var", "x:v=1"],
    ["0007-00000103", "no JSON (A-200)",      withVar(base64("x:v=1")), "The callback var is not json format.", "callback-var", "x:v=1"],
    ["0007-00000104", "a list",               withVar(base64('["x:v"]')), "The callback var is not expecten json.", "callback-var", '["x:v"]'],
    ["0007-00000104", "a name without x:",    withVar(base64('{"v":"1"}')), "The callback var is not expecten json.", "callback-var", '{"v":"1"}'],
    ["0007-00000104", "a number",             withVar(base64('{"x:v":1}')), "The callback var is not expecten json.", "callback-var", '{"x:v":1}'],
  ] as const;
	for (const [ec, what, headers, message, name, value] of rows)
		test(`${ec} for ${what}`, async () => {
			const error = await refused(headers);

			const code = "InvalidArgument";
			assert.deepEqual(error, { code, status: 400, message, ec, name, value });
		});

	test("0007-00000003 for a text that is not UTF-8, or has a byte order mark (A-224)", async () => {
		const latin1 = Buffer.from(JSON_TEXT.replace("x=", "é="), "latin1");
		const marked = Buffer.from(`\ufeff${JSON_TEXT}`);
		for (const bytes of [latin1, marked]) {
			const error = await refused({
				"x-oss-callback": bytes.toString("base64"),
			});

			assert.equal(error?.ec, "0007-00000003");
		}
	});

	test("0007-00000027 for two callbacks", async () => {
		const error = await refused(
			{ "x-oss-callback": CALLBACK },
			{ callback: "?" },
		);

		assert.equal(error?.ec, "0007-00000027");
		assert.equal(
			error?.message,
			"Either the callback query string parameter or the x-oss-callback header should be specified, not both.",
		);
	});

	test("0007-00000028 for two callback-vars (A-201)", async () => {
		const error = await refused(withVar(VAR), { "callback-var": VAR });

		assert.equal(error?.ec, "0007-00000028");
		assert.equal(
			error?.message,
			"Either the callback-var query string parameter or the x-oss-callback-var header should be specified, not both.",
		);
	});

	test("the first fault is reported, the callback's before those of its variables (A-219)", async () => {
		const template = base64Json({ callbackUrl: "a.b", callbackBody: "$" });
		const faults = [
			[{ "x-oss-callback": long }, { callback: "?" }],
			[{ "x-oss-callback": `${long}?` }, {}],
			[{ "x-oss-callback": "?" }, {}],
			[{ "x-oss-callback": base64("?") }, {}],
			[{ "x-oss-callback": template }, {}],
			[withVar(long), { "callback-var": "?" }],
			[withVar(`${long}?`), {}],
		] as const;
		const ecs: number[] = [];
		for (const [headers, query] of faults) {
			const both = { "x-oss-callback-var": "?", ...headers };
			ecs.push(Number((await refused(both, query))?.ec.slice(-8)));
		}

		assert.deepEqual(ecs, [27, 1, 2, 3, 105, 28, 101]);
	});
});

suite("A callback without callbackUrl", () => {
	const without = { "x-oss-callback": base64Json({ callbackBody: "a" }) };

	test("is not sent, and has a finding", async () => {
		const callback = await read(without);

		assert.deepEqual(callback?.urls, []);
		assert.equal(callback?.json, '{"callbackBody":"a"}');
		const [found, ...more] = callback?.findings ?? [];
		assert.equal(found?.id, "no-url");
		assert.match(found?.sentence ?? "", /no callbackUrl/);
		assert.deepEqual(more, []);
	});

	test("is refused if this is configured: 0007-00000004", async () => {
		const error = await errorOf(() =>
			readCallback(carriers(without), { missingUrl: "refuse" }, NO_LOOKUPS),
		);

		assert.equal(error?.ec, "0007-00000004");
		assert.equal(error?.name, "callbackUrl");
		assert.equal(error?.value, "");
	});
});

suite("A callback in a form", () => {
	const readForm = (fields: Record<string, string>) =>
		readFormCallback(
			new Map(Object.entries(fields)),
			DEFAULT_SWITCHES,
			NO_LOOKUPS,
		);

	test("has a field for each variable, without encoding", async () => {
		const callback = await readForm({
			key: "a",
			callback: CALLBACK,
			"x:v": '{"not":"decoded"}',
			"x:W": " kept ",
			"X:v": "another name",
		});

		const expected = new Map([
			["x:v", '{"not":"decoded"}'],
			["x:W", " kept "],
		]);
		assert.deepEqual(callback?.variables, expected);
	});

	test("is undefined without the field, or with an empty field", async () => {
		assert.equal(await readForm({ key: "a", "x:v": "1" }), undefined);
		assert.equal(await readForm({ callback: "" }), undefined);
	});

	test("has no callback-var (A-218)", async () => {
		const callback = await readForm({
			callback: CALLBACK,
			"callback-var": "error argument",
		});

		assert.equal(callback?.variables.size, 0);
	});

	test("must have a field name in lower case (A-222)", async () => {
		const callback = await readForm({ Callback: CALLBACK });

		assert.deepEqual(callback?.urls, []);
		assert.deepEqual(
			callback?.findings.map(({ id }) => id),
			["unread-callback"],
		);
	});

	test("can be longer than 5 KB", async () => {
		const json = JSON.parse(JSON_TEXT);
		const callback = base64Json({ ...json, more: "a".repeat(6000) });

		assert.ok(await readForm({ callback, "x:v": "a".repeat(6000) }));
	});

	test("is refused like a callback in a header", async () => {
		const error = await errorOf(() => readForm({ callback: "x123-*&" }));

		assert.equal(error?.ec, "0007-00000002");
	});
});

suite("A callback that selects a policy of its bucket", () => {
	const policy = {
		callback: base64Json({
			callbackUrl: "a.b/policy",
			callbackBody: "p=${x:p}",
			callbackPolicy: "other",
		}),
		callbackVar: base64Json({ "x:p": "policy", "x:q": "policy" }),
	};
	const lookups: Lookups = {
		...NO_LOOKUPS,
		findPolicy: async (name) => (name === "test_2" ? policy : undefined),
	};
	const selecting = (more: object) => ({
		"x-oss-callback": base64Json({ callbackPolicy: "test_2", ...more }),
	});

	test("has the settings of the policy", async () => {
		const callback = await read(selecting({}), {}, lookups);

		assert.equal(callback?.urls[0]?.path, "/policy");
		assert.equal(callback?.template.text, "p=${x:p}");
		assert.equal(callback?.variables.get("x:p"), "policy");
	});

	test("takes precedence over the policy (A-223)", async () => {
		const headers = {
			...selecting({ callbackBody: "own" }),
			"x-oss-callback-var": base64Json({ "x:p": "own" }),
		};

		const callback = await read(headers, {}, lookups);

		assert.equal(callback?.urls[0]?.path, "/policy");
		assert.equal(callback?.template.text, "own");
		const expected = new Map([
			["x:p", "own"],
			["x:q", "policy"],
		]);
		assert.deepEqual(callback?.variables, expected);
	});

	for (const callbackPolicy of ["unknown", 1])
		test(`is refused for the policy ${JSON.stringify(callbackPolicy)} (A-242)`, async () => {
			const headers = { "x-oss-callback": base64Json({ callbackPolicy }) };

			const error = await errorOf(() => read(headers, {}, lookups));

			assert.deepEqual(error, {
				code: "InvalidArgument",
				status: 400,
				message: "The callback policy is invalid.",
				ec: "",
				name: "callbackPolicy",
				value: String(callbackPolicy),
			});
		});
});

suite("A callback of nested lists (A-885)", () => {
	const nested = (depth: number): string =>
		`{"callbackUrl":"a.b","callbackBody":"[[\\"[","x":${"[".repeat(depth)}${"]".repeat(depth)}}`;

	test("is accepted up to a depth of one hundred, including the object", async () => {
		const given = carriers({ "x-oss-callback": base64(nested(99)) });

		assert.ok(await readCallback(given, DEFAULT_SWITCHES, NO_LOOKUPS));
	});

	test("is refused at a greater depth", async () => {
		const given = carriers({ "x-oss-callback": base64(nested(100)) });

		const error = await errorOf(() =>
			readCallback(given, DEFAULT_SWITCHES, NO_LOOKUPS),
		);

		assert.equal(error?.ec, "0007-00000003");
	});
});
