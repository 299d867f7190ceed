// biome-ignore-all lint/suspicious/noTemplateCurlyInString: callback variables look like template literals
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { FORM, JSON_TYPE } from "../../emulator/callback/model.ts";
import { substitute } from "../../emulator/callback/substitute.ts";
import type { Values } from "../../emulator/callback/template.ts";
import { readTemplate, valuesOf } from "../../emulator/callback/template.ts";
import { SIGNED } from "./vectors.ts";

const text = (body: string, values: Record<string, string | number | bigint>) =>
	[body, new Map(Object.entries(values))] as const;

suite("substitute writes the bodies that OSS was observed to send:", () => {
	const [, two, three, four, five, six, seven] = SIGNED;
	const form =
		"filename=${object}&size=${size}&mimeType=${mimeType}&height=${imageInfo.height}&width=${imageInfo.width}";
	const image = (
		object: string,
		size: number,
		mimeType: string,
		height: number,
		width: number,
	): Values =>
		new Map<string, string | number>([
			["object", object],
			["size", size],
			["mimeType", mimeType],
			["imageInfo.height", height],
			["imageInfo.width", width],
		]);

	test("a form of a picture", () => {
		const values = image(".snappython.png", 6014, "image/png", 221, 396);

		assert.equal(substitute(readTemplate(form), values, FORM), two?.body);
	});

	test("a slash in a form", () => {
		const values = image(
			"headSculpture/jikang2.jpg",
			108904,
			"image/jpeg",
			278,
			200,
		);

		assert.equal(substitute(readTemplate(form), values, FORM), three?.body);
	});

	test("a long key in a form", () => {
		const values = image(
			"test/caipu/5/a/2/5aa308723660421a560fcc062d745502.jpg",
			10606,
			"image/jpeg",
			400,
			650,
		);

		assert.equal(substitute(readTemplate(form), values, FORM), six?.body);
	});

	test("a template that looks like a form, with the JSON type", () => {
		const values = image(
			"local/var/www/zhuye.png",
			5385,
			"application/octet-stream",
			256,
			256,
		);

		assert.equal(substitute(readTemplate(form), values, JSON_TYPE), five?.body);
	});

	test("JSON with a custom variable, and numbers within quotes", () => {
		const name = "1_hFRtDLgM_2f7b2ccf30e9270ea920f1ab8a4037a546a2f0d5.jpg";
		const [template, values] = text(
			'{"name":${x:fname},"source_name":${object},"size":${size},"pic_info":"${imageInfo.width},${imageInfo.height}"}',
			{
				"x:fname": "2f7b2ccf30e9270ea920f1ab8a4037a546a2f0d5.jpg",
				object: `1/${name}`,
				size: 114020,
				"imageInfo.width": 810,
				"imageInfo.height": 539,
			},
		);

		assert.equal(
			substitute(readTemplate(template), values, JSON_TYPE),
			four?.body,
		);
	});

	test("a text that is not JSON", () => {
		const [template, values] = text(
			'{"mimeType":${mimeType}, "size":${size}, "filename",${object}, "bucket":${bucket}}',
			{
				mimeType: "image/png",
				size: 1081151,
				object: "ipa/demo/4c7ccb26-8495-4f46-be10-df2b3296b7f6.png",
				bucket: "oss-mixmedia-com",
			},
		);

		assert.equal(
			substitute(readTemplate(template), values, JSON_TYPE),
			seven?.body,
		);
	});

	// Docs «Callback», step 3, 2021.
	test("the manual's example, with Content-Length 181", () => {
		const [template, values] = text(
			"bucket=${bucket}&object=${object}&etag=${etag}&size=${size}&mimeType=${mimeType}&imageInfo.height=${imageInfo.height}&imageInfo.width=${imageInfo.width}&imageInfo.format=${imageInfo.format}&x:var1=${x:var1}",
			{
				bucket: "callback-test",
				object: "test.txt",
				etag: "D8E8FCA2DC0F896FD7CB4CB0031BA249",
				size: 5,
				mimeType: "text/plain",
				"x:var1": "for-callback-test",
			},
		);

		const body = substitute(readTemplate(template), values, FORM);

		assert.equal(body?.length, 181);
		assert.equal(
			body,
			"bucket=callback-test&object=test.txt&etag=D8E8FCA2DC0F896FD7CB4CB0031BA249&size=5&mimeType=text%2Fplain&imageInfo.height=&imageInfo.width=&imageInfo.format=&x:var1=for-callback-test",
		);
	});
});

suite("substitute", () => {
	const values: Values = new Map<string, string | number | bigint>([
		["object", "a b/猫*~'.txt"],
		["size", 5],
		["crc64", 18446744073709551615n],
		["x:n", "42"],
		["x:empty", ""],
		["x:nested", "${size}"],
		["x:hard", 'a"b\\c\n\u0001/'],
		["x:amp", "tom & co=$1"],
	]);
	// biome-ignore format: a table
	const cases = [
    ["percent-encodes the value, but not the template",         FORM,      "a b=/${size}&猫",      "a b=/5&猫"],
    ["writes %20 and %2A into a form, and ~ unchanged (A-206)", FORM,      "o=${object}",         "o=a%20b%2F%E7%8C%AB%2A~%27.txt"],
    ["encodes & and = of a value in a form",                    FORM,      "u=${x:amp}",          "u=tom%20%26%20co%3D%241"],
    ["writes missing variables into a form as empty (A-205)",   FORM,      "n=${x:no}&m=${no}&z", "n=&m=&z"],
    ["does not substitute in values",                           FORM,      "${x:nested}",         "%24%7Bsize%7D"],
    ["percent-encodes values in a form that looks like JSON",   FORM,      '{"o":"${x:amp}"}',    '{"o":"tom%20%26%20co%3D%241"}'],
    ["quotes text in JSON, with non-ASCII unchanged (A-207)",   JSON_TYPE, '{"o":${object}}',     '{"o":"a b/猫*~\'.txt"}'],
    ["quotes a custom variable that looks like a number",       JSON_TYPE, "${x:n}",              '"42"'],
    ["writes the CRC without quotes, with all digits",          JSON_TYPE, "${crc64}",            "18446744073709551615"],
    ["writes an empty custom variable as empty text",           JSON_TYPE, "${x:empty}",          '""'],
    ["escapes what JSON requires",                              JSON_TYPE, "${x:hard}",           '"a\\"b\\\\c\\n\\u0001/"'],
    ["does not change white space in the template",             JSON_TYPE, "{\n \"s\" : ${size} }", "{\n \"s\" : 5 }"],
    ["does not read inherited properties",                      FORM,      "${constructor}${__proto__}", ""],
    ["distinguishes upper and lower case in names",             FORM,      "${Size}",             ""],
    ["does not change constants",                               FORM,      "hello {size}",        "hello {size}"],
    ["treats everything up to the brace as the name (A-203)",   FORM,      "<${a${size}>${}",     "<>"],
  ] as const;
	for (const [what, type, template, expected] of cases)
		test(what, () => {
			assert.equal(substitute(readTemplate(template), values, type), expected);
		});

	// biome-ignore format: a table
	const absent = [
    ["mixed",   "${x:no}|${vpcId}|${imageInfo.format}|${imageInfo.width}|${imageInfo.height}", "null|null|null||"],
    ["null",    "${x:no}|${vpcId}|${imageInfo.width}", "null|null|null"],
    ["quotes",  "${x:no}|${vpcId}|${imageInfo.width}", '""|""|""'],
    ["nothing", "${x:no}|${vpcId}|${imageInfo.width}", "||"],
  ] as const;
	for (const [way, template, expected] of absent)
		test(`writes absent values in JSON as «${way}» (A-204)`, () => {
			assert.equal(
				substitute(readTemplate(template), new Map(), JSON_TYPE, way),
				expected,
			);
		});
});

suite("The values of variables", () => {
	const uploaded = {
		bucket: "photos",
		key: "my cat.jpg",
		etag: "D8E8FCA2DC0F896FD7CB4CB0031BA249",
		size: 5,
		contentType: "image/jpeg",
		crc64: "11051210869376104954",
		contentMd5: "2Oj8otwPiW/Xy0ywAxuiSQ==",
		operation: "PutObject",
		requestId: "5C1B138A109F4E4057B5B1E2",
		clientIp: "192.0.2.7",
		requester: "1",
		owner: "2",
		publicKeyUrl: "",
		uploader: () => "waiting" as const,
		read: async () => Buffer.alloc(0),
	} as const;

	test("equal those in the table of system parameters", () => {
		const image = { width: 37, height: 21, format: "jpg" } as const;

		const values = valuesOf(uploaded, image, new Map([["x:a", ""]]));

		assert.deepEqual(Object.fromEntries(values), {
			bucket: "photos",
			object: "my cat.jpg",
			etag: "D8E8FCA2DC0F896FD7CB4CB0031BA249",
			size: 5,
			mimeType: "image/jpeg",
			"imageInfo.height": 21,
			"imageInfo.width": 37,
			"imageInfo.format": "jpg",
			crc64: 11051210869376104954n,
			contentMd5: "2Oj8otwPiW/Xy0ywAxuiSQ==",
			clientIp: "192.0.2.7",
			reqId: "5C1B138A109F4E4057B5B1E2",
			operation: "PutObject",
			"x:a": "",
		});
	});

	test("do not exist for facts that an upload lacks", () => {
		const values = valuesOf(
			{ ...uploaded, contentMd5: "" },
			undefined,
			new Map(),
		);

		const names = ["contentMd5", "vpcId", "imageInfo.width"];
		assert.deepEqual(
			names.filter((name) => values.has(name)),
			[],
		);
	});

	test("have a size for an empty object", () => {
		const values = valuesOf({ ...uploaded, size: 0 }, undefined, new Map());

		assert.equal(values.get("size"), 0);
	});
});
