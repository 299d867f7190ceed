// biome-ignore-all lint/suspicious/noTemplateCurlyInString: callback variables look like template literals
import assert from "node:assert/strict";
import { createHash, createPublicKey, verify } from "node:crypto";
import { readFileSync } from "node:fs";
import { isIPv4 } from "node:net";
import { suite, test } from "node:test";
import { readUrls } from "../../emulator/callback/configuration.ts";
import { readFault } from "../../emulator/callback/faults/fault.ts";
import { readImageInfo } from "../../emulator/callback/image/image-info.ts";
import { readKeyPair } from "../../emulator/callback/key-pair.ts";
import { FORM, JSON_TYPE } from "../../emulator/callback/model.ts";
import {
	readCallback,
	readFormCallback,
} from "../../emulator/callback/read.ts";
import { isPrivate } from "../../emulator/callback/resolve.ts";
import { signCallback, stringToSign } from "../../emulator/callback/sign.ts";
import { substitute } from "../../emulator/callback/substitute.ts";
import {
	fill,
	quotedIn,
	readTemplate,
} from "../../emulator/callback/template.ts";
import { OssError } from "../../emulator/oss/errors.ts";
import {
	bytes,
	fc,
	forAll,
	key,
	orRefused,
	text,
	textOf,
} from "../properties.ts";

const base64 = (value: unknown): string =>
	Buffer.from(
		typeof value === "string" ? value : JSON.stringify(value),
	).toString("base64");

const SWITCHES = { missingUrl: "skip" } as const;
const LOOKUPS = { findPolicy: async () => undefined };

const inHeaders = (callback: string, variables = "") =>
	readCallback(
		{
			headers: { "x-oss-callback": callback, "x-oss-callback-var": variables },
			query: new Map(),
		},
		SWITCHES,
		LOOKUPS,
	);
const inQuery = (callback: string, variables = "") =>
	readCallback(
		{
			headers: {},
			query: new Map([
				["callback", callback],
				["callback-var", variables],
			]),
		},
		SWITCHES,
		LOOKUPS,
	);

/** Text without a variable and without a brace that would end one. */
const constant = text(10).map((one) => one.replaceAll(/[$}]/g, ""));
const name = text(6).map((one) => one.replaceAll("}", ""));

suite("For any callback", () => {
	const variables = fc.dictionary(
		text(6).map((one) => `x:${one}`),
		text(),
		{ maxKeys: 4 },
	);

	test("headers, query and form have the same result", () =>
		forAll(
			[
				text()
					.filter((one) => one !== "")
					.map((one) => one.replaceAll("$", "")),
				variables,
			],
			async (body, own) => {
				const json = {
					callbackUrl: "http://127.0.0.1/a",
					callbackBody: body || "a",
				};
				const [callback, callbackVar] = [base64(json), base64(own)];
				const read = await inHeaders(callback, callbackVar);
				assert.deepEqual(read, await inQuery(callback, callbackVar));
				assert.deepEqual(read?.variables, new Map(Object.entries(own)));
				const fields = new Map([
					...Object.entries(own),
					["callback", callback],
				]);
				const inForm = await readFormCallback(fields, SWITCHES, LOOKUPS);
				assert.deepEqual(inForm, read);
				assert.equal(read?.template.text, body || "a");
			},
		));

	test("any JSON is accepted, or refused with OSS's error", () => {
		const names = [
			"callbackUrl",
			"callbackBody",
			"callbackHost",
			"callbackBodyType",
			"callbackSNI",
			"callbackPolicy",
			"additionalHeaders",
			"signatureVersion",
			"__proto__",
		];
		const value = fc.oneof(
			text(),
			fc.jsonValue({ maxDepth: 2 }),
			fc.constantFrom("a.b", "${bucket}", FORM, true, { "x-a": "b" }),
		);
		return forAll(
			[fc.dictionary(fc.constantFrom(...names), value), fc.jsonValue(), text()],
			async (json, callbackVar, other) => {
				await orRefused(
					() => inHeaders(base64(json), base64(callbackVar)),
					OssError,
				);
				await orRefused(() => inHeaders(other, other), OssError);
			},
		);
	});

	test("an injected fault is a known fault, or is refused", () =>
		forAll(
			[
				textOf(
					[
						"status-",
						"503",
						"time-out",
						";",
						" ",
						"delay=",
						"1",
						"60000",
						"never-sent",
					],
					5,
				),
			],
			async (written) => {
				const fault = await orRefused(() => readFault(written), OssError);
				if (fault) assert.deepEqual(readFault(fault.text), fault);
			},
		));
});

suite("For any template", () => {
	test("variables whose values are their own names reproduce the template", () =>
		forAll(
			[fc.array(fc.tuple(constant, name), { maxLength: 6 }), constant],
			(parts, end) => {
				const written =
					parts.map(([before, one]) => `${before}\${${one}}`).join("") + end;
				const template = readTemplate(written);
				assert.deepEqual(
					template.names,
					parts.map(([, one]) => one),
				);
				assert.equal(
					fill(template, (one) => `\${${one}}`, 1e6),
					written,
				);
				quotedIn(template);
			},
		));

	test("text with dollar signs is a template or refused, and a value never becomes a variable", () =>
		forAll(
			[
				textOf(["$", "{", "}", "a", '"', "\\"]),
				textOf(["$", "{", "}", "a", "bucket"]),
			],
			async (written, value) => {
				const template = await orRefused(() => readTemplate(written), OssError);
				if (!template) return;
				const expected = written.replaceAll(/\$\{[^}]*\}/g, () => value);
				assert.equal(
					fill(template, () => value, 1e6),
					expected,
				);
			},
		));

	test("JSON.parse reads the values from a JSON body", () =>
		forAll(
			[text(), fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })],
			(value, crc64) => {
				const values = new Map<string, string | bigint>([
					["object", value],
					["crc64", crc64],
				]);
				const body =
					substitute(
						readTemplate('{"a":${object},"b":${crc64},"c":${vpcId}}'),
						values,
						JSON_TYPE,
					) ?? "";
				assert.equal(JSON.parse(body).a, value);
				assert.ok(body.includes(`"b":${crc64},`));
			},
		));

	test("URLSearchParams reads the values from a form body", () =>
		forAll([text(), text()], (one, two) => {
			const values = new Map([
				["object", one],
				["x:a", two],
			]);
			const body = substitute(
				readTemplate("a=${object}&b=${x:a}&c=${none}"),
				values,
				FORM,
			);
			assert.deepEqual(
				[...new URLSearchParams(body)],
				[
					["a", one],
					["b", two],
					["c", ""],
				],
			);
		}));
});

suite("For any URL of a callback", () => {
	const host = fc.constantFrom("a.b", "127.0.0.1", "app_1", "localhost");
	const path = textOf(["/", "a", "%E9", "?", "=", "&", "+", "..", "#"], 8).map(
		(one) => `/${one}`,
	);

	test("host, port, path and query are those of Node's parser, except that the path is not normalised", () =>
		forAll(
			[
				fc.constantFrom("http", "https"),
				host,
				fc.integer({ min: 1, max: 65_535 }),
				path,
			],
			(scheme, hostname, port, target) => {
				const written = `${scheme}://${hostname}:${port}${target}`;
				const [url] = readUrls(written);
				const expected = new URL(written);
				assert.equal(url?.hostname, expected.hostname);
				assert.equal(
					url?.port,
					Number(expected.port || (scheme === "https" ? 443 : 80)),
				);
				const [, own, query = ""] =
					/^([^?#]*)(?:\?([^#]*))?/.exec(target) ?? [];
				assert.deepEqual([url?.path, url?.query], [own, query]);
			},
		));

	test("several URLs are read like single URLs, and any text is accepted or refused", () =>
		forAll(
			[
				fc.array(
					textOf(
						["http://", "a", ".", ":", "80", "/", "?", "-", " ", "@", "[::1]"],
						6,
					),
					{ maxLength: 6 },
				),
			],
			async (texts) => {
				const together = await orRefused(
					() => readUrls(texts.join(";")),
					OssError,
				);
				if (together)
					assert.deepEqual(
						together,
						texts.flatMap((one) => readUrls(one)),
					);
			},
		));

	test("an address of RFC 1918 or of the machine is private", () =>
		forAll([fc.ipV4()], (address) => {
			const [a = 0, b = 0] = address.split(".").map(Number);
			const isRfc1918 =
				a === 10 ||
				(a === 172 && b >= 16 && b < 32) ||
				(a === 192 && b === 168);
			if (isRfc1918 || a === 127) assert.ok(isPrivate({ address, family: 4 }));
			if (a > 192 && isIPv4(address))
				assert.ok(!isPrivate({ address, family: 4 }));
		}));
});

suite("For any callback's request", () => {
	const { privateKey, publicPem } = readKeyPair(
		readFileSync(
			new URL("../../fixtures/keys/callback-512.pem", import.meta.url),
			"utf8",
		),
	);
	const publicKey = createPublicKey(publicPem);

	test("an application server can verify the signature as documented", () =>
		forAll(
			[key, text(8), bytes(50)],
			(path, query, body) => {
				const encoded = `/${encodeURIComponent(path)}`;
				const rawQuery = encodeURIComponent(query);
				const signature = signCallback(
					stringToSign(encoded, rawQuery, body),
					privateKey,
				);
				// As in the manual: decode the path, add query and body.
				const target =
					decodeURIComponent(encoded) + (rawQuery === "" ? "" : `?${rawQuery}`);
				const signed = Buffer.concat([Buffer.from(`${target}\n`), body]);
				assert.ok(
					verify(
						"RSA-MD5",
						signed,
						publicKey,
						Buffer.from(signature, "base64"),
					),
				);
				createHash("md5").update(body).digest();
			},
			0.5,
		));
});

suite("For any bytes", () => {
	const SIGNATURES = [
		"\xff\xd8\xff",
		"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
		"GIF89a",
		"RIFF\0\0\0\0WEBPVP8X",
		"RIFF\0\0\0\0WEBPVP8 ",
		"II*\0",
		"MM\0*",
		"\0\0\0\x18ftypheic\0\0\0\x08meta",
		"BM\0\0\0\0\0\0\0\0\0\0\0\0\x28\0\0\0",
	];

	test("bytes after an image's signature have a size in whole pixels or no size, and only existing bytes are read", () =>
		forAll(
			[fc.constantFrom(...SIGNATURES), bytes(80)],
			async (signature, rest) => {
				const content = Buffer.concat([Buffer.from(signature, "latin1"), rest]);
				const info = await readImageInfo(
					content.length,
					async (first, last) => {
						assert.ok(first >= 0 && first <= last && last < content.length);
						return content.subarray(first, last + 1);
					},
				);
				if (info)
					assert.ok(
						info.width > 0 &&
							info.height > 0 &&
							Number.isSafeInteger(info.width + info.height),
					);
			},
		));
});
