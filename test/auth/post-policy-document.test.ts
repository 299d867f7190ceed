import assert from "node:assert/strict";
import { suite, test } from "node:test";
import {
	type Policy,
	readPolicy,
} from "../../emulator/auth/post-policy-document.ts";
import { kindOf, thrownBy } from "./request.ts";

const NOW = new Date("2023-02-19T13:00:00Z");
const EXPIRATION = "2023-02-19T13:19:00.000Z";

const encode = (text: string): string => Buffer.from(text).toString("base64");
const read = (text: string, now = NOW): Policy => readPolicy(encode(text), now);
const readConditions = (...conditions: unknown[]): Policy =>
	read(JSON.stringify({ expiration: EXPIRATION, conditions }));

suite("A policy", () => {
	test("can have every syntax in the manual", () => {
		// The example of a correct policy on the EC pages, and a simple condition.
		const policy = readConditions(
			["content-length-range", 1, 1024],
			["eq", "$success_action_status", "201"],
			["starts-with", "$key", "user/eric/"],
			["in", "$content-type", ["image/jpg", "image/png"]],
			["not-in", "$cache-control", ["no-cache"]],
			{ bucket: "johnsmith" },
		);
		assert.deepEqual(policy, {
			conditions: [
				{ mode: "eq", name: "success_action_status", values: ["201"] },
				{ mode: "starts-with", name: "key", values: ["user/eric/"] },
				{
					mode: "in",
					name: "content-type",
					values: ["image/jpg", "image/png"],
				},
				{ mode: "not-in", name: "cache-control", values: ["no-cache"] },
				{ mode: "eq", name: "bucket", values: ["johnsmith"] },
			],
			size: { min: 1, max: 1024 },
		});
	});

	test("limits the size by all its ranges; without a range there is no limit", () => {
		const two = readConditions(
			["content-length-range", 1, 100],
			["content-length-range", 0, 50],
		);
		assert.deepEqual(two.size, { min: 1, max: 50 });
		const unlimited = readConditions({ bucket: "b" });
		assert.deepEqual(unlimited.size, { min: 0, max: Number.POSITIVE_INFINITY });
	});

	test("can have field names in any case, with or without a dollar sign", () => {
		const { conditions } = readConditions(
			["eq", "success_action_status", "200"],
			["eq", "$Content-Type", "a/b"],
			{ "X-Oss-Meta-A": "1" },
		);
		assert.deepEqual(
			conditions.map(({ name }) => name),
			["success_action_status", "content-type", "x-oss-meta-a"],
		);
	});

	test("can contain an escaped dollar sign, which is not valid JSON", () => {
		const { conditions } = read(
			`{"expiration":"${EXPIRATION}","conditions":[["eq","\\$key","a\\/\\\${filename}"],{"x":"\\\\\\u0024"}]}`,
		);
		assert.deepEqual(conditions, [
			{ mode: "eq", name: "key", values: [`a/\${filename}`] },
			{ mode: "eq", name: "x", values: ["$"] },
		]);
	});

	test("of java1's suite is accepted, with an escaped backslash before the dollar sign", () => {
		// PostPolicyTest.java
		const policy =
			"eyJleHBpcmF0aW9uIjoiMjAyMC0wMy0xOVQwMzo0NDowNi40NzZaIiwiY29uZGl0aW9ucyI6W3siYnVja2V0IjoiZ2VuLXBvc3QtcG9saWN5In0sWyJlcSIsIiRrZXkiLCJ1c2VyXC9lcmljXC9cXCR7ZmlsZW5hbWV9Il0sWyJzdGFydHMtd2l0aCIsIiRrZXkiLCJ1c2VyXC9lcmljIl0sWyJzdGFydHMtd2l0aCIsIiR4LW9zcy1tZXRhLXRhZyIsImR1bW15X2V0YWciXSxbImNvbnRlbnQtbGVuZ3RoLXJhbmdlIiwxLDEwMjRdXX0=";
		const { conditions } = readPolicy(policy, new Date("2020-03-19T03:44:06Z"));
		assert.deepEqual(conditions[1], {
			mode: "eq",
			name: "key",
			values: [`user/eric/\${filename}`],
		});
	});

	test("is accepted until it expires, and then AccessDenied (A-110)", () => {
		const text = `{"expiration":"${EXPIRATION}","conditions":[{"a":"b"}]}`;
		read(text, new Date(EXPIRATION));

		const error = thrownBy(() =>
			read(text, new Date("2023-02-19T13:19:00.001Z")),
		);
		assert.equal(kindOf(error), "403 AccessDenied 0006-00000213");
		assert.equal(error.message, "Invalid according to Policy: Policy expired.");
	});

	// First the examples on the EC pages.
	const size = ["content-length-range", 0, 1048576000];
	const wrong = (
		conditions: unknown,
		expiration: unknown = EXPIRATION,
	): string => JSON.stringify({ expiration, conditions });
	const malformed: readonly [string, string][] = [
		[JSON.stringify({ expiration: EXPIRATION }), "207"],
		[JSON.stringify({ conditions: [size] }), "208"],
		["{\n}", "209"],
		[wrong([size], 123), "210"],
		[wrong([size], ""), "211"],
		[wrong(123), "214"],
		[wrong([]), "215"],
		[wrong([["$key"], size]), "216"],
		[wrong([["ends-with", "$key", "user/user1"]]), "217"],
		[wrong([["starts-with", "$key", "user/user1", "test"]]), "218"],
		[wrong([["content-length-range", "test", 10]]), "220"],
		[wrong([123, ["content-length-range", 10, 1024]]), "222"],
		[wrong([["not-in", "cache-control", "no-cache"]]), "224"],
		["", "201"],
		["null", "201"],
		["[]", "201"],
		['"text"', "201"],
		["{'expiration': 1}", "201"],
		[wrong([{}]), "201"],
		[wrong([{ a: "1", b: "2" }]), "201"],
		[wrong([[]]), "216"],
		[wrong([[null, "$key", ""]]), "216"],
		[wrong([["__proto__", "$key", ""]]), "217"],
		[wrong([["eq", "$key"]]), "218"],
		[wrong([["content-length-range", 1]]), "218"],
		[wrong([["content-length-range", 2, 1]]), "220"],
		[wrong([["content-length-range", -1, 1]]), "220"],
		[wrong([["content-length-range", 0, 1.5]]), "220"],
		[wrong([["content-length-range", 0, 1e300]]), "220"],
		[wrong([["content-length-range", 0, null]]), "220"],
		[wrong([null]), "222"],
		[wrong([{ success_action_status: 200 }]), "224"],
		[wrong([["eq", 1, "a"]]), "224"],
		[wrong([["in", "$key", ["a", 1]]]), "224"],
		['{"__proto__":{"expiration":"x","conditions":[]}}', "209"],
	];
	for (const [text, ec] of malformed) {
		test(`is refused with 0006-00000${ec}: ${text.slice(0, 70)} (A-109)`, () => {
			const error = thrownBy(() => read(text));
			assert.equal(kindOf(error), `400 InvalidPolicyDocument 0006-00000${ec}`);
			assert.match(error.message, /^Invalid Policy: ./);
		});
	}

	test("with strings in content-length-range is refused with the recorded error", () => {
		for (const range of [
			["content-length-range", 0, "1048576"],
			["content-length-range", "test", 10],
		]) {
			const error = thrownBy(() => read(wrong([range])));
			assert.equal(kindOf(error), "400 InvalidPolicyDocument 0006-00000220");
			assert.equal(error.message, "Invalid Policy: Invalid JSON. ");
			assert.match(error.diagnosis, /content-length-range must have two/);
		}
	});

	test("with other values of a wrong type is refused with the same error, and the record mentions them (A-109)", () => {
		for (const [text, ec] of [
			["[]", "201"],
			[wrong([size], 123), "210"],
			[wrong(123), "214"],
			[wrong([123]), "222"],
			[wrong([{ success_action_status: 200 }]), "224"],
		] as const) {
			const error = thrownBy(() => read(text));
			assert.equal(kindOf(error), `400 InvalidPolicyDocument 0006-00000${ec}`);
			assert.equal(error.message, "Invalid Policy: Invalid JSON. ");
			assert.match(
				error.diagnosis,
				/^in the policy, .+ must be|^in the policy, a condition/,
			);
		}
	});

	// The first two are from docs «PostObject errors».
	for (const [text, fault] of [
		['{"expiration":expiration}', ": unknown char e"],
		['{"expiration":"x","conditions":[["eq" "$key"]]}', ": , or ] expected"],
		['{"expiration":"x" "conditions":[]}', ": , or } expected"],
		['{"expiration" "x"}', ": : expected"],
		["{'expiration': 1}", ": unknown char '"],
		["{a:1}", ": unknown char a"],
		["[1,]", ": unknown char ]"],
		["meow", ": unknown char m"],
		["{} {}", ": unknown char {"],
		['{"expiration":"x', ". "],
		["[".repeat(1_000_000), ". "],
		["", ". "],
	] as const)
		test(`that is not JSON is refused with OSS's message: ${text.slice(0, 40)} (A-903)`, () => {
			const error = thrownBy(() => read(text));
			assert.equal(kindOf(error), "400 InvalidPolicyDocument 0006-00000201");
			assert.equal(error.message, `Invalid Policy: Invalid JSON${fault}`);
			assert.match(error.diagnosis, /^the policy is not JSON: ./);
		});

	test("must have an expiration in GMT (A-111)", () => {
		read(wrong([size], "2023-02-19T13:19:00Z"));
		const moments = [
			"tomorrow",
			"2023-02-19",
			"2023-02-19T13:19:00+08:00",
			"2023-99-19T13:19:00Z",
			"Sun, 19 Feb 2023 13:19:00 GMT",
			`2023-02-19T13:19:00.${"0".repeat(1e6)}Z`,
		];
		for (const moment of moments) {
			const error = thrownBy(() => read(wrong([size], moment)));
			assert.equal(kindOf(error), "400 InvalidPolicyDocument 0006-00000212");
		}
	});

	test("with two members in a simple condition is refused with the documented message", () => {
		const error = thrownBy(() => read(wrong([{ a: "1", b: "2" }])));
		assert.equal(
			error.message,
			"Invalid Policy: Invalid Simple-Condition: Simple-Conditions must have exactly one property specified.",
		);
	});

	test("must be base64 of UTF-8", () => {
		const notUtf8 = Buffer.from([0x7b, 0xff, 0x7d]).toString("base64");
		for (const text of ["{}", "e30", "e3 0=", notUtf8, "=".repeat(1e6)]) {
			const error = thrownBy(() => readPolicy(text, NOW));
			assert.equal(kindOf(error), "400 InvalidPolicyDocument 0006-00000201");
		}
	});

	test("of two megabytes is read or refused in bounded time, whatever its content", () => {
		const million = 1_000_000;
		const hostile = [
			"[".repeat(million),
			`{"expiration":"${EXPIRATION}","conditions":${"[".repeat(million)}${"]".repeat(million)}}`,
			'{"a":'.repeat(million / 5),
			"\\$".repeat(million),
			`"${"\\".repeat(million)}`,
			`{"expiration":"${"0".repeat(million)}","conditions":[]}`,
			wrong(Array(million / 4).fill(1)),
		];
		for (const text of hostile)
			assert.equal(thrownBy(() => read(text)).code, "InvalidPolicyDocument");
		const many = readConditions(...Array(50_000).fill({ key: "a" }));
		assert.equal(many.conditions.length, 50_000);
		// Quadratic work would exceed the test's time limit.
	});
});
