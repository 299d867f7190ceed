import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { readUrls } from "../../emulator/callback/configuration.ts";
import { errorOf } from "./request-callback.ts";

const partsOf = (text: string): string[] =>
	readUrls(text).map(
		({ secure, hostname, port, path, query }) =>
			`${secure ? "https" : "http"} ${hostname} ${port} ${path} ${query}`,
	);

suite("callbackUrl", () => {
	// biome-ignore format: a table
	const cases = [
    ["may have no scheme",                  "121.43.113.8:23456/index.html", "http 121.43.113.8 23456 /index.html "],
    ["may be only a host name",             "www.aliyuncs.com",              "http www.aliyuncs.com 80 / "],
    ["may be https",                        "https://a.example.com/cb",      "https a.example.com 443 /cb "],
    ["may have its scheme in upper case",   "HTTP://a.example.com/cb",       "http a.example.com 80 /cb "],
    ["may have a container's name",         "http://my_app:8080/cb",         "http my_app 8080 /cb "],
    ["may be localhost",                    "http://localhost:3000/",        "http localhost 3000 / "],
    ["has its path unchanged",              "http://a.b/c/../d//e%2fF/%E7%8C%AB", "http a.b 80 /c/../d//e%2fF/%E7%8C%AB "],
    ["has its query unchanged",             "http://a.b/c?d=%20&d=;".slice(0, -1), "http a.b 80 /c d=%20&d="],
    ["may have a query and no path",        "http://a.b?x=1?y",              "http a.b 80 / x=1?y"],
    ["has no ? for an empty query (A-211)", "http://a.b/c?",              "http a.b 80 /c "],
    ["has no fragment (A-210)",             "http://a.b/c?d#e?f",            "http a.b 80 /c d"],
    ["has no variables",                    "http://a.b/${object}",          "http a.b 80 /${object} "],
  ] as const;
	for (const [what, text, expected] of cases)
		test(what, () => {
			assert.deepEqual(partsOf(text), [expected]);
		});

	test("can have five URLs, in order", () => {
		const urls = readUrls("a.b/1;a.b/2;a.b/3;a.b/4;a.b/5");

		const paths = urls.map(({ path }) => path);
		assert.deepEqual(paths, ["/1", "/2", "/3", "/4", "/5"]);
	});

	test("can end with a semicolon, and contain spaces (A-208)", () => {
		assert.deepEqual(partsOf("a.b;; c.d/x ;"), [
			"http a.b 80 / ",
			"http c.d 80 /x ",
		]);
	});

	test("has the original spelling", () => {
		const texts = readUrls("a.b?; HTTPS://c.d/#e").map(({ text }) => text);

		assert.deepEqual(texts, ["a.b?", "HTTPS://c.d/#e"]);
	});

	for (const text of [
		"my.com:test",
		"http://a.b:0/",
		"http://a.b:65536/",
		"http://a.b:-1/",
		"http:///path",
		"http://",
		"http://a..b/",
		"http://-a.b/",
		`http://${"a".repeat(254)}/`,
	])
		test(`is refused as malformed: ${text.slice(0, 40)}`, async () => {
			const error = await errorOf(() => readUrls(text));

			assert.equal(error?.ec, "0007-00000004");
			assert.equal(error?.value, text);
		});

	for (const text of [
		"ftp://a.b/",
		"http://user:secret@a.b/",
		"http://[::1]:80/",
		"http://a.b/猫",
		"http://猫.example.com/",
		"http://a.b/c d",
		"http://a.b/c\r\nd",
		"http://a.b:/c",
	])
		test(`is refused: ${JSON.stringify(text)} (A-209)`, async () => {
			assert.equal((await errorOf(() => readUrls(text)))?.ec, "0007-00000004");
		});
});
