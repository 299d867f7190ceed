import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { findInCallback } from "../../../emulator/callback/advice/find-in-callback.ts";
import type { Finding } from "../../../emulator/callback/advice/finding.ts";
import type {
	Callback,
	ResolvedUrl,
} from "../../../emulator/callback/model.ts";
import { DEFAULT_SWITCHES } from "../../../emulator/callback/switches.ts";
import { readTemplate } from "../../../emulator/callback/template.ts";
import { callbackTo } from "../request-callback.ts";

const PUBLIC = "http://app.example.com/cb";
const JSON_TYPE = "application/json";
const FORM = "application/x-www-form-urlencoded";

type Given = Partial<Callback> & {
	readonly url?: string;
	readonly address?: string;
};

function find({ url = PUBLIC, address, ...more }: Given): Finding[] {
	// The body contains every custom variable, unless a test overrides it.
	const names = [...(more.variables?.keys() ?? [])];
	const template = readTemplate(names.map((name) => `\${${name}}`).join(""));
	const callback = callbackTo(url, { template, ...more });
	const urls = callback.urls.map(
		(one): ResolvedUrl => ({
			...one,
			addresses: [{ address: address ?? "223.5.5.5", family: 4 }],
			lookupMs: 0,
		}),
	);
	return findInCallback({ ...callback, urls }, DEFAULT_SWITCHES);
}

const idsOf = (findings: readonly Finding[]): string[] =>
	findings.map(({ id }) => id);

const variables = (...names: string[]): Map<string, string> =>
	new Map(names.map((name) => [name, "1"]));

suite("There is no finding for", () => {
	// From the manual and OSS's own callbacks.
	const good: readonly (readonly [string, Given])[] = [
		[
			"a public URL with a form",
			{ template: readTemplate("o=${object}&s=${size}") },
		],
		["https with callbackSNI", { url: "https://a.example.com/", sni: true }],
		[
			"https to an IP address, which has no name",
			{ url: "https://223.5.5.5/" },
		],
		[
			"the manual's JSON template",
			{
				bodyType: JSON_TYPE,
				template: readTemplate('{"mimeType":${mimeType},"size":${size}}'),
			},
		],
		[
			"numbers between quotes",
			{
				bodyType: JSON_TYPE,
				template: readTemplate(
					'{"p":"${imageInfo.width},${imageInfo.height}"}',
				),
			},
		],
		[
			"an escaped quote",
			{
				bodyType: JSON_TYPE,
				template: readTemplate('{"a":"\\"","b":${object}}'),
			},
		],
		[
			"ten custom variables",
			{
				variables: variables(...Array.from("0123456789", (n) => `x:${n}`)),
			},
		],
		[
			"every system variable",
			{
				template: readTemplate(
					"${bucket}${object}${etag}${size}${mimeType}${imageInfo.height}${imageInfo.width}${imageInfo.format}${crc64}${contentMd5}${vpcId}${clientIp}${reqId}${operation}",
				),
			},
		],
	];
	for (const [where, given] of good)
		test(where, () => assert.deepEqual(find(given), []));
});

suite("A body without any variable that OSS would replace has a finding", () => {
	// biome-ignore format: a table
	const bodies = [
    ["percent-encoded",        "bucket%3D%24%7Bbucket%7D",  "%24%7Bbucket%7D"],
    ["partly percent-encoded", "a=%24%7bx:user%7d",         "%24%7bx:user%7d"],
    ["in braces only",         "o={object}",                "{object}"],
    ["in double braces",       "o={{ object }}",            "{{ object }}"],
    ["as in Ruby",             "o=#{imageInfo.width}",      "#{imageInfo.width}"],
  ] as const;
	for (const [how, body, shown] of bodies)
		test(`if the variables are written ${how}`, () => {
			const [found, ...others] = find({ template: readTemplate(body) });

			assert.deepEqual(others, []);
			assert.equal(found?.id, "no-variable");
			assert.ok(found.sentence.includes(`callbackBody contains ${shown} and`));
		});

	for (const body of ["uploaded", "a={b}", "o=${object}{object}"])
		test(`but not ${body}`, () => {
			assert.deepEqual(find({ template: readTemplate(body) }), []);
		});
});

suite("A finding states that", () => {
	const cases: readonly (readonly [string, Given, string, RegExp])[] = [
		[
			"an address is private, which OSS refuses",
			{ address: "192.168.1.1" },
			"private-address",
			/^http:\/\/app\.example\.com\/cb: .*0007-00000008/,
		],
		[
			"a custom variable is not in the body",
			{ variables: variables("x:a", "x:b"), template: readTemplate("${x:a}") },
			"unused-variable",
			/^x:b: callbackBody does not use it.* write \$\{x:b\} into the body\.$/,
		],
		[
			"https has no callbackSNI, so that name-based servers fail in the cloud",
			{ url: "https://a.example.com/" },
			"no-sni",
			/502.*"callbackSNI": true/,
		],
		[
			"a URL has no scheme",
			{ url: "a.example.com:8080/x" },
			"no-scheme",
			/http:\/\//,
		],
		[
			"a URL ends in an empty query, as the Ruby SDK's do",
			{ url: `${PUBLIC}?` },
			"empty-query",
			/leave it out/,
		],
		[
			"a URL contains a variable",
			{ url: `${PUBLIC}?o=\${object}` },
			"variable-in-url",
			/callbackBody only/,
		],
		[
			"the name of a custom variable contains upper-case letters",
			{ variables: variables("x:User"), template: readTemplate("${x:User}") },
			"upper-case-variable",
			/^x:User: .*lower case/,
		],
		[
			"there are more than ten custom variables",
			{ variables: variables(..."abcdefghijk".split("").map((a) => `x:${a}`)) },
			"many-variables",
			/^11 custom variables/,
		],
		[
			"custom variables take more than 512 bytes",
			{ variables: new Map([["x:a", "猫".repeat(200)]]) },
			"many-variables",
			/603 bytes/,
		],
		[
			"a variable does not exist, and may be misspelt",
			{ template: readTemplate("o=${objct}&s=${Size}&s=${Size}") },
			"unknown-variable",
			/^\$\{objct\}, \$\{Size\}: .*bucket, object/,
		],
		[
			"a custom variable has no value",
			{ template: readTemplate("${x:a}${x:b}"), variables: variables("x:a") },
			"variable-without-value",
			/^\$\{x:b\}: /,
		],
		[
			"text in JSON would be quoted twice",
			{
				bodyType: JSON_TYPE,
				template: readTemplate('{"o":"${object}","s":"${size}"}'),
			},
			"quoted-variable",
			/^\$\{object\}: .*quotes/,
		],
		[
			"text in JSON would end the surrounding text",
			{
				bodyType: JSON_TYPE,
				template: readTemplate('{"path":"/a/${bucket}/b"}'),
			},
			"quoted-variable",
			/^\$\{bucket\}: /,
		],
		[
			"a JSON template is sent with the type of a form",
			{ bodyType: FORM, template: readTemplate(' {"o":${object}}\n') },
			"json-as-form",
			/callbackBodyType/,
		],
	];
	for (const [what, given, id, sentence] of cases)
		test(what, () => {
			const [found, ...more] = find(given);

			assert.deepEqual(more, []);
			assert.equal(found?.id, id);
			assert.match(found.sentence, sentence);
			assert.match(found.sentence, /\.$/);
			assert.match(found.link, /^https:\/\/www\.alibabacloud\.com\/help\//);
		});

	test("each of several URLs has a mistake", () => {
		const found = find({ url: "a.example.com;b.example.com?" });

		assert.deepEqual(idsOf(found), ["no-scheme", "no-scheme", "empty-query"]);
		assert.match(found[2]?.sentence ?? "", /^b\.example\.com\?: /);
	});

	test("there are many unknown variables, which are counted instead of listed", () => {
		const body = Array.from({ length: 300 }, (_, i) => `\${v${i}}`).join("");

		const [found] = find({ template: readTemplate(body) });

		assert.match(found?.sentence ?? "", /\$\{v9\} and 290 more: /);
	});
});
