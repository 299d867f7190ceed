/**
 * The table of ECs 0007-00000001 … 0007-00000105: callbacks that OSS refuses, with 400 InvalidArgument, before
 * anything is stored.
 */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { refusal, textsOf } from "../../client.ts";
import { startWithBucket } from "../../emulator.ts";
import { base64, base64Json } from "../request-callback.ts";
import { stored } from "./uploads.ts";

const URL = "http://127.0.0.1:1/";
const json = (more: object): string =>
	base64Json({ callbackUrl: URL, callbackBody: "a=1", ...more });
const GOOD = json({});
const headers = (count: number): object => ({
	additionalHeaders: Object.fromEntries(
		Array.from({ length: count }, (_, index) => [`h-${index}`, "1"]),
	),
});
const added = (name: string, value: unknown = "1"): string =>
	json({ additionalHeaders: { [name]: value } });

type Row = readonly [
	ec: number,
	message: string,
	what: string,
	callback: string,
	argument: string,
	value: string,
];

const TOO_LONG = json({ callbackBody: "a".repeat(3800) });
const SIX = Array(6).fill(URL).join(";");

// biome-ignore format: a table
const ROWS: readonly Row[] = [
  [1,  "The length of callback exceed max value.", "more than 5 KB of base64", TOO_LONG, "callback", TOO_LONG],
  [2,  "The callback configuration is not base64 encoded.", "text that is not base64, as C++'s «error argument»", "error argument", "callback", "error argument"],
  [2,  "The callback configuration is not base64 encoded.", "text that is not base64, as «x123-*&»", "x123-*&", "callback", "x123-*&"],
  [2,  "The callback configuration is not base64 encoded.", "base64 for URLs", base64("{\"a\":\"???\"}").replaceAll("/", "_"), "callback", base64("{\"a\":\"???\"}").replaceAll("/", "_")],
  [2,  "The callback configuration is not base64 encoded.", "base64 without padding", base64("{} ").slice(0, -1), "callback", base64("{} ").slice(0, -1)],
  [3,  "The callback configuration is not json format.", "text that is not JSON", base64("{meow"), "callback", "{meow"],
  [3,  "The callback configuration is not json format.", "JSON that is not an object", base64("[1]"), "callback", "[1]"],
  [4,  "The callback url configuration is invalid.", "a URL that is not text", json({ callbackUrl: 1 }), "callbackUrl", "1"],
  [4,  "The callback url configuration is invalid.", "an invalid port, as java1's «my.com:test»", json({ callbackUrl: "my.com:test" }), "callbackUrl", "my.com:test"],
  [4,  "The callback url configuration is invalid.", "another scheme", json({ callbackUrl: "ftp://a.b/" }), "callbackUrl", "ftp://a.b/"],
  [4,  "The callback url configuration is invalid.", "an IPv6 address", json({ callbackUrl: "http://[::1]/" }), "callbackUrl", "http://[::1]/"],
  [5,  "The number of callback url exceed max value.", "six URLs", json({ callbackUrl: SIX }), "callbackUrl", SIX],
  [7,  "Can not get ip by this host.", "a number that is not an address", json({ callbackUrl: "123.456" }), "callbackUrl", "123.456"],
  [7,  "Can not get ip by this host.", "an unknown name without a dot, as java1's «my»", json({ callbackUrl: "my" }), "callbackUrl", "my"],
  [9,  "The callback host configuration is invalid.", "a callbackHost that is not text", json({ callbackHost: {} }), "callbackHost", "{}"],
  [10, "The callback body is invalid.", "a callbackBody that is not text", json({ callbackBody: null }), "callbackBody", "null"],
  [11, "The callback body is empty.", "an empty callbackBody", json({ callbackBody: "" }), "callbackBody", ""],
  [11, "The callback body is empty.", "no callbackBody", base64Json({ callbackUrl: URL }), "callbackBody", ""],
  [12, "The callback body type configuration is invalid.", "a callbackBodyType that is not text", json({ callbackBodyType: 1 }), "callbackBodyType", "1"],
  [13, "The body type of callback is not supported.", "another callbackBodyType", json({ callbackBodyType: "text/plain" }), "callbackBodyType", "text/plain"],
  [14, "The callback sni is invalid.", "a callbackSNI that is not a boolean", json({ callbackSNI: "true" }), "callbackSNI", "true"],
  [15, "The callback stage is invalid.", "a callbackStage that is not text", json({ callbackStage: 1 }), "callbackStage", "1"],
  [17, "The callback failure action is invalid.", "a callbackFailureAction that is not text", json({ callbackFailureAction: 1 }), "callbackFailureAction", "1"],
  [18, "The callback signature version is invalid.", "a signatureVersion that is not text", json({ signatureVersion: 1 }), "signatureVersion", "1"],
  [19, "The callback signature version is invalid.", "another signatureVersion", json({ signatureVersion: "3.0" }), "signatureVersion", "3.0"],
  [20, "The callback signature version is invalid.", "signatureVersion 2.0, which is for invited accounts", json({ signatureVersion: "2.0" }), "signatureVersion", "2.0"],
  [21, "The additional headers of callback is invalid.", "additionalHeaders that are not an object", json({ additionalHeaders: [] }), "additionalHeaders", "[]"],
  [22, "The number of additional headers exceed max value.", "eleven additionalHeaders", json(headers(11)), "additionalHeaders", JSON.stringify(Object.values(headers(11))[0])],
  [23, "The key of additional headers is invalid.", "an additional header in upper case", added("Name"), "additionalHeaders", "Name"],
  [24, "The key of additional headers is invalid.", "an additional header that OSS itself sends", added("authorization"), "additionalHeaders", "authorization"],
  [25, "The value of additional headers is invalid.", "a line break in an additional header", added("a", "b\r\nc: d"), "additionalHeaders", "b\r\nc: d"],
  [26, "The key of additional headers can not start with x-oss-.", "an additional header of OSS", added("x-oss-a"), "additionalHeaders", "x-oss-a"],
  [105, "Left brace must be adjacent to dollar sign.", "a dollar sign without a brace, as java1's $(object)", json({ callbackBody: "$(object)" }), "ReplaceKeyPrefix", "$(object)"],
  [105, "Left brace must be adjacent to dollar sign.", "the page's own example", json({ callbackBody: "a=$x:my_var}" }), "ReplaceKeyPrefix", "a=$x:my_var}"],
  [105, "Right brace is missing.", "a variable without end", json({ callbackBody: "a=${object" }), "ReplaceKeyPrefix", "a=${object"],
];

// biome-ignore format: a table
const OF_VARIABLES: readonly Row[] = [
  [101, "The length of callback var exceed max value.", "ten variables of 1 KB, as in java1's test", base64Json(Object.fromEntries(Array.from({ length: 10 }, (_, index) => [`x:${index}`, "a".repeat(1024)]))), "callback-var", ""],
  [102, "The callback var is not base64 encoded.", "text that is not base64", "{}", "callback-var", "{}"],
  [103, "The callback var is not json format.", "text that is not JSON", base64("meow"), "callback-var", "meow"],
  [104, "The callback var is not expecten json.", "JSON that is not an object", base64("[]"), "callback-var", "[]"],
  [104, "The callback var is not expecten json.", "a name without x:", base64("{\"a\":\"1\"}"), "callback-var", "{\"a\":\"1\"}"],
  [104, "The callback var is not expecten json.", "a value that is not text", base64("{\"x:a\":1}"), "callback-var", "{\"x:a\":1}"],
];

const ecOf = (number: number): string =>
	`0007-${String(number).padStart(8, "0")}`;

type Case = { readonly row: Row; readonly headers: Record<string, string> };

const CASES: readonly Case[] = [
	...ROWS.map((row) => ({ row, headers: { "x-oss-callback": row[3] } })),
	...OF_VARIABLES.map((row) => ({
		row,
		headers: { "x-oss-callback": GOOD, "x-oss-callback-var": row[3] },
	})),
];

suite("A callback is refused, and nothing is stored:", () => {
	for (const { row, headers } of CASES) {
		const [number, message, what, , argument, value] = row;
		test(`${ecOf(number)} for ${what}`, async (t) => {
			const { oss } = await startWithBucket(t);

			const put = await oss.put("/photos/cat", "meow", headers);

			const ec = ecOf(number);
			assert.equal(refusal(put), `400 InvalidArgument ${ec}: ${message}`);
			assert.deepEqual(textsOf(put, "ArgumentName"), [argument]);
			const [shown] = textsOf(put, "ArgumentValue");
			const text = shown?.replaceAll("&quot;", '"').replaceAll("&apos;", "'");
			if (value !== "" || number === 11) assert.equal(text, value);
			const [page] = textsOf(put, "RecommendDoc");
			assert.match(page ?? "", new RegExp(`troubleshoot\\?q=${ec}$`));
			assert.match(await stored(oss), /^404 NoSuchKey/);
		});
	}

	test("0007-00000008 for a private address, with --strict-callback", async (t) => {
		const { oss } = await startWithBucket(t, "private", "--strict-callback");

		for (const callbackUrl of [
			"127.0.0.1",
			"localhost:8080",
			"192.168.1.1/a",
		]) {
			const callback = json({ callbackUrl });
			const headers = { "x-oss-callback": callback };
			const put = await oss.put("/photos/cat", "meow", headers);

			assert.equal(
				refusal(put),
				"400 InvalidArgument 0007-00000008: Private address is forbidden to callback.",
			);
			assert.deepEqual(textsOf(put, "ArgumentName"), ["callbackUrl"]);
			assert.deepEqual(textsOf(put, "ArgumentValue"), [callbackUrl]);
		}
		assert.match(await stored(oss), /^404 NoSuchKey/);
	});

	for (const [number, name, header] of [
		[27, "callback", "x-oss-callback"],
		[28, "callback-var", "x-oss-callback-var"],
	] as const)
		test(`${ecOf(number)} for ${name} in the query and ${header} in a header`, async (t) => {
			const { oss } = await startWithBucket(t);
			const query = new URLSearchParams({ [name]: GOOD });

			const put = await oss.put(`/photos/cat?${query}`, "meow", {
				"x-oss-callback": GOOD,
				[header]: GOOD,
			});

			assert.equal(
				refusal(put),
				`400 InvalidArgument ${ecOf(number)}: Either the ${name} query string parameter or the ${header} header should be specified, not both.`,
			);
			assert.match(await stored(oss), /^404 NoSuchKey/);
		});
});
